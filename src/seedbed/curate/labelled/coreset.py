"""A small subset that stands for the whole: an order of rows in which every prefix is such a subset.

    k_centre     greedy k-centre (Gonzalez 1985; Sener and Savarese 2018, arXiv:1708.00489): each row is the one
                 farthest from all before it. No row is far from the subset, so odd rows come early: clean first.
    herding      kernel herding (Welling 2009; Chen, Welling and Smola 2010): each row brings the subset's mean
                 closest to that of all rows, in the feature space of a Gaussian kernel.
    prototypes   herding within each class, the classes taking turns: equally many rows of each.
    random, random_by_class   what the others have to beat.

Only `prototypes` and `random_by_class` look at labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.labelled.draws import stream
from seedbed.curate.labelled.features import labels_of, standardised, vector_column, vectors
from seedbed.curate.labelled.neighbours import squared_blocks
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError, nearest
from seedbed.registry import register

SAMPLE = 500  # rows that the kernel's width is read from


def k_centre(found: np.ndarray, rows: int) -> np.ndarray:
    """Positions of `rows` rows, each the farthest from those before; first the one nearest the mean."""
    rows = min(rows, len(found))
    if rows == 0:
        return np.empty(0, dtype=np.int64)
    order = np.empty(rows, dtype=np.int64)
    order[0] = np.argmin(np.linalg.norm(found - found.mean(axis=0), axis=1))
    gap = np.linalg.norm(found - found[order[0]], axis=1)
    taken = np.zeros(len(found), dtype=bool)
    for k in range(1, rows):
        taken[order[k - 1]] = True
        order[k] = np.argmax(np.where(taken, -1.0, gap))
        gap = np.minimum(gap, np.linalg.norm(found - found[order[k]], axis=1))
    return order


def herding(found: np.ndarray, rows: int) -> np.ndarray:
    """Positions of `rows` rows by kernel herding without repeats; a Gaussian as wide as the median distance."""
    rows = min(rows, len(found))
    if rows == 0:
        return np.empty(0, dtype=np.int64)
    scale = _median_squared(found)
    wanted = np.empty(len(found))
    for part, squared in squared_blocks(found, found):
        wanted[part] = np.exp(-squared / scale).mean(axis=1)
    order, had = np.empty(rows, dtype=np.int64), np.zeros(len(found))
    taken = np.zeros(len(found), dtype=bool)
    for k in range(rows):
        order[k] = np.argmax(np.where(taken, -np.inf, wanted - had / (k + 1)))
        taken[order[k]] = True
        had += np.exp(-((found - found[order[k]]) ** 2).sum(axis=1) / scale)
    return order


def by_class(codes: np.ndarray, rows: int, within: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The classes take turns, each giving its rows in the order that `within` puts them in."""
    queues = []
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        queues.append(members[within(members)])
    turns = max((len(queue) for queue in queues), default=0)
    order = [queue[turn] for turn in range(turns) for queue in queues if turn < len(queue)]
    return np.array(order[:rows], dtype=np.int64)


METHODS = ("k_centre", "herding", "prototypes", "random", "random_by_class")


def coreset(found: np.ndarray, codes: np.ndarray | None, rows: int, method: str, seed: int = 0) -> np.ndarray:
    """Positions of at most `rows` rows, best first. Methods by class need `codes`, class numbers."""
    rng = stream(seed, "coreset")
    if method == "k_centre":
        return k_centre(found, rows)
    if method == "herding":
        return herding(found, rows)
    if method == "random":
        return rng.permutation(len(found))[:rows]
    if method not in METHODS:
        raise UsageError(f"unknown method '{method}'", where="coreset", hint=nearest(method, METHODS))
    if codes is None:
        raise UsageError(f"{method} needs labels", where="coreset", hint="name the column with label: …")
    if method == "random_by_class":
        return by_class(codes, rows, lambda members: rng.permutation(len(members)))
    each = -(-rows // max(len(np.unique(codes)), 1))  # a class with few rows leaves its turns to the others
    return _topped_up(found, codes, rows, each)


@register("operator", "coreset")
class Coreset(Operator):
    """coreset_rank: 0 for the row to take first, 1 for the second, …; null for rows after the first `rows`."""

    reads = ("id",)  # and the columns that `needs` names
    writes = ("coreset_rank",)
    whole = True

    def __init__(
        self,
        method: str = "herding",
        rows: int = 100,
        label: str | None = None,
        vectors: str | None = None,
        seed: int = 0,
    ) -> None:
        if rows < 1:
            raise UsageError(f"rows is {rows}", where="coreset", hint="at least 1")
        self.method, self.rows, self.label, self.vectors, self.seed = method, rows, label, vectors, seed

    def needs(self, columns: Sequence[str]) -> list[str]:
        source = vector_column(columns, self.vectors)
        return ["id", source] + ([self.label] if self.label else [])

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        table = pa.table(batch)
        codes = labels_of(table, self.label)[1] if self.label else None
        order = coreset(standardised(vectors(table, self.vectors)), codes, self.rows, self.method, self.seed)
        rank = np.full(table.num_rows, -1)
        rank[order] = np.arange(len(order))
        return {"coreset_rank": pa.array(rank, pa.int32(), mask=rank < 0)}


def _topped_up(found: np.ndarray, codes: np.ndarray, rows: int, each: int) -> np.ndarray:
    order = by_class(codes, rows, lambda members: herding(found[members], each))
    if len(order) < min(rows, len(found)):
        return by_class(codes, rows, lambda members: herding(found[members], rows))
    return order


def _median_squared(found: np.ndarray) -> float:
    """The median squared distance of at most SAMPLE evenly spaced rows; 1 where all rows are equal."""
    some = found[:: max(len(found) // SAMPLE, 1)][:SAMPLE]
    squared = np.concatenate([part.ravel() for _, part in squared_blocks(some, some)])
    return float(np.median(squared[squared > 1e-12])) if (squared > 1e-12).any() else 1.0
