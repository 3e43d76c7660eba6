"""Words for a cell's holes, drawn for many bindings at once.

A description is taken from an object of the scene, or from one of another scene of the same world (so that what is
not there is as likely a thing as what is there), or from an object with one thing changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seedbed.language.cells import Cell
from seedbed.language.chance import split, uniform
from seedbed.language.lexicon import ATTRIBUTES, EVENTS, codes
from seedbed.language.scenes import Scenes

# changed together: a material has its own colours, a category its own states
BLOCKS = (("category", "group", "state"), ("material", "color"), ("size",))
# shares of descriptions: of an object here, of one with a part changed; the others are of another scene
HERE, CHANGED = 0.5, 0.25
# bits of one hash: which object, which of another scene, whose description, what is changed
BITS = (20, 28, 6, 10)


@dataclass(frozen=True)
class Pool:
    """Objects of a world's other scenes: attribute -> int32 (P,)."""

    attribute: Mapping[str, np.ndarray]

    @property
    def size(self) -> int:
        return len(self.attribute["category"])


def pool_of(scenes: Scenes) -> Pool:
    """Every object of these scenes."""
    return Pool({name: scenes.attribute[name][scenes.there] for name in ATTRIBUTES})


def pool_of_words(vocabulary: Mapping[str, tuple[str, ...]], size: int = 256) -> Pool:
    """Objects put together from a vocabulary alone."""
    key = np.arange(size, dtype=np.uint64)
    made = {}
    for name in ATTRIBUTES:
        words = codes(vocabulary.get(name) or ()) if vocabulary.get(name) else np.array([-1], np.int32)
        made[name] = words[(uniform(key, name) * len(words)).astype(int)]
    return Pool(made)


def draw(cell: Cell, scenes: Scenes, of: np.ndarray, keys: np.ndarray, pool: Pool) -> dict[str, np.ndarray]:
    """Codes (B,) for each hole; -1 where the drawn object has no such attribute (the binding has no answer)."""
    found: dict[str, np.ndarray] = {}
    for hole, names in cell.signature:
        found.update({f"{hole}.{n}": v for n, v in _description(cell, scenes, of, keys, pool, hole, names).items()})
    for name, word in cell.words.items():
        if name in found:
            continue
        if word.words:
            known = codes(word.words)
            found[name] = known[(uniform(keys, f"{name}!") * len(known)).astype(int)]
        elif word.kind in ATTRIBUTES:
            found[name] = _description(cell, scenes, of, keys, pool, name, (word.kind,))[word.kind]
        else:
            known = codes(EVENTS)
            found[name] = known[(uniform(keys, f"{name}!") * len(known)).astype(int)]
    return found


def _description(
    cell: Cell, scenes: Scenes, of: np.ndarray, keys: np.ndarray, pool: Pool, hole: str, names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    which, elsewhere, how, block = split(keys, hole, BITS)
    order, counts = scenes.listed[cell.everything]
    some = counts.take(of)
    at = of * scenes.width
    at += order.take(at + (which * np.maximum(some, 1) >> BITS[0]))
    other = elsewhere * pool.size >> BITS[1]
    how = np.where(some > 0, how, 1 << BITS[2])
    same, nearly = how < HERE * 2 ** BITS[2], how < (HERE + CHANGED) * 2 ** BITS[2]
    block = block * len(BLOCKS) >> BITS[3]
    made = {}
    for name in names:
        here, there = scenes.attribute[name].take(at), pool.attribute[name].take(other)
        turned = block == next(k for k, members in enumerate(BLOCKS) if name in members)
        made[name] = np.where(same | (nearly & ~turned), here, there)
    return made
