"""Rows that are far from every other row: the mean distance to the k nearest ones (Ramaswamy et al. 2000;
Angiulli and Pizzuti 2002), within the row's class where labels are given.

Distances have no natural scale, so they are put on one: z = (log distance - median) / (1.4826 x MAD), class by
class, and typicality = the upper tail of the normal distribution at z. A usual row has 0.5; if the logs of clean
rows' distances are normal, one clean row in a thousand has typicality below 0.001. That is the default threshold: it
is stated before the data is seen; real tails are longer, and what it costs on clean rows is measured in
docs/labelled.md (one digit in a hundred).
Median and MAD stand up to nearly half of the rows being odd, as long as the odd rows are not copies of each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.labelled.features import labels_of, standardised, vector_column, vectors
from seedbed.curate.labelled.neighbours import nearest_rows
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register

FEWEST = 5  # rows of a class below which nothing is said
TINY = 1e-12


def neighbour_distance(found: np.ndarray, k: int, groups: np.ndarray | None = None) -> np.ndarray:
    """Mean distance of each row to its k nearest others of its group; nan in groups with fewer than FEWEST rows."""
    distance = np.full(len(found), np.nan)
    for members in _groups(len(found), groups):
        if len(members) >= FEWEST:
            near, _ = nearest_rows(found[members], found[members], k, same=True)
            distance[members] = near.mean(axis=1)
    return distance


def typicality(distance: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """0..1, 0.5 for a usual row, near 0 for an odd one; nan where the distance is nan."""
    from scipy.stats import norm

    found = np.full(len(distance), np.nan)
    for members in _groups(len(distance), groups):
        logs = np.log(np.maximum(distance[members], TINY))
        middle = np.median(logs)
        spread = 1.4826 * np.median(np.abs(logs - middle))
        found[members] = norm.sf((logs - middle) / max(float(spread), 1e-9))
    return found


@register("operator", "outliers")
class Outliers(Operator):
    """score.knn_distance: mean distance to the k nearest rows (of the same label, where `label` is given).
    score.typicality: 0..1, 0.5 for a usual row. outlier: typicality below `threshold`.

    Null for rows of a class with fewer than 5 rows: nothing is said about them.
    """

    reads = ("id",)  # and the columns that `needs` names
    writes = ("score.knn_distance", "score.typicality", "outlier")
    whole = True

    def __init__(
        self, label: str | None = None, vectors: str | None = None, k: int = 10, threshold: float = 0.001
    ) -> None:
        if k < 1:
            raise UsageError(f"k is {k}", where="outliers", hint="at least 1 neighbour")
        if not 0 < threshold < 1:
            raise UsageError(f"threshold is {threshold}", where="outliers", hint="between 0 and 1")
        self.label, self.vectors, self.k, self.threshold = label, vectors, k, threshold

    def needs(self, columns: Sequence[str]) -> list[str]:
        source = vector_column(columns, self.vectors)
        return ["id", source] + ([self.label] if self.label else [])

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        table = pa.table(batch)
        groups = labels_of(table, self.label)[1] if self.label else None
        distance = neighbour_distance(standardised(vectors(table, self.vectors)), self.k, groups)
        score = typicality(distance, groups)
        unknown = np.isnan(score)
        return {
            "score.knn_distance": pa.array(distance, pa.float32(), mask=unknown),
            "score.typicality": pa.array(score, pa.float32(), mask=unknown),
            "outlier": pa.array(np.where(unknown, False, score < self.threshold), pa.bool_(), mask=unknown),
        }


def _groups(rows: int, groups: np.ndarray | None) -> list[np.ndarray]:
    if rows == 0:
        return []
    if groups is None:
        return [np.arange(rows)]
    return [np.flatnonzero(groups == group) for group in np.unique(groups)]
