"""Use policies: what data and models are for and what they must not be used for, checked where they are used.

    policy.yaml   uses: [research, training]          # from USES; everything else is refused
                  forbidden:
                    - {id: no-faces, use: face-recognition, text: "Nobody agreed to be recognised."}
                  contact: data@example.org
                  licence: CC-BY-4.0

The file lies in the folder of a dataset, a model or an export. Whatever is made from several inherits the strictest of
theirs. A refusal names its clause; going on anyway takes a name and a reason, kept in `overrides.jsonl` beside it.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from seedbed.dataset.files import explained, read_json, write_json, write_text
from seedbed.errors import UsageError, nearest
from seedbed.lineage import digest

FILE, OVERRIDES, LINEAGE = "policy.yaml", "overrides.jsonl", "lineage.json"

# The uses that a policy can name. A fixed list, so that checking is exact: no text is interpreted.
USES = {
    "research": "to learn and publish something, without selling it",
    "education": "teaching and study",
    "personal": "private use that is neither work nor business",
    "commercial": "as part of, or to make, something that is sold or earns money",
    "training": "to fit the weights of a model",
    "evaluation": "to measure a model",
    "serving": "to give a model's answers to others",
    "redistribution": "to hand the data or model on to others",
    "content-generation": "to make texts, pictures or sound for people to see",
    "biometric-identification": "to find out who a person is, from the body or behaviour",
    "face-recognition": "biometric identification from the face",
    "biometric-categorisation": "to sort people into groups from body or behaviour",
    "emotion-recognition": "to guess feelings from body or behaviour",
    "surveillance": "to watch people or places over time",
    "social-scoring": "to rate people by behaviour or character",
    "employment-decisions": "to decide who is hired, promoted or dismissed",
    "credit-decisions": "to decide who gets credit, insurance or a contract",
    "law-enforcement": "police, courts, prisons and border control",
    "medical": "diagnosis and treatment",
    "military": "weapons and warfare",
}
# forbidding the broader use forbids the narrower; declaring the broader does not declare the narrower
WITHIN = {"face-recognition": "biometric-identification"}
KEYS = ("uses", "forbidden", "contact", "licence")


@dataclass(frozen=True)
class Clause:
    """One forbidden use; `text` is what a refusal quotes."""

    id: str
    use: str
    text: str


@dataclass(frozen=True)
class Policy:
    """Declared uses, forbidden uses, whom to ask, and the licence (SPDX). No declared use: every use is refused."""

    uses: tuple[str, ...]
    forbidden: tuple[Clause, ...] = ()
    contact: str = ""
    licence: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "uses": list(self.uses), "forbidden": [asdict(c) for c in self.forbidden], "contact": self.contact,
            "licence": self.licence,
        }  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """Why a use is refused: the clause's id ("uses": it is not declared) and its words."""

    use: str
    clause: str
    text: str

    def __str__(self) -> str:
        if self.clause == "uses":
            return f"the use '{self.use}' is refused: {self.text.rstrip('.')}"
        return f"the use '{self.use}' is refused by clause '{self.clause}': {self.text.rstrip('.')}"


def known_use(use: str, where: str) -> str:
    """The use itself; UsageError with the nearest one where it is not in USES."""
    if use not in USES:
        raise UsageError(f"unknown use '{use}'", where=where, hint=nearest(use, USES))
    return use


def check(policy: Policy, use: str) -> Refusal | None:
    """None where the policy allows the use, else the clause that refuses it. UsageError for a use not in USES."""
    known_use(use, "use")
    for clause in policy.forbidden:
        if clause.use in (use, WITHIN.get(use)):
            return Refusal(use, clause.id, clause.text)
    if use in policy.uses:
        return None
    return Refusal(use, "uses", f"the declared uses are {', '.join(policy.uses) or 'none'}")


def union(policies: Sequence[Policy]) -> Policy | None:
    """The strictest of several: uses that all declare, and every clause of each. None of none is None."""
    if not policies:
        return None
    clauses: dict[str, Clause] = {}
    for clause in (c for policy in policies for c in policy.forbidden):
        same_id = clauses.get(clause.id, clause)
        name = clause.id if same_id == clause else f"{clause.id}-{digest(asdict(clause))[:6]}"
        clauses[name] = Clause(name, clause.use, clause.text)
    forbidden = tuple(clauses.values())
    both = [use for use in policies[0].uses if all(use in policy.uses for policy in policies)]
    uses = tuple(use for use in both if check(Policy((use,), forbidden), use) is None)
    contact = "; ".join(dict.fromkeys(one for p in policies for one in p.contact.split("; ") if one))
    licences = list(dict.fromkeys(part for p in policies for part in _all_of(p.licence)))
    return Policy(uses, forbidden, contact, " AND ".join(licences))


def _all_of(licence: str) -> list[str]:
    """The parts of an SPDX expression that all hold; alternatives (OR) stay one part, in brackets."""
    parts, depth = [""], 0
    for word in licence.replace("(", " ( ").replace(")", " ) ").split():
        depth += (word == "(") - (word == ")")
        if word == "AND" and depth == 0:
            parts.append("")
        else:
            parts[-1] += f" {word}"
    if " OR " in "".join(part for part in parts if not part.strip().startswith("(")):
        parts = [licence]
    neat = [part.replace("( ", "(").replace(" )", ")").strip() for part in parts if part.strip()]
    return [f"({part})" if " OR " in part and not part.startswith("(") else part for part in neat]


# -- files ------------------------------------------------------------------------------------------------
def read_policy(path: str | Path) -> Policy:
    """The policy in a YAML file. UsageError names the file and the key that is wrong."""
    where = str(path)
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("no such file", where=where) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError("not YAML", where=f"{where}:{mark.line + 1}" if mark else where) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=where) from None
    return parse_policy(raw, where)


def parse_policy(raw: Any, where: str = "policy") -> Policy:
    """A policy from plain data, checked: known keys and uses, unique clauses with words, no contradiction."""
    if not isinstance(raw, Mapping) or "uses" not in raw:
        raise UsageError("a policy needs 'uses'", where=where, hint="uses: [research, training]")
    for key in raw:
        if key not in KEYS:
            raise UsageError(f"unknown key '{key}'", where=where, hint=nearest(str(key), KEYS))
    uses = raw["uses"]
    if not isinstance(uses, list):
        raise UsageError("'uses' is not a list", where=where, hint="uses: [research, training]")
    declared = tuple(dict.fromkeys(known_use(str(use), f"{where}, uses") for use in uses))
    forbidden = tuple(_clause(item, f"{where}, forbidden {k}") for k, item in enumerate(raw.get("forbidden") or [], 1))
    ids = [clause.id for clause in forbidden]
    if len(set(ids)) < len(ids):
        again = next(one for one in ids if ids.count(one) > 1)
        raise UsageError(f"two clauses are called '{again}'", where=where, hint="a refusal names one clause")
    policy = Policy(declared, forbidden, str(raw.get("contact") or ""), str(raw.get("licence") or ""))
    for use in declared:
        against = check(policy, use)
        if against is not None:
            raise UsageError(f"'{use}' is declared and forbidden (clause '{against.clause}')", where=where)
    return policy


def _clause(item: Any, where: str) -> Clause:
    if not isinstance(item, Mapping) or set(item) != {"id", "use", "text"}:
        raise UsageError("a clause has id, use and text", where=where, hint="{id: no-faces, use: ..., text: ...}")
    made = Clause(*(" ".join(str(item[key] or "").split()) for key in ("id", "use", "text")))
    if not made.id or not made.text or made.id == "uses":
        raise UsageError("the clause has no id or no text of its own", where=where)
    known_use(made.use, where)
    return made


def policy_of(folder: str | Path) -> Policy | None:
    """The policy of a dataset's, model's or export's folder, None where it has none.

    UsageError where the lineage records a policy and the file is gone or another: a policy is not lost by accident.
    """
    place = Path(folder)
    lineage = place / LINEAGE
    recorded = read_json(lineage).get("policy") if lineage.is_file() else None
    policy = read_policy(place / FILE) if (place / FILE).is_file() else None
    if recorded is not None and (policy is None or digest(policy.to_dict()) != recorded):
        state = "missing" if policy is None else "not the one that was recorded"
        hint = "restore it, or set one with seedbed.dataset.policy.set_policy"
        raise UsageError(f"the use policy is {state}", where=str(place / FILE), hint=hint)
    return policy


def set_policy(folder: str | Path, policy: Policy) -> Path:
    """Write the policy into a folder, in the place of what was there; a dataset's lineage records its digest."""
    place = Path(folder)
    if not place.is_dir():
        raise UsageError("no such folder", where=str(place))
    checked = parse_policy(policy.to_dict(), str(place / FILE))
    path = write_text(place / FILE, yaml.safe_dump(checked.to_dict(), sort_keys=False, allow_unicode=True, width=110))
    lineage = place / LINEAGE
    if lineage.is_file():
        write_json(lineage, {**read_json(lineage), "policy": digest(checked.to_dict())})
    return path


def inherit(folder: str | Path, sources: Iterable[str | Path]) -> Policy | None:
    """Give a folder the strictest of its own policy and those of the folders that it was made from."""
    places = [Path(folder), *map(Path, sources)]
    found = [policy for policy in map(policy_of, dict.fromkeys(places)) if policy is not None]
    strictest = union(found)
    if strictest is not None:
        set_policy(folder, strictest)
    return strictest


# -- the check where data and models are used -------------------------------------------------------------
def permit(
    folders: Sequence[str | Path],
    uses: Sequence[str],
    *,
    action: str,
    override: str | None = None,
    also: Sequence[Refusal] = (),
    flag: str = "--use",
) -> dict[str, Any] | None:
    """Refuse what the folders' policies refuse. Returns the override that was needed (not yet recorded), else None.

    `action` is what is about to happen (export, train, predict); `also` holds refusals on other grounds, such as rows'
    licences. UsageError: no use is named where there is a policy, a use is refused, or the override is not
    "NAME: REASON" or is not needed.
    """
    found = [(Path(f), policy) for f in folders if (policy := policy_of(f)) is not None]
    where = ", ".join(str(f) for f, _ in found) or ", ".join(map(str, folders))
    if found and not uses:
        strictest = union([policy for _, policy in found])
        declared = ", ".join(strictest.uses) if strictest and strictest.uses else "none"
        raise UsageError(
            "it has a use policy, and no use is named", where=where, hint=f"{flag}: declared are {declared}"
        )
    for use in uses:
        known_use(use, flag)
    refused = [bad for _, policy in found for use in uses if (bad := check(policy, use)) is not None]
    refused = list(dict.fromkeys([*refused, *also]))
    if override is None:
        if refused:
            contact = "; ".join(dict.fromkeys(policy.contact for _, policy in found if policy.contact))
            ask = f"ask {contact}; " if contact else ""
            hint = f"{ask}an override needs 'NAME: REASON' and is recorded"
            raise UsageError("; ".join(map(str, refused)), where=where, hint=hint)
        return None
    who, reason = named_reason(override)
    if not refused:
        raise UsageError("nothing is refused", where="override", hint="leave it out: overrides are kept for ever")
    return {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "who": who, "reason": reason,
        "action": action, "uses": list(uses), "refused": [asdict(bad) for bad in refused],
        "policies": [digest(policy.to_dict()) for _, policy in found],
    }  # fmt: skip


def named_reason(override: str) -> tuple[str, str]:
    """(who, why) of "NAME: REASON"; UsageError where either is missing."""
    who, sign, reason = (" ".join(part.split()) for part in override.partition(":"))
    if not (who and sign and reason):
        raise UsageError("an override needs a name and a reason", where="override", hint="write 'NAME: REASON'")
    return who, reason


def record_override(record: Mapping[str, Any] | None, folders: Iterable[str | Path]) -> None:
    """Append an override to `overrides.jsonl` of each folder; None records nothing."""
    if record is None:
        return
    line = (json.dumps(record, ensure_ascii=False) + "\n").encode()
    for folder in folders:
        path = Path(folder) / OVERRIDES
        with explained(path), path.open("ab") as file:  # one write: side by side, lines stay whole
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def overrides(folder: str | Path) -> list[dict[str, Any]]:
    """The overrides recorded in a folder, oldest first."""
    path = Path(folder) / OVERRIDES
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [json.loads(line) for line in lines]
