"""Semantic duplicates: rows whose embeddings are nearly the same, within clusters (SemDeDup, Abbas et al. 2023).

The similarity above which two rows say the same differs between collections, so it is chosen on labelled pairs and
shown with its precision and recall: `choose(similarities, same)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

ROWS_A_CLUSTER = 2000
BLOCK = 2048
PRECISION = 0.95  # that the chosen similarity must reach on the labelled pairs


def close_pairs(vectors: np.ndarray, similarity: float, seed: int = 0) -> np.ndarray:
    """int64 (P, 2): pairs of rows in one cluster with cosine similarity at least `similarity`.

    Rows are clustered by k-means (up to 50,000 of them choose the centres) so that not all pairs are compared; pairs
    across clusters are missed, as in the paper. Rows without a vector (NaN) have no pairs.
    """
    known = np.flatnonzero(np.isfinite(vectors).all(1) & (np.abs(vectors).sum(1) > 0))
    unit = vectors[known] / np.linalg.norm(vectors[known], axis=1, keepdims=True)
    found = [np.zeros((0, 2), np.int64)]
    for rows in _clusters(unit.astype(np.float32), seed):
        part = unit[rows]
        for start in range(0, len(rows), BLOCK):
            near = part[start : start + BLOCK] @ part.T >= similarity
            a, b = np.nonzero(np.triu(near, k=start + 1))
            found.append(np.stack([known[rows[a + start]], known[rows[b]]], 1))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _clusters(unit: np.ndarray, seed: int) -> list[np.ndarray]:
    count = -(-len(unit) // ROWS_A_CLUSTER)
    if count < 2:
        return [np.arange(len(unit))] if len(unit) else []
    from sklearn.cluster import MiniBatchKMeans

    learnt = unit[np.random.default_rng(seed).permutation(len(unit))[:50_000]]
    labels = MiniBatchKMeans(count, random_state=seed, n_init=1, batch_size=4096).fit(learnt).predict(unit)
    return [np.flatnonzero(labels == k) for k in range(count) if (labels == k).any()]


def choose(similarities: np.ndarray, same: np.ndarray, precision: float = PRECISION) -> dict[str, Any]:
    """The lowest similarity at which at least `precision` of the labelled pairs above it are the same; with its
    precision and recall, and the curve that it was chosen from. Where none reaches it, the most precise one.
    """
    order = np.argsort(-similarities, kind="stable")
    hits = np.cumsum(same[order])
    share, recall = hits / np.arange(1, len(order) + 1), hits / max(1, int(same.sum()))
    last = np.append(np.diff(similarities[order]) != 0, True)  # thresholds lie between different values
    fine = np.flatnonzero((share >= precision) & last)
    best = int(fine[-1]) if len(fine) else int(np.argmax(np.where(last, share, -1)))
    shown = np.unique(np.linspace(0, len(order) - 1, 9).astype(int))
    curve = [
        {
            "similarity": round(float(similarities[order[k]]), 4),
            "precision": round(float(share[k]), 4),
            "recall": round(float(recall[k]), 4),
        }
        for k in shown
    ]
    return {
        "similarity": float(similarities[order[best]]),
        "precision": round(float(share[best]), 4),
        "recall": round(float(recall[best]), 4),
        "pairs": len(order),
        "curve": curve,
    }
