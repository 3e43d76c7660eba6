"""Exact nearest neighbours by brute force, a block of rows at a time: no index, no approximation, no seed.

The cost is (rows x rows x numbers): 10,000 rows of 64 numbers take a few seconds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

BLOCK = 512


def squared_blocks(queries: np.ndarray, rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """(rows of `queries`, their squared distances to all `rows`), block by block."""
    lengths = np.einsum("ij,ij->i", rows, rows)
    for start in range(0, len(queries), BLOCK):
        part = queries[start : start + BLOCK]
        squared = np.einsum("ij,ij->i", part, part)[:, None] + lengths[None, :] - 2 * part @ rows.T
        yield slice(start, start + len(part)), np.maximum(squared, 0.0)


def nearest_rows(queries: np.ndarray, rows: np.ndarray, k: int, *, same: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """(distances, positions) of the k nearest `rows` of each query, nearest first, both (n, k).

    `same`: queries and rows are one table, and a row is not its own neighbour. Of equal distances the earlier row
    comes first. Distances are computed again from differences, so that copies are at exactly 0.
    """
    k = max(min(k, len(rows) - (1 if same else 0)), 0)
    distance, position = np.zeros((len(queries), k)), np.zeros((len(queries), k), dtype=np.int64)
    for part, squared in squared_blocks(queries, rows) if k else ():
        if same:
            squared[np.arange(len(squared)), np.arange(part.start, part.stop)] = np.inf
        found = np.sort(np.argpartition(squared, k - 1, axis=1)[:, :k], axis=1)
        exact = np.linalg.norm(queries[part, None, :] - rows[found], axis=2)
        order = np.argsort(exact, axis=1, kind="stable")
        position[part] = np.take_along_axis(found, order, axis=1)
        distance[part] = np.take_along_axis(exact, order, axis=1)
    return distance, position
