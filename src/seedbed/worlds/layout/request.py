"""Requested relations as text: `red cube on blue cube`, `3 potted_plant surrounding lightbulb`.

    [number] [size] [color] [material] [state] category  predicate  [the same] [and [the same]]

One request a string; "and" and a third object only for `between`. Several strings share an object by naming it
the same way with a tag: `mug#a on table`, `spoon next_to mug#a`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seedbed.errors import UsageError, nearest
from seedbed.worlds.layout.relations import PREDICATES

_FILLER = {"a", "an", "the", "of", "some", "top"}
_SYNONYM = {"surrounded": "surrounding", "beside": "next_to", "in": "inside", "below": "under", "facing": "facing"}
_JOINED = ("next to", "left of", "right of", "in front of", "on top of")
SOME = 4  # how many "some" are


@dataclass(frozen=True)
class Wanted:
    """An object of a request: the attributes that were named, how many, and its tag."""

    levels: tuple[tuple[str, str], ...]
    count: int = 1
    tag: str = ""

    def __str__(self) -> str:
        return " ".join(value for _, value in self.levels)


@dataclass(frozen=True)
class Request:
    """One relation to make true."""

    text: str
    subject: Wanted
    predicate: str
    object: Wanted | None
    other: Wanted | None = None


def parse(text: str, words: Mapping[str, Sequence[str]]) -> Request:
    """A request from its text; `words` lists the levels of category, color, material, size and state."""
    plain = text.strip().lower()
    for joined in _JOINED:
        plain = plain.replace(joined, "on" if joined == "on top of" else joined.replace(" ", "_"))
    tokens = re.findall(r"[\w#]+", plain)
    places = [k for k, token in enumerate(tokens) if _SYNONYM.get(token, token) in PREDICATES]
    if len(places) != 1:
        hint = "write it like 'red cube on blue cube'; predicates: " + ", ".join(PREDICATES)
        raise UsageError(f"{len(places) or 'no'} predicates in '{text}'", where="relations", hint=hint)
    at = places[0]
    predicate = _SYNONYM.get(tokens[at], tokens[at])
    left, right = tokens[:at], tokens[at + 1 :]
    other: list[str] = []
    if predicate == "between":
        if "and" not in right:
            raise UsageError(f"'between' needs two objects in '{text}'", where="relations", hint="x between y and z")
        cut = right.index("and")
        right, other = right[:cut], right[cut + 1 :]
    return Request(
        text,
        _wanted(left, text, words),
        predicate,
        None if predicate == "attached" else _wanted(right, text, words),
        _wanted(other, text, words) if other else None,
    )


def _wanted(tokens: Sequence[str], text: str, words: Mapping[str, Sequence[str]]) -> Wanted:
    levels: dict[str, str] = {}
    count, tag = 1, ""
    if "some" in tokens:
        count = SOME
    pending = [token for token in tokens if token not in _FILLER]
    place = 0
    while place < len(pending):
        token, _, mark = pending[place].partition("#")
        tag = mark or tag
        pair = f"{token}_{pending[place + 1].partition('#')[0]}" if place + 1 < len(pending) else ""
        if token.isdigit():
            count = int(token)
        elif pair and _factor(pair, words):
            levels[_factor(pair, words)] = _singular(pair, words)
            tag = pending[place + 1].partition("#")[2] or tag
            place += 1
        elif _factor(token, words):
            levels[_factor(token, words)] = _singular(token, words)
        else:
            known = [word for some in words.values() for word in some]
            raise UsageError(f"no word '{token}' in '{text}'", where="relations", hint=nearest(token, known))
        place += 1
    if "category" not in levels:
        raise UsageError(f"no category named in '{text}'", where="relations", hint="write it like 'red cube on table'")
    return Wanted(tuple(sorted(levels.items())), count, tag)


def _factor(token: str, words: Mapping[str, Sequence[str]]) -> str:
    return next((name for name, some in words.items() if _singular(token, words) in some), "")


def _singular(token: str, words: Mapping[str, Sequence[str]]) -> str:
    """The word itself, or without its plural ending where only that is known."""
    if any(token in some for some in words.values()):
        return token
    for ending in ("es", "s"):
        if token.endswith(ending) and any(token[: -len(ending)] in some for some in words.values()):
            return token[: -len(ending)]
    return token
