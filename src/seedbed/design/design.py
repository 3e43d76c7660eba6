"""`Design`: which level of each factor every row gets. Row i depends on (spec, seed, i) alone.

Balance is made by minimisation (Taves 1974; Pocock & Simon 1975), the method of clinical trials: each
row takes, among the cells still free in its block, the one that leaves marginal and pairwise counts most
even. A block is the full factorial where that has at most 4,096 cells, so every full block holds each
cell exactly once and every prefix is nearly balanced; larger spaces use blocks of 2,048 rows, each the best
of a few random cells after two changes of one level. Skewed designs draw each row independently, as a crawl would.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from pydantic import ValidationError

from seedbed.design.factors import Factor
from seedbed.design.spec import Skew, Spec
from seedbed.errors import UsageError
from seedbed.lineage import row_rng
from seedbed.slices import Join, Node, Slice

VERSION = "2"  # changes whenever rows of a design change
FULL_FACTORIAL = 4096
BLOCK = 2048
CANDIDATES = 24
STEPS = 2

Levels = dict[str, str | int]


class Design:
    """Levels for each row, over a world's factors, as a `Spec` asks."""

    def __init__(
        self, factors: Sequence[Factor], spec: Spec | Mapping[str, Any] | None = None, *, seed: int = 0
    ) -> None:
        self.factors = tuple(factors)
        self.spec = _spec(spec)
        self.seed = seed
        self.spec.check({factor.name: factor.levels for factor in self.factors})
        if self.spec.skew:
            self._tables = _conditional_tables(self.factors, self.spec)
            self._outside = Slice.parse(self.spec.excluded) if self.spec.excluded else None
        else:
            self._parts = _parts(self.factors, self.spec)
            self._order = _shares(self.spec)

    def __getitem__(self, index: int) -> Levels:
        """The levels of row `index` (0 or more)."""
        if index < 0:
            raise IndexError(f"row {index}: a design has rows 0, 1, 2, …")
        return self._skewed(index) if self.spec.skew else self._balanced(index)

    def rows(self, count: int, first: int = 0) -> list[Levels]:
        """The levels of rows first .. first + count - 1."""
        return [self[index] for index in range(first, first + count)]

    def describe(self) -> dict[str, Any]:
        """The spec as plain data, defaults left out: what lineage records and hashes."""
        return self.spec.model_dump(exclude_defaults=True, mode="json")

    def _balanced(self, index: int) -> Levels:
        which, place = self._turn(index)
        cells = self._parts[which]
        block_size = len(cells) if isinstance(cells, _Cells) and cells.full else BLOCK
        block = _block(cells, self.seed, which, place // block_size)
        picked = block[place % block_size]
        return {factor.name: factor.levels[k] for factor, k in zip(self.factors, picked)}

    def _turn(self, index: int) -> tuple[int, int]:
        """(which target row `index` serves, how many rows that target had before)."""
        if len(self._order) <= 1:
            return 0, index
        turns = _turns(self._order, index)
        return int(turns[0]), int(turns[1])

    def _skewed(self, index: int) -> Levels:
        rng = row_rng("design", "1", self.seed, index, "skew")
        for _ in range(1000):
            chosen: dict[str, int] = {}
            for name, given, table in self._tables:
                weights = table if given is None else table[chosen[given]]
                chosen[name] = int(rng.choice(len(weights), p=weights))
            levels = {factor.name: factor.levels[chosen[factor.name]] for factor in self.factors}
            if self._outside is None or self._outside.matches(levels):
                return levels
        raise UsageError("1,000 draws met a forbidden or held-out combination", where="design", hint="loosen it")


def _spec(spec: Spec | Mapping[str, Any] | None) -> Spec:
    if isinstance(spec, Spec):
        return spec
    try:
        return Spec.model_validate(dict(spec or {}))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["design", *map(str, first["loc"])])
        raise UsageError(first["msg"].removeprefix("Value error, "), where=where) from None


class _Cells:
    """The combinations of levels that a slice and conditional factors allow, as level numbers."""

    def __init__(self, factors: tuple[Factor, ...], allowed: Slice, fixed: Mapping[str, Any]) -> None:
        self.factors = factors
        alone, self.allowed = _split(allowed)
        self.choices = [
            [
                k
                for k, level in enumerate(f.levels)
                if str(fixed.get(f.name, level)) == str(level)
                and all(part.matches({f.name: level}) for part in alone.get(f.name, []))
            ]
            for f in factors
        ]
        self._refuse_empty(min((len(choice) for choice in self.choices), default=1), allowed)
        self.conditions = _conditions(factors)
        steps = [(place, level) for place, choice in enumerate(self.choices) for level in choice]
        self._steps = (np.arange(len(steps)), np.array([p for p, _ in steps]), np.array([k for _, k in steps]))
        every = self._listed()
        self.full = every is not None
        if every is not None:
            self.cells = self._even(self._kept(every))
            self._refuse_empty(len(self.cells), allowed)
            self.full = len(self.cells) <= FULL_FACTORIAL

    def __len__(self) -> int:
        return len(self.cells)

    def _listed(self) -> np.ndarray | None:
        """Every combination that conditional factors allow, in the order of a product; None when there are too many."""
        cells = np.zeros((1, 0), dtype=np.int16)
        for place, choice in enumerate(self.choices):
            levels = np.tile(np.array(choice, dtype=np.int16), len(cells))
            cells = np.concatenate([np.repeat(cells, len(choice), axis=0), levels[:, None]], axis=1)
            for dependent, given, table in self.conditions:
                if max(dependent, given) == place:
                    cells = cells[table[cells[:, given], cells[:, dependent]]]
            if len(cells) > FULL_FACTORIAL:
                return None
        return cells

    def _even(self, cells: np.ndarray) -> np.ndarray:
        """Cells repeated so that levels with few conditional ones are as frequent as those with many."""
        for _, given, table in self.conditions:
            counts = table.sum(1)
            most = math.lcm(*(int(c) for c in counts if c))
            if len(cells) * most > FULL_FACTORIAL * 64:
                return np.repeat(cells, FULL_FACTORIAL + 1, axis=0)[: FULL_FACTORIAL + 1]  # too many: drawn instead
            cells = np.repeat(cells, (most // np.maximum(counts, 1))[cells[:, given]], axis=0)
        return cells

    def nearby(self, cell: np.ndarray) -> np.ndarray:
        """The cells that differ from this one in one factor at most."""
        rows, places, levels = self._steps
        found = np.repeat(cell[None], len(rows), axis=0)
        found[rows, places] = levels
        return self._kept(found)

    def candidates(self, rng: np.random.Generator, rows: int) -> np.ndarray:
        """Random allowed cells of a space too large to list; shape (rows, CANDIDATES, factors)."""
        wanted = rows * CANDIDATES
        kept: list[np.ndarray] = []
        for _ in range(200):
            drawn = self._kept(self._drawn(rng, wanted))
            kept.append(drawn)
            found = sum(map(len, kept))
            if found >= wanted:
                return np.concatenate(kept)[:wanted].reshape(rows, CANDIDATES, len(self.factors))
            if _ >= 20 and not found:
                break
        if not sum(map(len, kept)):
            self._refuse_empty(0)
        every = np.concatenate(kept)  # a rare slice: its cells are used again
        return every[np.arange(wanted) % len(every)].reshape(rows, CANDIDATES, len(self.factors))

    def _drawn(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Cells with uniform levels; a conditional factor takes one of the levels that its given one allows."""
        drawn = np.stack([rng.choice(choice, count) for choice in self.choices], axis=1).astype(np.int16)
        for place, given, table in self.conditions:
            open_levels = table[:, self.choices[place]]
            order = np.argsort(~open_levels, axis=1, kind="stable")  # the allowed ones first
            number = open_levels.sum(1)[drawn[:, given]]
            turn = (rng.random(count) * number).astype(np.int64)
            picked = order[drawn[:, given], np.minimum(turn, order.shape[1] - 1)]
            drawn[:, place] = np.array(self.choices[place])[picked]
        return drawn

    def _kept(self, cells: np.ndarray) -> np.ndarray:
        for place, given, table in self.conditions:
            cells = cells[table[cells[:, given], cells[:, place]]]
        if not str(self.allowed):
            return cells
        return cells[np.array([self._fits(cell) for cell in cells], dtype=bool)]

    def _fits(self, cell: Sequence[int]) -> bool:
        return self.allowed.matches({f.name: f.levels[k] for f, k in zip(self.factors, cell)})

    def _refuse_empty(self, count: int, asked: Slice | None = None) -> None:
        if count == 0:
            where = str(asked if asked is not None else self.allowed)
            raise UsageError("no combination of levels is in this slice", where=where, hint="loosen it")


def _split(asked: Slice) -> tuple[dict[str, list[Slice]], Slice]:
    """A slice's parts that speak of one factor alone, by factor, and the rest."""
    node = asked.node
    parts = node.parts if isinstance(node, Join) and node.op == "and" else (node,) if node is not None else ()
    alone: dict[str, list[Slice]] = {}
    rest: list[Node] = []
    for part in parts:
        columns = Slice(part).columns
        if len(columns) == 1:
            alone.setdefault(next(iter(columns)), []).append(Slice(part))
        else:
            rest.append(part)
    if not rest:
        return alone, Slice()
    return alone, Slice(rest[0] if len(rest) == 1 else Join("and", tuple(rest)))


def _conditions(factors: tuple[Factor, ...]) -> list[tuple[int, int, np.ndarray]]:
    """(place of a conditional factor, place of the one it is given, bool table of allowed levels)."""
    place = {factor.name: k for k, factor in enumerate(factors)}
    found = []
    for k, factor in enumerate(factors):
        if factor.given:
            given = factors[place[factor.given]]
            table = np.array([[level in factor.possible(g) for level in factor.levels] for g in given.levels])
            found.append((k, place[factor.given], table))
    return found


def _parts(factors: tuple[Factor, ...], spec: Spec) -> list[_Cells]:
    base = Slice.parse(spec.where) & Slice.parse(spec.excluded)
    wanted = [base & Slice.parse(target.where) for target in spec.targets] or [base]
    return [_Cells(factors, part, spec.fixed) for part in wanted]


def _shares(spec: Spec) -> tuple[float, ...]:
    total = sum(target.share for target in spec.targets)
    return tuple(target.share / total for target in spec.targets)


@lru_cache(maxsize=64)
def _turn_table(shares: tuple[float, ...], rows: int) -> np.ndarray:
    """Smooth weighted round robin: row -> (target, rows that the target had before)."""
    credit, had = np.zeros(len(shares)), np.zeros(len(shares), dtype=np.int64)
    table = np.empty((rows, 2), dtype=np.int64)
    for row in range(rows):
        credit += shares
        which = int(np.argmax(credit))
        credit[which] -= 1.0
        table[row] = which, had[which]
        had[which] += 1
    return table


def _turns(shares: tuple[float, ...], index: int) -> np.ndarray:
    """The table is made in doubling sizes, so walking through rows costs little in all."""
    size = 1024
    while size <= index:
        size *= 2
    return _turn_table(shares, size)[index]


_blocks: dict[tuple[int, int, int, int], tuple[_Cells, _Block]] = {}


def _block(cells: _Cells, seed: int, part: int, number: int) -> _Block:
    """Block `number`: rows of level numbers. The last few blocks are remembered."""
    key = (id(cells), seed, part, number)
    if key not in _blocks:
        if len(_blocks) > 256:
            _blocks.clear()
        rng = row_rng("design", "1", seed, number, f"block{part}")
        # the cells are kept beside the block, so that their id is not given to another while it is a key
        _blocks[key] = (cells, _Block(cells, rng))
    return _blocks[key][1]


class _Block:
    """Rows in an order whose every prefix has even marginal and pairwise counts, made as far as they are asked for."""

    def __init__(self, cells: _Cells, rng: np.random.Generator) -> None:
        self._cells, self._tally = cells, _Tally(cells)
        self._offered = cells.cells[rng.permutation(len(cells))] if cells.full else cells.candidates(rng, BLOCK)
        self._rows: list[np.ndarray] = []

    def __getitem__(self, place: int) -> np.ndarray:
        while len(self._rows) <= place:
            self._rows.append(self._next())
        return self._rows[place]

    def _next(self) -> np.ndarray:
        if not self._cells.full:
            return self._tally.settle(self._offered[len(self._rows)], self._cells)
        cell = self._tally.best(self._offered)
        self._offered = np.delete(self._offered, self._tally.place, axis=0)
        return cell


class _Tally:
    """Counts of levels and pairs of levels so far, each weighted by how rare it should be."""

    def __init__(self, cells: _Cells) -> None:
        sizes = [len(f.levels) for f in cells.factors]
        shares = _shares_of_levels(cells)
        self._ones = list(range(len(sizes)))
        self._pairs = list(itertools.combinations(self._ones, 2))
        weights = [1 / share for share in shares]
        for a, b in self._pairs:
            weights.append((1 / (shares[a][:, None] + shares[b][None, :])).ravel())
        starts = np.cumsum([0, *map(len, weights)])[:-1]
        self._starts = starts.astype(np.int64)
        self._weights = np.concatenate(weights) if weights else np.zeros(0)
        self._counts = np.zeros(len(self._weights))
        self._first = np.array([a for a, _ in self._pairs], dtype=np.int64)
        self._second = np.array([b for _, b in self._pairs], dtype=np.int64)
        self._width = np.array([sizes[b] for _, b in self._pairs], dtype=np.int64)
        self.place = 0

    def best(self, offered: np.ndarray) -> np.ndarray:
        """The offered cell that leaves counts most even, now counted; `place` is its row."""
        at = self._where(offered)
        self.place = int(np.argmin((self._counts[at] * self._weights[at]).sum(1)))
        self._counts[at[self.place]] += 1
        return offered[self.place].copy()

    def settle(self, offered: np.ndarray, cells: _Cells) -> np.ndarray:
        """The best offered cell, made better by a few changes of one level, now counted."""
        cell = self._least(offered)
        for _ in range(STEPS):
            cell = self._least(cells.nearby(cell))
        self._counts[self._where(cell[None])[0]] += 1
        return cell

    def _least(self, offered: np.ndarray) -> np.ndarray:
        at = self._where(offered)
        least: np.ndarray = offered[int(np.argmin((self._counts[at] * self._weights[at]).sum(1)))]
        return least

    def _where(self, offered: np.ndarray) -> np.ndarray:
        """Places of the cells' counts, (cells, factors + pairs)."""
        levels = offered.astype(np.int64)
        joint = levels[:, self._first] * self._width + levels[:, self._second]
        return np.concatenate([levels, joint], axis=1) + self._starts


def _shares_of_levels(cells: _Cells) -> list[np.ndarray]:
    """The share of rows that each level should have: even, or even within each level of the given factor."""
    shares = [np.full(len(f.levels), 1 / len(f.levels)) for f in cells.factors]
    for place, _, table in cells.conditions:
        each = table / np.maximum(table.sum(1, keepdims=True), 1)
        shares[place] = np.maximum(each.mean(0), 1e-6)
    return shares


def _conditional_tables(factors: tuple[Factor, ...], spec: Spec) -> list[tuple[str, str | None, np.ndarray]]:
    """(factor, the factor it depends on, weights of shape (levels,) or (given levels, levels)), in draw order."""
    if spec.where:
        raise UsageError("a skewed design draws from every cell", where="design.where", hint="drop where or skew")
    by_name = {factor.name: factor for factor in factors}
    pending, tables = list(by_name), []
    while pending:
        ready = [n for n in pending if _parent(by_name[n], spec.skew.get(n)) not in pending]
        if not ready:
            raise UsageError("factors are tied in a circle", where=f"design.skew: {', '.join(pending)}")
        for name in ready:
            skew = spec.skew.get(name)
            tables.append((name, _parent(by_name[name], skew), _table(by_name, name, skew, spec)))
            pending.remove(name)
    return tables


def _parent(factor: Factor, skew: Skew | None) -> str | None:
    """The factor that this one is drawn after."""
    tied = skew.given if skew else None
    if factor.given and tied and tied != factor.given:
        where = f"design.skew.{factor.name}.given"
        raise UsageError(f"'{factor.name}' already depends on '{factor.given}'", where=where)
    return factor.given or tied


def _table(by_name: dict[str, Factor], name: str, skew: Skew | None, spec: Spec) -> np.ndarray:
    """Weights of shape (levels,), or (given levels, levels) with impossible combinations at 0."""
    factor = by_name[name]
    weights = _weights(by_name, name, skew, spec)
    if not factor.given:
        return weights
    given = by_name[factor.given].levels
    allowed = np.array([[level in factor.possible(g) for level in factor.levels] for g in given], dtype=float)
    table = np.broadcast_to(weights, allowed.shape) * allowed
    table = np.where(table.sum(1, keepdims=True) > 0, table, allowed)
    return table / table.sum(1, keepdims=True)


def _weights(by_name: dict[str, Factor], name: str, skew: Skew | None, spec: Spec) -> np.ndarray:
    levels = by_name[name].levels
    count = len(levels)
    if name in spec.fixed:
        weights = np.array([float(str(level) == str(spec.fixed[name])) for level in levels])
    elif skew is None:
        weights = np.ones(count)
    elif skew.zipf is not None:
        weights = np.arange(1, count + 1, dtype=float) ** -skew.zipf
    elif skew.weights is not None:
        weights = np.array([float(skew.weights.get(str(level), 1.0)) for level in levels])
    else:
        return _tied(len(by_name[str(skew.given)].levels), count, float(skew.tied or 0))
    return weights / weights.sum()


def _tied(given: int, count: int, share: float) -> np.ndarray:
    """Level k of the given factor goes with level k modulo `count` in `share` of its rows."""
    rest = (1 - share) / (count - 1) if count > 1 else 0.0
    table = np.full((given, count), rest)
    table[np.arange(given), np.arange(given) % count] = share if count > 1 else 1.0
    return table
