"""Sets of objects as bits of uint64 numbers, bit k for object k; and tables of sets that functions look up.

A filter over a million bindings is then one gather and one `&`, whatever the number of objects.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from seedbed.language.lexicon import PREDICATES, codes

if TYPE_CHECKING:
    from seedbed.language.scenes import Scenes

MOST = 64  # objects of one scene
NONE, ALL = np.uint64(0), ~np.uint64(0)
BIT = np.append(np.uint64(1) << np.arange(MOST, dtype=np.uint64), NONE)  # of an object's number; none for -1
_FIRST_CODE = 2  # tables begin at code -2, so that words that nothing has find the empty set


def packed(flags: np.ndarray) -> np.ndarray:
    """Bits (...) of flags bool (..., N)."""
    some = np.packbits(flags, axis=-1, bitorder="little")
    made = np.zeros((*flags.shape[:-1], MOST // 8), np.uint8)
    made[..., : some.shape[-1]] = some
    return made.view("<u8")[..., 0].astype(np.uint64, copy=False)


def unpacked(bits: np.ndarray, width: int) -> np.ndarray:
    """Flags bool (B, N) of bits (B,)."""
    bytes_ = np.ascontiguousarray(bits.astype("<u8", copy=False)).view(np.uint8).reshape(-1, MOST // 8)
    return np.unpackbits(bytes_, axis=1, count=width, bitorder="little").view(bool)


def size(bits: np.ndarray) -> np.ndarray:
    """How many objects, int (B,)."""
    return np.bitwise_count(bits).astype(np.int64)


def lowest(bits: np.ndarray) -> np.ndarray:
    """The least number of each set, int (B,); 64 where it is empty."""
    return size((bits & -bits) - np.uint64(1))


class Masks:
    """Sets of the objects of scenes: tables (S, ...) computed when first asked for."""

    def __init__(self, scenes: Scenes) -> None:
        self._scenes = scenes
        self.there, self.clear, self.maybe = packed(scenes.there), packed(scenes.clear), packed(scenes.maybe)
        self.hidden = self.there & ~self.maybe
        self.every = packed(np.ones((1, scenes.width), bool))[0]  # all numbers, whether there is such an object or not
        self._words: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._alike: dict[str, np.ndarray] = {}

    def having(self, name: str, of: np.ndarray, words: np.ndarray) -> np.ndarray:
        """The objects of scenes `of` (B,) whose attribute is a word (codes (B,)); none for words less than 0."""
        table, places = self._table(name)
        return table.take(of * table.shape[1] + places.take(words + _FIRST_CODE, mode="clip"))

    def known(self, name: str) -> np.ndarray:
        """The objects that have the attribute at all, (S,)."""
        return self._table(name)[0][:, -1]

    def alike(self, name: str) -> np.ndarray:
        """The objects of the same attribute as each, itself too: (S, N); none for objects without it."""
        if name not in self._alike:
            column = self._scenes.attribute[name]
            of = np.repeat(np.arange(self._scenes.count), self._scenes.width)
            self._alike[name] = self.having(name, of, column.reshape(-1)).reshape(column.shape)
        return self._alike[name]

    def _table(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """(sets (S, V + 2) by word, then the empty one, then of all words; place of each code from -2 on)."""
        if name not in self._words:
            column = self._scenes.attribute[name]
            known = np.unique(column[column >= 0])
            sets = [packed(column == number) for number in known]
            table = np.stack([*sets, np.zeros(len(column), np.uint64), packed(column >= 0)], axis=1)
            places = np.full(_FIRST_CODE + int(known.max(initial=-1)) + 2, len(known))
            places[known + _FIRST_CODE] = np.arange(len(known))
            self._words[name] = np.ascontiguousarray(table), places
        return self._words[name]

    def related(
        self, of: np.ndarray, predicates: np.ndarray, index: np.ndarray, backwards: bool
    ) -> tuple[np.ndarray, ...]:
        """(surely, possibly): sets (B,) of the objects seen that stand in a relation (codes (B,)) to object `index`;
        `backwards`: to which the object stands in it. Nothing stands in a relation to itself.
        """
        places = self._predicates.take(predicates + _FIRST_CODE, mode="clip")
        at = (of * (len(PREDICATES) + 1) + places) * self._scenes.width + index
        sure, possible = self._to if not backwards else self._from
        return sure.take(at), possible.take(at)

    @cached_property
    def _predicates(self) -> np.ndarray:
        """The place of each code from -2 on."""
        numbers = codes(PREDICATES)
        places = np.full(_FIRST_CODE + int(numbers.max()) + 2, len(numbers))
        places[numbers + _FIRST_CODE] = np.arange(len(numbers))
        return places

    @cached_property
    def _to(self) -> tuple[np.ndarray, np.ndarray]:
        """Subjects by scene, predicate and object: (S, P + 1, N), none for the last predicate."""
        return self._stacked(backwards=False)

    @cached_property
    def _from(self) -> tuple[np.ndarray, np.ndarray]:
        """Objects by scene, predicate and subject: (S, P + 1, N), none for the last predicate."""
        return self._stacked(backwards=True)

    def _stacked(self, backwards: bool) -> tuple[np.ndarray, np.ndarray]:
        scenes = self._scenes
        made = np.zeros((2, scenes.count, len(PREDICATES) + 1, scenes.width), np.uint64)
        for place, name in enumerate(PREDICATES):
            for k, pairs in enumerate(scenes.relation(name)):
                made[k, :, place] = packed(pairs if backwards else pairs.swapaxes(1, 2))
        made &= ~BIT[: scenes.width]
        return made[0] & self.clear[:, None, None], made[1] & self.maybe[:, None, None]


__all__ = ["ALL", "BIT", "MOST", "NONE", "Masks", "lowest", "packed", "size", "unpacked"]
