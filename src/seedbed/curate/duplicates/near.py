"""Near duplicates by MinHash and locality-sensitive hashing (Broder 1997; Indyk & Motwani 1998).

Rows meet where a band of their sketches agrees; pairs that meet are compared by their whole sketches, whose share of
equal bins estimates the Jaccard similarity of their shingles (standard error at most 0.032 with 252 bins). Only then
do they count as near duplicates. The pairs depend on the rows and their order alone, not on how they were sharded.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SIMILARITY = 0.65
PART = 1 << 16  # pairs compared at once


def similar_pairs(
    bands: Callable[[int], np.ndarray], count: int, bins: np.ndarray, similarity: float = SIMILARITY
) -> tuple[np.ndarray, np.ndarray]:
    """(int64 (P, 2) pairs, first < second; float32 (P,) estimated similarity), sorted.

    `bands(k)`: uint64 (N,) keys of band k of `count`, 0 for rows without words; `bins`: uint16 (N, B), may be a
    memory map.
    """
    known = np.zeros(0, np.uint64)
    for band in range(count):
        met = _meet(bands(band))
        known = np.union1d(known, met)
    pairs = np.stack([known >> np.uint64(32), known & np.uint64(0xFFFFFFFF)], 1).astype(np.int64)
    found = np.concatenate([_agreement(bins, pairs[k : k + PART]) for k in range(0, len(pairs), PART)] or [np.zeros(0)])
    close = found >= similarity
    return pairs[close], found[close].astype(np.float32)


def _meet(keys: np.ndarray) -> np.ndarray:
    """Rows with the same key, each with the first such row and with the one before it: uint64 first << 32 | second."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    same = np.concatenate([[False], (ranked[1:] == ranked[:-1]) & (ranked[1:] != 0)])
    if not same.any():
        return np.zeros(0, np.uint64)
    place = np.arange(len(order))
    head = np.maximum.accumulate(np.where(same, 0, place))
    at = np.flatnonzero(same)
    second = order[at].astype(np.uint64)
    both = [order[head[at]].astype(np.uint64) << np.uint64(32) | second]
    both.append(order[at - 1].astype(np.uint64) << np.uint64(32) | second)
    return np.unique(np.concatenate(both))


def _agreement(bins: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    return (bins[pairs[:, 0]] == bins[pairs[:, 1]]).mean(1)
