"""Which rows make each batch: a function of the seed alone, so that a run that goes on finds its place again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seedbed.errors import UsageError


def batches(rows: int, count: int, batch_size: int, weights: np.ndarray | None, seed: int) -> Iterator[np.ndarray]:
    """`count` batches of row positions: passes over all rows in new orders, or draws by weight, with replacement."""
    rng = np.random.default_rng([seed, 1])
    if weights is not None:
        share = _check_weights(weights, rows)
        for _ in range(count):
            yield rng.choice(rows, batch_size, p=share)
        return
    left = np.empty(0, dtype=np.int64)
    for _ in range(count):
        while len(left) < batch_size:
            left = np.concatenate([left, rng.permutation(rows)])
        yield left[:batch_size]
        left = left[batch_size:]


def _check_weights(weights: np.ndarray, rows: int) -> np.ndarray:
    share = np.asarray(weights, dtype=np.float64)
    if share.shape != (rows,) or not np.isfinite(share).all() or (share < 0).any() or share.sum() <= 0:
        raise UsageError("weights must be one number >= 0 a row, not all 0", where="fit")
    return share / share.sum()
