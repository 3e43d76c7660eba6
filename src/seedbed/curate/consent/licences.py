"""Licences by their SPDX names, and what they are commonly read to allow. Not legal advice.

Expressions ("MIT OR Apache-2.0") are checked against the SPDX list inside the library license-expression; names as
people write them ("CC BY 4.0", a Creative Commons address) are mapped first. What is not recognised stays unknown: a
licence without its version ("CC BY") is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.errors import UsageError, nearest
from seedbed.registry import register

USES = ("commercial", "derivatives", "redistribution", "training")
Answer = bool | None

_CC_WORDS = {"attribution": "by", "noncommercial": "nc", "noderivatives": "nd", "noderivs": "nd", "sharealike": "sa"}
_CC_URL = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z\-]+)/([0-9.]+)(?:/([a-z]{2,3}))?(?:/.*)?"
)
_CC_NAME = re.compile(
    r"(?:cc|creative commons)?[ \-]*(by(?:[ \-](?:nc|nd|sa))*)[ \-]*v?([1-4]\.[0-9])(?:[ \-]([a-z]{2,3}))?"
)
_CC_ORDER = ("by", "nc", "nd", "sa")
_NAMES = {
    "apache": "Apache-2.0", "bsd 3-clause": "BSD-3-Clause", "new bsd": "BSD-3-Clause", "modified bsd": "BSD-3-Clause",
    "3-clause bsd": "BSD-3-Clause", "bsd 2-clause": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause",
    "freebsd": "BSD-2-Clause", "2-clause bsd": "BSD-2-Clause", "expat": "MIT", "the mit": "MIT", "x11": "X11",
    "cc0": "CC0-1.0", "cc zero": "CC0-1.0", "cc 0": "CC0-1.0", "creative commons zero": "CC0-1.0",
    "public domain mark": "CC-PDM-1.0", "public domain": "LicenseRef-scancode-public-domain",
    "publicdomain": "LicenseRef-scancode-public-domain", "pd": "LicenseRef-scancode-public-domain",
    "the unlicense": "Unlicense", "wtfpl": "WTFPL", "odc by": "ODC-By-1.0", "odbl": "ODbL-1.0", "pddl": "PDDL-1.0",
}  # fmt: skip
_FAMILIES = {
    "apache": "Apache-{}", "gpl": "GPL-{}-only", "lgpl": "LGPL-{}-only", "agpl": "AGPL-{}-only", "mpl": "MPL-{}",
    "gfdl": "GFDL-{}-only", "cc0": "CC0-{}", "cc zero": "CC0-{}", "odbl": "ODbL-{}", "eupl": "EUPL-{}",
}  # fmt: skip
_VERSIONED = re.compile(r"(?:gnu )?([a-z0-9 ]+?)[ \-]*v?([0-9])(\.[0-9])?( or later|\+)?")

# How each family is commonly read: commercial, derivatives, redistribution, training. True: granted on conditions that
# an attribution or a copy of the licence meets. None: it depends (on the purpose, on what is made, or is contested).
_FREE, _SHARED = (True, True, True, True), (True, True, True, None)
_TABLE: tuple[tuple[str, tuple[Answer, ...]], ...] = (
    (r"CC0-1\.0|CC-PDM-1\.0|CC-PDDC|PDDL-1\.0|Unlicense|0BSD|LicenseRef-scancode-public-domain", _FREE),
    (
        r"MIT(?:-0)?|X11|ISC|Apache-[12]\.[01]|BSD-[1234]-Clause|Zlib|BSL-1\.0|WTFPL|ODC-By-1\.0|CDLA-Permissive-.*",
        _FREE,
    ),
    (r"CC-BY-[1-4]\.[05].*", _FREE),
    (r"CC-BY-SA-.*", _SHARED),
    (r"CC-BY-ND-.*", (True, False, True, None)),
    (r"CC-BY-NC-ND-.*", (False, False, True, None)),
    (r"CC-BY-NC(?:-SA)?-.*", (False, True, True, None)),
    (r"(?:A?GPL|LGPL|GFDL|MPL|EPL|EUPL|ODbL|CDLA-Sharing)-.*", _SHARED),
)


def spdx(text: str | None) -> str | None:
    """The SPDX expression that a licence's name, address or expression means, normalised; None where unknown."""
    words = " ".join((text or "").split())
    return _expression(words) or _named(words.lower()) if words else None


def _named(name: str) -> str | None:
    """The id behind a common name, in lower case; of "a long name (short)" both must mean the same."""
    if both := re.fullmatch(r"([^()]+)\(([^()]+)\)", name):
        outside, inside = spdx(both[1]), spdx(both[2])
        return outside if outside == inside else None
    short = re.sub(r"\blicen[cs]e\b|\bversion\b|\binternational\b|\bunported\b|\bgeneric\b|[,()]", " ", name)
    short = " ".join(short.replace("non-commercial", "noncommercial").split())
    for word, letters in _CC_WORDS.items():
        short = re.sub(rf"\b(?:{word})\b", letters, short)
    return _creative_commons(name, short) or _expression(_NAMES.get(short, short)) or _versioned(short)


def _creative_commons(name: str, short: str) -> str | None:
    if match := _CC_URL.fullmatch(name):
        kind, letters, version, port = match.groups()
        if kind == "publicdomain":
            return _expression({"zero": f"CC0-{version}", "mark": f"CC-PDM-{version}"}.get(letters, ""))
    elif match := _CC_NAME.fullmatch(short):
        letters, version, port = match.groups()
    else:
        return None
    parts = [part for part in _CC_ORDER if part in re.split(r"[ \-]", letters)]
    if "nd" in parts and "sa" in parts:
        return None
    plain = f"CC-{'-'.join(parts).upper()}-{version}"
    suffix = f"-{port.upper()}" if port and port not in ("deed", "legalcode") else ""
    return _expression(plain + suffix)


def _versioned(short: str) -> str | None:
    match = _VERSIONED.fullmatch(short)
    if not match or match[1].strip() not in _FAMILIES:
        return None
    found = _FAMILIES[match[1].strip()].format(match[2] + (match[3] or ".0"))
    return _expression(found.replace("-only", "-or-later") if match[4] else found)


@lru_cache(maxsize=4096)
def _expression(text: str) -> str | None:
    parsed = _parsed(text) if text else None
    return None if parsed is None else str(parsed.render())


def _parsed(text: str) -> Any:
    """The parsed expression, None where it is not one of known licences."""
    try:
        return _licensing().parse(text, validate=True)
    except Exception:  # the library raises several kinds for what is no expression
        return None


@lru_cache(maxsize=1)
def _licensing() -> Any:
    try:
        from license_expression import get_spdx_licensing
    except ImportError:
        hint = "pip install 'seedbed[curate]'"
        raise UsageError("not installed", where="license-expression", hint=hint) from None
    return get_spdx_licensing()


def allows(expression: str | None, use: str) -> Answer:
    """Whether a licence is commonly read to allow a use (one of USES): True, False, or None where it is unknown or
    depends. Of "A OR B" one suffices, of "A AND B" both are needed. Not legal advice.
    """
    if use not in USES:
        raise UsageError(f"unknown use '{use}'", where="allows", hint=nearest(use, USES))
    parsed = _parsed(expression) if expression else None
    return None if parsed is None else _answer(parsed, USES.index(use))


def _answer(node: Any, place: int) -> Answer:
    joined: dict[str, Callable[[list[Answer]], Answer]] = {"AND": _all, "OR": _any}
    kind = type(node).__name__
    if kind in joined:
        return joined[kind]([_answer(part, place) for part in node.args])
    base = node.license_symbol.key if hasattr(node, "license_symbol") else node.key
    for pattern, answers in _TABLE:
        if re.fullmatch(pattern, base):
            return answers[place]
    return None


def _all(answers: list[Answer]) -> Answer:
    return False if False in answers else None if None in answers else True


def _any(answers: list[Answer]) -> Answer:
    return True if True in answers else None if None in answers else False


@register("operator", "licence")
class Licence(Operator):
    """licence_spdx: the normalised expression, null where unknown (the column read keeps the raw text);
    licence_state: "known", "unknown", or "missing" where nothing is stated.
    """

    writes = ("licence_spdx", "licence_state")

    def __init__(self, column: str = "licence") -> None:
        self.column, self.reads = column, (column,)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        raw = batch[self.column].to_pylist()
        known = {text: spdx(text) for text in set(raw)}
        states = ["known" if known[t] else "unknown" if t and t.strip() else "missing" for t in raw]
        return {
            "licence_spdx": pa.array([known[t] for t in raw], pa.string()),
            "licence_state": pa.array(states, pa.string()),
        }
