"""From pairs to clusters, and which row of a cluster is kept.

Clusters are the connected parts of the graph of pairs. The row that is kept is the one that ranks highest (its score,
then its number), so that the choice does not depend on shards or on the order of the pairs.
"""

from __future__ import annotations

import numpy as np


def clusters_of(pairs: np.ndarray, count: int) -> np.ndarray:
    """int64 (N,): the lowest row of each row's cluster (its own number where it is alone)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(pairs):
        return np.arange(count)
    ones = np.ones(len(pairs), np.int8)
    graph = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    lowest = np.full(labels.max() + 1, count, np.int64)
    np.minimum.at(lowest, labels, np.arange(count))
    made: np.ndarray = lowest[labels]
    return made


def kept_of(clusters: np.ndarray, rank: np.ndarray | None = None) -> np.ndarray:
    """int64 (N,): the row that is kept of each row's cluster: the highest `rank` (N,), then the lowest number."""
    if rank is None:
        return clusters
    order = np.lexsort((np.arange(len(clusters)), -np.where(np.isnan(rank), -np.inf, rank), clusters))
    ranked = clusters[order]
    new = np.concatenate([[True], ranked[1:] != ranked[:-1]]) if len(ranked) else np.zeros(0, bool)
    best = np.arange(len(clusters))
    best[ranked[new]] = order[new]
    return best[clusters]


def sizes_of(clusters: np.ndarray) -> np.ndarray:
    """int64 (N,): how many rows each row's cluster has."""
    return np.bincount(clusters, minlength=len(clusters))[clusters]
