"""AUC of two groups of scores, its interval, and its p-value."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from seedbed.errors import UsageError


def auc(first: np.ndarray, second: np.ndarray) -> float:
    """How often a score of `second` is above one of `first`; ties count half (Mann and Whitney's U as a share)."""
    from scipy.stats import rankdata

    if len(first) == 0 or len(second) == 0:
        raise UsageError("a group has no scores", where="auc", hint="AUC compares two groups")
    ranks = rankdata(np.concatenate([first, second]))[len(first) :]
    above = ranks.sum() - len(second) * (len(second) + 1) / 2
    return float(above / (len(first) * len(second)))


def auc_interval(first: np.ndarray, second: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """(AUC, low, high): Newcombe's method 5 (Statistics in Medicine 2006, 25:559), never of no width at 0 or 1."""
    from scipy.optimize import brentq

    value, z = auc(first, second), NormalDist().inv_cdf(0.5 + confidence / 2)
    m, n = len(first), len(second)

    def excess(theta: float) -> float:
        spread = 1 + ((m + n) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return (value - theta) ** 2 - z * z * theta * (1 - theta) * spread / (m * n)

    inside = min(max(value, 1e-9), 1 - 1e-9)  # at 0 and 1 the variance is 0, and the equation holds for nothing
    low = brentq(excess, 0.0, inside) if value > 0 else 0.0
    high = brentq(excess, inside, 1.0) if value < 1 else 1.0
    return value, float(low), float(high)


def one_sided_p(first: np.ndarray, second: np.ndarray) -> float:
    """How likely is an AUC this large where both groups have one distribution (Mann and Whitney 1947)."""
    from scipy.stats import mannwhitneyu

    if np.ptp(np.concatenate([first, second])) == 0:
        return 1.0  # all scores tie
    return float(mannwhitneyu(second, first, alternative="greater").pvalue)
