"""Attempts: for a cell and scenes, many bindings at once; which have a certain, fair answer; and the choice of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seedbed.language.cells import Cell
from seedbed.language.chance import mixed
from seedbed.language.draw import Pool, draw
from seedbed.language.execute import run
from seedbed.language.fair import needed
from seedbed.language.functions.base import Context, Number, Place, Truth, taken
from seedbed.language.lexicon import code, codes
from seedbed.language.programs import Call
from seedbed.language.scenes import Scenes

DRAWS = 24  # bindings drawn for one question
MORE_DRAWS = 120  # for cells that are seldom fair
ANY = "*"  # stands for every answer of a point or a box
_NUMBERS = codes(str(n) for n in range(1001))


@dataclass(frozen=True)
class Attempts:
    """A attempts of T bindings: `answer` (A, T) codes, -1 where a binding has no fair answer; `words` (A * T,)."""

    cell: Cell
    of: np.ndarray
    answer: np.ndarray
    words: dict[str, np.ndarray]
    value: Any

    def chosen(self, rows: np.ndarray, draws: np.ndarray) -> tuple[dict[str, list[int]], Any]:
        """(codes of each hole's word, the program's values) of one binding of each of some attempts."""
        at = rows * self.answer.shape[1] + draws
        return {name: column[at].tolist() for name, column in self.words.items()}, taken(self.value, at)


def attempt(cell: Cell, scenes: Scenes, of: np.ndarray, keys: np.ndarray, pool: Pool, draws: int = DRAWS) -> Attempts:
    """Draw, execute and judge bindings of a cell for scenes `of` (A,) with keys (A,)."""
    count = len(of) * draws
    bound = np.repeat(keys, draws)
    bound = mixed(bound, np.tile(np.arange(draws), len(of)))
    each = np.repeat(of, draws)
    words = draw(cell, scenes, each, bound, pool)
    cx = Context(scenes, each)
    known: dict[Call, Any] = {}
    value = run(cell.program, cx, words, known)
    fine = np.ones(count, bool) & value.ok & _different(cell, words)
    for column in words.values():
        fine = fine & (column >= 0)
    answers = _codes(value, cell)
    fine &= answers >= 0
    rows = np.flatnonzero(fine)
    if len(rows):
        some = {name: column[rows] for name, column in words.items()}
        part = Context(scenes, each[rows])
        shared = {call: taken(found, rows) for call, found in known.items()}
        fine[rows] = needed(cell.program, part, some, shared[cell.program], tuple(cell.family.free), shared)
    made = np.where(fine, answers, -1).reshape(len(of), draws)
    return Attempts(cell, of, made, words, value)


def _codes(value: Any, cell: Cell) -> np.ndarray:
    """The answers as words' codes; -1 beyond the family's limit."""
    if isinstance(value, Truth):
        return np.where(value.value, code("yes"), code("no"))
    if isinstance(value, Number):
        low, high = (0, 1000) if cell.program.name == "distance" else cell.family.limit
        number = np.asarray(value.value)
        known = (number >= low) & (number <= high)
        return np.where(known, _NUMBERS[np.clip(number, 0, 1000)], -1)
    if isinstance(value, Place):
        return np.where(value.ok, code(ANY), -1)
    return np.where(value.ok, value.code, -1)


def _different(cell: Cell, words: dict[str, np.ndarray]) -> np.ndarray | bool:
    """Whether no two holes say the same."""
    same: np.ndarray | bool = False
    holes = cell.signature
    for i, (one, names) in enumerate(holes):
        for other, others in holes[:i]:
            if set(names) == set(others):
                equal: np.ndarray | bool = True
                for name in names:
                    equal = equal & (words[f"{one}.{name}"] == words[f"{other}.{name}"])
                same = same | equal
    loose = [name for name in cell.words if "." not in name]
    for i, one in enumerate(loose):
        for other in loose[:i]:
            if cell.words[one].kind == cell.words[other].kind and cell.words[one].kind != "relation":
                same = same | (words[one] == words[other])
    return ~np.asarray(same)


def available(found: Attempts, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(place of each binding's answer among the sorted `answers`, -1 elsewhere; bool (A, V) which an attempt has)."""
    if not len(answers):
        return np.full(found.answer.shape, -1), np.zeros((len(found.of), 0), bool)
    place = np.searchsorted(answers, found.answer)
    place = np.where((place < len(answers)) & (answers[np.minimum(place, len(answers) - 1)] == found.answer), place, -1)
    has = np.zeros((len(found.of), len(answers)), bool)
    rows, draws = np.nonzero(place >= 0)
    has[rows, place[rows, draws]] = True
    return place, has


def choose(place: np.ndarray, has: np.ndarray, weights: np.ndarray, skip: float, u: np.ndarray) -> np.ndarray:
    """The binding chosen in each attempt (A,), -1 for none: an answer by its weight (A, V), then its first binding.

    `skip` is the weight of asking nothing.
    """
    offered = has * weights
    total = offered.sum(1) + skip
    up = np.cumsum(offered, axis=1)
    with np.errstate(invalid="ignore"):
        picked = (up <= (u * total)[:, None]).sum(1)
    none = (picked >= has.shape[1]) | (total <= 0)
    picked = np.where(none, -2, picked)
    hit = place == picked[:, None]
    return np.where(none | ~hit.any(1), -1, hit.argmax(1))
