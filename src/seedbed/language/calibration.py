"""Even answers, without any row knowing another: how likely each answer must be chosen is found on pilot scenes.

Row i may depend on (program, seed, i) only, so answers cannot be evened out by counting what other rows got. Instead
every cell (a family with its descriptions' attributes) is tried on a few hundred planned scenes of the same world, and
weights are raked (Deming & Stephan 1940) until each answer is chosen equally often, in small scenes as in crowded
ones as far as those allow it. Common answers are then passed over as often as rare ones are missing. The weights
are a function of the program alone: shards, processes and reruns have the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from seedbed.language.attempt import ANY, DRAWS, MORE_DRAWS, Attempts, attempt, available
from seedbed.language.cells import Cell, cells_of
from seedbed.language.chance import mixed
from seedbed.language.draw import Pool, pool_of, pool_of_words
from seedbed.language.families import Family
from seedbed.language.lexicon import ATTRIBUTES, code, codes, word
from seedbed.language.scenes import Scenes

SCENES = 1440  # pilot scenes
MORE_SCENES = 2880  # and more of them, for cells that count, with a number that few scenes have
RARE = 0.06  # share of pilot scenes that have a cell's rarest number, below which more are tried
PART = {"number": 1, "word": 2, "truth": 3}  # of them for cells that give these; a ninth for the others
EDGES = (5, 8, 11)  # scene sizes are evened out in four groups: below 5, 5 to 7, 8 to 10, more
LEAST, LEAST_NUMBER = 0.02, 0.009  # share of pilot scenes that an answer must be found in
SELDOM = 0.025  # share of scenes with a question, below which a cell is not asked
MANY = 24  # above this number of answers, weights are left alone: the world's own balance holds
SLACK = 0.85
ROUNDS = 60


@dataclass(frozen=True)
class Table:
    """A cell's answers (sorted codes), their weights (groups of scene size, answers), and the share of hits."""

    answers: np.ndarray
    weights: np.ndarray
    skip: float
    share: float
    draws: int = DRAWS
    prior: list[float] = field(default_factory=list)  # how often each answer is there to be asked for

    @cached_property
    def by_word(self) -> np.ndarray:
        """Places of the answers in the order of their words: codes are numbered as a process meets them."""
        return np.array(sorted(range(len(self.answers)), key=lambda k: word(int(self.answers[k]))), np.int64)


@dataclass
class Calibration:
    """What asking needs to know of a world: its words, objects of other scenes, and a table for each cell."""

    families: tuple[Family, ...]
    pool: Pool
    levels: dict[str, list[str]]
    group_of: dict[str, str]
    tables: dict[str, Table] = field(default_factory=dict)
    cells: dict[str, list[Cell]] = field(default_factory=dict)  # those used, by family
    never: dict[str, str] = field(default_factory=dict)  # family -> why it cannot be asked

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values; `families` are kept by the reader."""
        return {
            "pool": {name: [_word(k) for k in column.tolist()] for name, column in self.pool.attribute.items()},
            "levels": self.levels,
            "group_of": self.group_of,
            "never": self.never,
            "tables": {
                name: [[word(int(k)) for k in t.answers], t.weights.tolist(), t.skip, t.share, t.draws, t.prior]
                for name, t in self.tables.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], families: Sequence[Family]) -> Calibration:
        """What `to_dict` made."""
        pool = {
            name: np.array([-1 if w is None else code(w) for w in column], np.int32)
            for name, column in data["pool"].items()
        }
        made = cls(tuple(families), Pool(pool), data["levels"], data["group_of"], never=dict(data["never"]))
        for name, (answers, weights, skip, share, draws, prior) in data["tables"].items():
            numbers = np.array([code(w) for w in answers], np.int64)
            order = np.argsort(numbers)
            ranked = [prior[int(k)] for k in order]
            made.tables[name] = Table(numbers[order], np.array(weights, float)[:, order], skip, share, draws, ranked)
        for family in families:
            kept = [cell for cell in cells_of(family) if cell.name in made.tables]
            if kept:
                made.cells[family.name] = kept
        return made

    def turns(self) -> list[str]:
        """Families as often as they must be tried, to be asked equally often."""
        shares = {
            name: float(np.mean([self.tables[c.name].share for c in cells])) for name, cells in self.cells.items()
        }
        return [
            name for name, share in shares.items() for _ in range(int(np.clip(round(0.8 / max(share, 1e-3)), 1, 12)))
        ]


def calibrate(
    graphs: Sequence[Mapping[str, Any]],
    families: Sequence[Family],
    levels: Mapping[str, Sequence[str]] | None = None,
    more: Callable[[], Sequence[Mapping[str, Any]]] | None = None,
) -> Calibration:
    """Tables of every family over pilot scene graphs; `levels` adds words of the world that the pilot may lack.

    `more` makes further scenes of the same world, for answers that are rare in the first.
    """
    scenes = Scenes(graphs)
    made = Calibration(tuple(families), pool_of(scenes), _levels(scenes, levels), _groups(scenes))
    tried: dict[str, _Tried] = {}
    size = size_group(scenes)
    for family in families:
        _family(made, family, scenes, tried)
    rare = [name for name, one in tried.items() if one.gives == "number" and one.has.mean(0).min() < RARE]
    if more is not None and rare:
        further = Scenes([*graphs, *more()])
        size = size_group(further)
        for name in rare:
            tried[name] = _tried_again(made, tried[name], name, further)
    # rows stop when they have their questions, so more is tried in scenes that have few: weigh the pilot's as much
    for _ in range(2):
        often = _tries_by_size(made, tried, size)
        for name, kept in tried.items():
            if name in made.tables:
                made.tables[name] = _table(kept, size, often)
    return made


def without_pilot(families: Sequence[Family], vocabulary: Mapping[str, Sequence[str]]) -> Calibration:
    """No pilot scenes: words of a vocabulary, answers as the scenes have them."""
    known = {name: tuple(vocabulary.get(name) or ()) for name in ATTRIBUTES}
    made = Calibration(tuple(families), pool_of_words(known), {n: sorted(w) for n, w in known.items() if w}, {})
    for family in families:
        made.cells[family.name] = list(cells_of(family))
    return made


def size_group(scenes: Scenes) -> np.ndarray:
    """The group of each scene's size: how many objects can be seen well."""
    return np.searchsorted(np.array(EDGES), scenes.clear.sum(1), side="right")


def _levels(scenes: Scenes, more: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    found = {name: {word(int(c)) for c in np.unique(scenes.attribute[name]) if c >= 0} for name in ATTRIBUTES}
    for name, words in (more or {}).items():
        if name in found:
            found[name] |= {str(w) for w in words} - {"none"}
    return {name: sorted(words) for name, words in found.items() if words}


def _groups(scenes: Scenes) -> dict[str, str]:
    category, group = (scenes.attribute[name][scenes.there] for name in ("category", "group"))
    return {word(int(c)): word(int(g)) for c, g in zip(category, group) if c >= 0 and g >= 0}


@dataclass(frozen=True)
class _Tried:
    """What a cell's attempts had: its answers, bool (M, V) which of them each pilot scene offers, draws of each."""

    gives: str
    answers: np.ndarray
    has: np.ndarray
    draws: int


def _tries_by_size(made: Calibration, tried: Mapping[str, _Tried], size: np.ndarray) -> np.ndarray:
    """How often families are tried in a scene of each size group, relative to the mean over scenes."""
    groups, turns = len(EDGES) + 1, made.turns()
    if not turns:
        return np.ones(groups)
    hit = np.zeros(groups)
    for name, cells in made.cells.items():
        for cell in cells:
            one, table = tried[cell.name], made.tables[cell.name]
            group = size[: len(one.has)]
            offered = (one.has * table.weights[group]).sum(1)
            chosen: np.ndarray = offered / (table.skip + offered) if table.skip else (offered > 0).astype(float)
            share = [chosen[group == k].mean() if (group == k).any() else 0.0 for k in range(groups)]
            hit += turns.count(name) / len(turns) / len(cells) * np.array(share)
    often = 1.0 / np.maximum(hit, 0.02)
    often /= float(often[size].mean())
    return np.clip(often, 0.2, 5.0)


def _family(made: Calibration, family: Family, scenes: Scenes, tried: dict[str, _Tried]) -> None:
    attempted = [(cell, _try(cell, scenes, made.pool)) for cell in cells_of(family)]
    found = [(cell, attempts, _common(attempts)) for cell, attempts in attempted]
    found = [(cell, attempts, answers) for cell, attempts, answers in found if len(answers)]
    if not found:
        hits = sum(int((attempts.answer >= 0).any(1).sum()) for _, attempts in attempted)
        made.never[family.name] = (
            f"fair in {hits} of {sum(len(attempts.of) for _, attempts in attempted)} tries only"
            if hits
            else "no fair question in this world's scenes"
        )
        return
    kept = _agreed([set(answers.tolist()) for _, _, answers in found])
    if found[0][0].program.name == "query_state":  # a state is guessed where its opposite is never the answer
        kept = {k for k in kept if {code(w) for w in siblings(made, word(k))} <= kept}
        if not kept:
            made.never[family.name] = "no state is found with its opposite often enough"
            return
    if len(kept) < 2 and word(next(iter(kept))) != ANY:
        made.never[family.name] = f"its only answer in this world is '{word(next(iter(kept)))}'"
        return
    size, evenly = size_group(scenes), np.ones(len(EDGES) + 1)
    for cell, attempts, answers in found:
        if kept <= set(answers.tolist()) or len(kept) > MANY:
            wanted = np.array(sorted(kept)) if len(kept) <= MANY else np.sort(answers)
            one = _Tried(cell.gives, wanted, available(attempts, wanted)[1], attempts.answer.shape[1])
            table = _table(one, size, evenly)
            if table.share >= SELDOM:
                tried[cell.name], made.tables[cell.name] = one, table
                made.cells.setdefault(family.name, []).append(cell)
    if family.name not in made.cells:
        made.never[family.name] = "too seldom with all its answers"


def _try(cell: Cell, scenes: Scenes, pool: Pool) -> Attempts:
    """Attempts over the pilot scenes, with more draws where few scenes have a fair question."""
    count = -(-scenes.count // PART.get(cell.gives, 9))
    keys = mixed(np.arange(count, dtype=np.uint64), code_of(cell.name))
    found = attempt(cell, scenes, np.arange(count), keys, pool)
    if (found.answer >= 0).any(1).mean() < 0.3:  # seldom fair: more draws, and more scenes to tell answers' shares
        count = scenes.count
        keys = mixed(np.arange(count, dtype=np.uint64), code_of(cell.name))
        found = attempt(cell, scenes, np.arange(count), keys, pool, MORE_DRAWS)
    return found


def _tried_again(made: Calibration, one: _Tried, name: str, scenes: Scenes) -> _Tried:
    """The same answers, found in more scenes."""
    cell = next(c for cells in made.cells.values() for c in cells if c.name == name)
    found = []
    for start in range(0, scenes.count, SCENES):  # a part at a time: bindings of thousands of scenes are many
        of = np.arange(start, min(start + SCENES, scenes.count))
        keys = mixed(of.astype(np.uint64), code_of(cell.name))
        found.append(available(attempt(cell, scenes, of, keys, made.pool, one.draws), one.answers)[1])
    return _Tried(one.gives, one.answers, np.concatenate(found), one.draws)


def code_of(name: str) -> int:
    """A number for a name, the same in every process."""
    import zlib

    return zlib.crc32(name.encode())


def _common(found: Attempts) -> np.ndarray:
    """The answers that are found often enough, sorted codes."""
    every = np.unique(found.answer)
    every = every[every >= 0]
    _, has = available(found, every)
    if len(every) > MANY:
        return every
    if found.cell.gives != "number":
        return every[has.mean(0) >= LEAST]
    kept = sorted((int(word(int(k))), k) for k in every[has.mean(0) >= LEAST_NUMBER])
    if found.cell.program.name != "distance":  # without gaps
        kept = [pair for place, pair in enumerate(kept) if pair[0] == kept[0][0] + place]
    return np.array(sorted(k for _, k in kept), np.int64)


def _agreed(sets: list[set[int]]) -> set[int]:
    """The answers to ask for in every cell: the set that keeps most (cells that have them all) x (answers)."""
    if max(map(len, sets)) > MANY:
        return set().union(*sets)
    ranked = sorted(sets, key=lambda s: (-(len(s) ** 2) * sum(s <= t for t in sets) ** 0.5, sorted(word(k) for k in s)))
    return ranked[0]


def _table(one: _Tried, size: np.ndarray, often: np.ndarray) -> Table:
    """The weights of a cell, for pilot scenes of these size groups, tried as often as `often` (groups,) says."""
    has, groups = one.has, len(EDGES) + 1
    size = size[: len(has)]
    mass = often[size] / often[size].sum()
    if one.gives == "word":
        size = np.zeros_like(size)  # what a thing is has nothing to do with how many there are: one weight for all
    prior = [round(float(v), 5) for v in mass @ has + 0.5 / len(has)]
    if len(one.answers) > MANY or len(one.answers) == 1:
        return Table(one.answers, np.ones((groups, len(one.answers))), 0.0, float(mass @ has.any(1)), one.draws, prior)

    def grouped(values: np.ndarray) -> np.ndarray:
        return np.stack([np.asarray(mass[size == k] @ values[size == k]) for k in range(groups)])

    some: np.ndarray = has.any(1).astype(float)[:, None]
    wanted = _wanted(grouped(has.astype(float)), np.bincount(size, mass, groups), grouped(some)[:, 0])
    weights = np.ones_like(wanted)
    for _ in range(ROUNDS):
        offered = has * weights[size]
        got = grouped(offered / (1.0 + offered.sum(1, keepdims=True)))
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(got > 0, wanted / got, 0.0)
        weights = np.clip(weights * step**0.8, 0.0, 1e4)
    if not size.any():
        weights[:] = weights[0]
    rounded = np.array([[float(f"{v:.4g}") for v in row] for row in weights])
    return Table(one.answers, rounded, 1.0, float(wanted.sum()), one.draws, prior)


def _wanted(there: np.ndarray, sizes: np.ndarray, any_: np.ndarray) -> np.ndarray:
    """How often each answer is to be chosen in each group of sizes, (groups, answers): every answer equally often in
    total, and as far as it is there at all in proportion to the sizes; in no group more than there are questions.
    """
    room, total = SLACK * there, float((SLACK * there).sum(0).min())
    made = np.zeros_like(room)
    for _ in range(24):
        for a in range(room.shape[1]):
            made[:, a] = _spread(room[:, a], sizes, total)
        if (made.sum(1) <= SLACK * any_ + 1e-9).all():
            break
        total *= 0.85
    return made


def _spread(room: np.ndarray, sizes: np.ndarray, total: float) -> np.ndarray:
    """`total` shared out in proportion to the sizes, nowhere more than there is room."""
    low, high = 0.0, 1e3
    for _ in range(40):
        level = (low + high) / 2
        low, high = (level, high) if np.minimum(room, level * sizes).sum() < total else (low, level)
    return np.minimum(room, high * sizes)


def siblings(made: Calibration, state: str) -> list[str]:
    """The states of things that can be in a state: `open`, `closed`."""
    category, states = made.pool.attribute["category"], made.pool.attribute["state"]
    kinds = np.unique(category[states == code(state)])
    found = np.unique(states[np.isin(category, kinds) & (states >= 0)])
    return sorted(word(int(k)) for k in found)


def _word(number: int) -> str | None:
    return word(number) if number >= 0 else None


def answer_words(made: Calibration, cell: Cell) -> list[str]:
    """What the cell's answers can be, as far as it is known."""
    table = made.tables.get(cell.name)
    return sorted(word(int(k)) for k in table.answers) if table is not None else []


__all__ = ["Calibration", "Table", "answer_words", "calibrate", "codes", "code", "size_group", "without_pilot"]
