"""Words as numbers while programs run, and the names that the schema gives to attributes, relations and events."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

ATTRIBUTES = ("category", "group", "color", "material", "size", "state")
DIRECTIONS = ("left_of", "right_of", "in_front_of", "behind")
PREDICATES = (*DIRECTIONS, "on", "inside", "under", "next_to", "surrounding", "facing")
OPPOSITE = {"left_of": "right_of", "right_of": "left_of", "in_front_of": "behind", "behind": "in_front_of"}
EVENTS = ("moves", "stops", "collides", "disappears", "appears", "leaves", "enters")
NOTHING = "none"  # an attribute that an object does not have
NO_SUCH = "no such thing"  # a question's premise is false
CANNOT_TELL = "cannot tell"  # it is there, and cannot be seen

# words that are kinds of others though they are written as one; `polished_metal` is a kind of `metal` by its form
KINDS = {"armchair": "chair", "highchair": "chair", "teapot": "pot"}

_words: list[str] = []
_codes: dict[str, int] = {}


def code(word: str) -> int:
    """The number of a word in this process; numbers mean nothing outside it."""
    found = _codes.get(word)
    if found is None:
        found = _codes[word] = len(_words)
        _words.append(word)
    return found


def codes(words: Iterable[str]) -> np.ndarray:
    """The numbers of words, int32."""
    return np.array([code(word) for word in words], np.int32)


def parents(name: str) -> list[str]:
    """The words that a word is a kind of: `polished_metal` of `metal`. To call one by the other is not certain."""
    found = [name.split("_", k)[-1] for k in range(1, name.count("_") + 1)]
    return found + ([KINDS[name]] if name in KINDS else [])


def akin(one: str, other: str) -> bool:
    """Whether one word is a kind of the other."""
    return one in parents(other) or other in parents(one)


def word(number: int) -> str:
    """The word of a number."""
    return _words[number]
