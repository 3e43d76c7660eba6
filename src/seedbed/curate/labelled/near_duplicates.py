"""Rows of a held-out split that are nearly a row of the training split: a model may have learnt them by heart.

Vectors are centred on the training split's mean and scaled to length 1, so closeness is cosine similarity and an
even change of brightness or contrast does not hide a copy. Two rows are near-duplicates when their distance,
sqrt(2 - 2 cosine), is at most a threshold. There is no threshold that suits all data (0.90 cosine was seen to take
56 % of technical texts), so by default it comes from the data: the distance below which only `quantile` of the
training rows have another training row. If the splits are drawn alike and training has few copies of its own, about
that share of honest held-out rows is taken by mistake (with few training rows it may be some times that share:
docs/labelled.md). Where labelled pairs exist, choose `threshold` on those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seedbed.curate.labelled.neighbours import nearest_rows, squared_blocks
from seedbed.errors import UsageError

FEWEST = 20  # training rows below which no threshold is read from them


@dataclass(frozen=True)
class NearDuplicates:
    """One entry a held-out row; `cluster` has one for each training row, then one for each held-out row."""

    leak_of: list[str | None]  # id of the nearest training row, null where it is not near enough
    similarity: np.ndarray  # cosine with the nearest training row, -1..1
    threshold: float  # cosine from which a pair counts
    cluster: np.ndarray  # number of the group of near-duplicates that a row is in, -1 for rows on their own


def near_duplicates(
    held_out: np.ndarray,
    training: np.ndarray,
    training_ids: list[str],
    *,
    threshold: float | None = None,
    quantile: float = 0.01,
) -> NearDuplicates:
    """Held-out vectors (n, d) against training vectors (m, d); `threshold` is a cosine, -1..1."""
    if len(held_out) and len(training) and held_out.shape[1] != training.shape[1]:
        what = f"vectors of {held_out.shape[1]} and {training.shape[1]} numbers"
        raise UsageError(what, where="near_duplicates", hint="make both with the same model")
    if len(held_out) == 0 or len(training) == 0:
        rows = len(held_out)
        return NearDuplicates([None] * rows, np.full(rows, -1.0), 1.0, np.full(rows + len(training), -1))
    middle = training.mean(axis=0)
    queries, rows_ = _unit(held_out - middle), _unit(training - middle)
    limit = _usual_distance(rows_, quantile) if threshold is None else _distance(threshold)
    distance, position = (found[:, 0] for found in nearest_rows(queries, rows_, 1))
    leak_of = [training_ids[p] if d <= limit else None for d, p in zip(distance, position)]
    cluster = clusters(np.concatenate([rows_, queries]), limit)
    return NearDuplicates(leak_of, 1 - distance**2 / 2, 1 - limit**2 / 2, cluster)


def clusters(found: np.ndarray, limit: float) -> np.ndarray:
    """The number of each row's group, joined by chains of pairs at most `limit` apart; -1 for rows on their own."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [np.empty((2, 0), dtype=np.int64)]
    for part, squared in squared_blocks(found, found):
        first, second = np.nonzero(squared <= limit**2 + 1e-12)
        pairs.append(np.stack([first + part.start, second]))
    first, second = np.concatenate(pairs, axis=1)
    graph = coo_matrix((np.ones(len(first), dtype=bool), (first, second)), shape=(len(found), len(found)))
    _, group = connected_components(graph, directed=False)
    size = np.bincount(group)
    numbers = np.cumsum(size > 1) - 1
    return np.where(size[group] > 1, numbers[group], -1)


def _usual_distance(training: np.ndarray, quantile: float) -> float:
    """The distance to the nearest other training row that only `quantile` of the rows stay below."""
    if not 0 <= quantile <= 1:
        raise UsageError(f"quantile is {quantile}", where="near_duplicates", hint="from 0 to 1")
    if len(training) < FEWEST:
        what = f"{len(training)} training rows are too few to read a threshold from"
        raise UsageError(what, where="near_duplicates", hint="give threshold, a cosine")
    distance, _ = nearest_rows(training, training, 1, same=True)
    return float(np.quantile(distance[:, 0], quantile, method="lower"))


def _distance(cosine: float) -> float:
    if not -1 <= cosine <= 1:
        raise UsageError(f"threshold is {cosine}", where="near_duplicates", hint="a cosine, from -1 to 1")
    return float(np.sqrt(max(2 - 2 * cosine, 0.0))) + 1e-9


def _unit(found: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(length > 1e-12, length, 1.0)
