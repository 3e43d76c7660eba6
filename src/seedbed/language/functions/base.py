"""What a function is, and the values that functions take and give, in columns: one entry for each binding.

A binding is a scene with the program's words filled in; B bindings over scenes of at most N objects are executed
at once. Values know what is not certain: an object that can hardly be seen, a pair whose relation is within the
margin. A set of objects is a pair of bit masks (surely in it, possibly in it); every other value has `ok`, False where
it cannot be told for certain or does not exist. A program has an answer only where it is ok.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from seedbed.language.scenes import Scenes

Array = Any  # numpy array


class Objects(NamedTuple):
    """Sets of objects as bits (`language.masks`): uint64 (B,) surely in it, (B,) possibly in it (a superset)."""

    sure: Array
    maybe: Array


class Object(NamedTuple):
    """One object each: its number (B,); -1 where there is none."""

    index: Array
    ok: Array


class Number(NamedTuple):
    """Numbers (B,)."""

    value: Array
    ok: Array


class Word(NamedTuple):
    """Words (B,), as numbers of `seedbed.language.lexicon`."""

    code: Array
    ok: Array


class Truth(NamedTuple):
    """Truths (B,)."""

    value: Array
    ok: Array


class Events(NamedTuple):
    """Sets of events: bool (B, E)."""

    mask: Array
    ok: Array


class Event(NamedTuple):
    """One event each: its number (B,)."""

    index: Array
    ok: Array


class Place(NamedTuple):
    """Points (B, 2) or boxes (B, 4) in pixels."""

    value: Array
    ok: Array


def taken(value: Any, rows: Array) -> Any:
    """Some of the entries of a column of values."""
    return type(value)(*(column[rows] for column in value))


@dataclass
class Context:
    """The scenes, and the scene of each binding."""

    scenes: Scenes
    of: Array  # (B,) number of the scene

    @property
    def count(self) -> int:
        return len(self.of)

    def at(self, column: Array, index: Array) -> Array:
        """A column (S, N) at one object of each binding; the value at -1 means nothing."""
        return column.take(self.of * column.shape[1] + np.maximum(index, 0))


@dataclass(frozen=True)
class Function:
    """What a function takes and gives, how it is computed, the words it knows, and one line about it."""

    name: str
    takes: tuple[str, ...]
    gives: str
    run: Callable[..., Any]
    words: tuple[str, ...] = ()
    doc: str = ""


FUNCTIONS: dict[str, Function] = {}


def function(
    name: str, takes: tuple[str, ...], gives: str, doc: str, words: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: make a function of the language known."""

    def add(run: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[name] = Function(name, takes, gives, run, words, doc)
        return run

    return add
