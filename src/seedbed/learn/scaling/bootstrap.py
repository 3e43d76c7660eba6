"""Intervals of a fitted law: resample grid points, fit again from the best fit, take percentiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seedbed.learn.scaling.fit import DELTA, Fitted, Points, constants_of, law_of, minimise
from seedbed.learn.scaling.law import Law

Span = tuple[float, float]


def bootstrap(
    given: Points, best: Fitted, *, repetition: bool = False, replicates: int = 200, seed: int = 0,
    delta: float = DELTA,
) -> list[Law]:  # fmt: skip
    """Laws of `replicates` resamples of the grid points (Efron 1979). All seeds of a point are drawn together.

    Each fit starts from the best law, so a replicate costs one descent, not a grid of them.
    """
    rng = np.random.default_rng([seed, 11])
    groups = _groups(given)
    start = constants_of(best.law, repetition)
    laws = []
    for _ in range(replicates):
        drawn = rng.integers(0, len(groups), len(groups))
        part = given.take(np.concatenate([groups[k] for k in drawn]))
        laws.append(law_of(minimise(start, part, delta, repetition)[0], repetition))
    return laws


def interval(laws: list[Law], figure: Callable[[Law], float], confidence: float = 0.95) -> Span:
    """Percentile interval of any figure of the law."""
    values = np.array([figure(law) for law in laws])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    return float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail))


def _groups(given: Points) -> list[np.ndarray]:
    keys = np.stack([given.parameters, given.rows, given.epochs], axis=1)
    _, which = np.unique(keys, axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [np.flatnonzero(which == k) for k in range(int(which.max()) + 1)]
