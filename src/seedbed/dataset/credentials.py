"""Content credentials (C2PA) of files: who signed, is the file as it was signed, may models learn from it.

    found = read_credentials(Path("a.png").read_bytes())
    found.state            # valid, untrusted, invalid, unreadable, remote, unread or none
    found.reasons          # why it is not valid, as the standard's codes and in words

    valid         signed, unchanged since, by a signer that descends from an anchor that you trust
    untrusted     signed, unchanged since, by somebody that you have named no anchor for
    invalid       the file or its credentials were changed after signing, or the certificate is not in order
    unreadable    there are credentials, or pieces of them, that cannot be read
    remote        the file names an address for its credentials; it is not visited
    unread        there are credentials, and c2pa-python, which reads them, is not installed
    none          no trace of any; a file that was stripped of its credentials looks the same

Nothing is fetched: no remote manifests, no revocation lists. Source: C2PA Technical Specification 2.x, validation;
training and data-mining assertions of C2PA 1.x (`c2pa.training-mining`) and CAWG (`cawg.training-mining`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from seedbed.errors import UsageError
from seedbed.lineage import canonical

ORIGIN = "org.seedbed.origin"  # assertion of what Seedbed made: world, version, seed, index...
TRAINING = ("c2pa.training-mining", "cawg.training-mining")
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
HINT = "pip install 'seedbed[documents]'"
UNKNOWN = ("unreadable", "remote", "unread")  # states in which nobody knows what the credentials say
INTACT = ("valid", "untrusted")
_STATES = {"Trusted": "valid", "Valid": "untrusted"}
_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


@dataclass
class Credentials:
    """What a file's credentials say; `training` maps each use (`cawg.ai_training`...) to allowed, notAllowed..."""

    state: str
    place: str = ""  # embedded or sidecar
    signer: str = ""
    issuer: str = ""
    signed: str = ""  # time of a time-stamp, where there is one
    generator: str = ""
    title: str = ""
    actions: list[dict[str, str]] = field(default_factory=list)  # action, and source type where it is said
    origin: dict[str, Any] = field(default_factory=dict)
    training: dict[str, str] = field(default_factory=dict)
    ingredients: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether file and credentials are as they were signed, whoever signed."""
        return self.state in INTACT

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def mime_type(data: bytes) -> str | None:
    """`image/png` and the like, by the first bytes; None leaves it to the reader."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC if data.startswith(magic)), None)


def marked(data: bytes) -> bool:
    """Whether a file's bytes hold, or point to, credentials. Cheap: two or three searches, nothing is parsed.

    Manifests are JUMBF boxes (type `jumb`) whose description says `c2pa`; a remote one is `dcterms:provenance` in XMP.
    """
    return (b"jumb" in data and b"c2pa" in data) or b"dcterms:provenance" in data


def c2pa_module(purpose: str, where: str = "") -> Any:
    """c2pa-python; UsageError with the command that installs it where it is missing."""
    try:
        import c2pa
    except ImportError:
        raise UsageError(f"{purpose} needs c2pa-python", where=where, hint=HINT) from None
    return c2pa


def read_credentials(data: bytes, sidecar: bytes | None = None, *, anchors: str = "") -> Credentials:
    """The credentials embedded in `data`, else those of the side-car manifest (the content of a `.c2pa` file).

    `anchors`: certificates (PEM) of those whose signers are trusted. Damage is a state, never an error; UsageError
    where c2pa-python is missing and there is something to read.
    """
    embedded = marked(data)
    if not embedded and sidecar is None:
        return Credentials("none")
    c2pa = c2pa_module("reading content credentials")
    settings: dict[str, Any] = {"verify": OFFLINE}
    if anchors:
        settings["trust"] = {"trust_anchors": anchors}
    place = "embedded" if embedded else "sidecar"
    try:
        found = _parsed(c2pa, data, None if embedded else sidecar, settings)
        if found is None and embedded and sidecar is not None:  # the marker was of something else
            place, found = "sidecar", _parsed(c2pa, data, sidecar, settings)
    except c2pa.C2paError as error:
        state = "remote" if str(error).startswith("Remote") else "unreadable"  # c2pa gives it no class of its own
        return Credentials(state, place, reasons=[" ".join(str(error).split())])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # a store of another form
        return Credentials("unreadable", place, reasons=[f"{type(error).__name__}: {error}"])
    if found is None:
        return Credentials("unreadable", place, reasons=["marked as having credentials, and none was found"])
    found.place = place
    return found


def _parsed(c2pa: Any, data: bytes, manifest: bytes | None, settings: Mapping[str, Any]) -> Credentials | None:
    with c2pa.Context.from_dict(dict(settings)) as context:
        reader = c2pa.Reader.try_create(mime_type(data), io.BytesIO(data), manifest, context=context)
        if reader is None:
            return None
        with reader:
            return _told(json.loads(reader.json()))


def _told(store: Mapping[str, Any]) -> Credentials:
    """A manifest store (the JSON of c2pa's reader) as Credentials."""
    manifests = store["manifests"]
    active = manifests[store["active_manifest"]]
    signature = active.get("signature_info") or {}
    return Credentials(
        state=_STATES.get(str(store.get("validation_state")), "invalid"),
        signer=str(signature.get("common_name") or ""),
        issuer=str(signature.get("issuer") or ""),
        signed=str(signature.get("time") or ""),
        generator=", ".join(_agent(info) for info in active.get("claim_generator_info") or []),
        title=str(active.get("title") or ""),
        actions=[_action(a) for d in _assertions(active, "c2pa.actions") for a in d.get("actions") or []],
        origin=next((dict(d) for d in _assertions(active, ORIGIN)), {}),
        training=_training(manifests.values()),
        ingredients=len(active.get("ingredients") or []),
        reasons=list(dict.fromkeys(_failures(store.get("validation_results") or {}))),
    )


def _agent(info: Mapping[str, Any]) -> str:
    return " ".join(str(info[key]) for key in ("name", "version") if info.get(key))


def _action(action: Mapping[str, Any]) -> dict[str, str]:
    named = {"action": str(action.get("action", ""))}
    if action.get("digitalSourceType"):
        named["source_type"] = str(action["digitalSourceType"])
    return named


def _assertions(manifest: Mapping[str, Any], label: str) -> Iterator[Mapping[str, Any]]:
    """The data of a manifest's assertions of a label; `.v2` and `__1` are versions and repeats of it."""
    for assertion in manifest.get("assertions") or []:
        name = str(assertion["label"]).partition("__")[0]
        if name == label or name.startswith(f"{label}.v"):
            data = assertion.get("data")
            yield data if isinstance(data, Mapping) else {}


def _training(manifests: Any) -> dict[str, str]:
    """Every use that any manifest speaks of, the file's own or an ingredient's; a refusal is never overruled."""
    found: dict[str, str] = {}
    for manifest in manifests:
        for label in TRAINING:
            for data in _assertions(manifest, label):
                entries = data.get("entries")
                if not isinstance(entries, Mapping) or not entries:
                    entries = {label: {"use": "unknown"}}
                for name, entry in entries.items():
                    use = str(entry.get("use", "unknown")) if isinstance(entry, Mapping) else "unknown"
                    if found.get(str(name), "allowed") == "allowed":
                        found[str(name)] = use
    return found


def _failures(results: Mapping[str, Any]) -> Iterator[str]:
    """`code: explanation` of everything that failed, in the file's own manifest or in an ingredient's."""
    deltas = [d.get("validationDeltas") or {} for d in results.get("ingredientDeltas") or []]
    for part in [results.get("activeManifest") or {}, *deltas]:
        for failure in part.get("failure") or []:
            yield f"{failure.get('code')}: {failure.get('explanation', '')}".rstrip(": ")


def credentials_text(data: bytes, sidecar: bytes | None = None) -> str | None:
    """What the column `credentials` keeps of a picture: canonical JSON, None where there is no trace of any.

    Keys: state, signer, generator, `training-mining` ({use: allowed, notAllowed...}), for Seedbed's own also origin.
    """
    if sidecar is None and not marked(data):
        return None
    try:
        found = read_credentials(data, sidecar)
    except UsageError as error:  # without c2pa-python: that there is something is kept
        found = Credentials("unread", reasons=[error.line])
    kept: dict[str, Any] = {"state": found.state, "signer": found.signer, "generator": found.generator}
    kept["training-mining"] = found.training
    if found.origin:
        kept["origin"] = {name: found.origin.get(name) for name in ("world", "version", "seed", "index")}
    if found.reasons and found.state != "untrusted":
        kept["reasons"] = found.reasons
    return canonical(kept)


def training_label(text: str | None) -> str | None:
    """The column's word on training, for those who decide on opt-outs; None where nothing is said.

    JSON of the assertion's entries; or the state where nobody can know what is said, which counts as a refusal.
    """
    if text is None:
        return None
    try:
        kept = json.loads(text)
        if kept["state"] in UNKNOWN:
            return str(kept["state"])
        uses = kept["training-mining"]
        return canonical({"entries": {k: {"use": v} for k, v in uses.items()}}) if uses else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return "unreadable"
