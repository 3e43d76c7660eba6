"""Intervals: for rates, for figures over seeds, and bootstraps from counts instead of rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; `low` and `high` are None where there is no interval (one seed)."""

    mean: float | None
    low: float | None
    high: float | None
    n: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def wilson(successes: Any, trials: Any, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval (Wilson 1927) of a rate; arrays broadcast, and 0 trials give nan.

    Never [0, 0] for zero successes: 0 of 385 has the upper end 0.0099.
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where((k == n) & (n > 0), 1.0, centre + half)
    return np.where(n > 0, np.clip(low, 0, 1), np.nan), np.where(n > 0, np.clip(high, 0, 1), np.nan)


def clopper_pearson(successes: Any, trials: Any, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Exact interval of a rate (Clopper & Pearson 1934); covers at least `confidence`."""
    from scipy.stats import beta

    k, n = np.asarray(successes, float), np.asarray(trials, float)
    tail = (1 - confidence) / 2
    low = np.where(k > 0, beta.ppf(tail, np.maximum(k, 1e-9), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(1 - tail, k + 1, np.maximum(n - k, 1e-9)), 1.0)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def mean_intervals(
    x: np.ndarray, codes: np.ndarray, n: np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the mean of values (rows,) in every group, after Hall's transformation of the t statistic, which
    takes out skewness (Hall 1992); without skewness it is Student's t.

    codes (rows,): each row's group; n (groups,): rows in each. nan where n < 2 or nothing varies, which says nothing
    of the spread.
    """
    from scipy.stats import t

    def moment(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.bincount(codes, weights=values, minlength=len(n)) / n)

    with np.errstate(invalid="ignore", divide="ignore"):
        mean = moment(x)
        away = x - mean[codes]
        second = moment(away**2)
        known = (n > 1) & (second > 0)
        g = np.where(known, moment(away**3) / second**1.5, 0.0)
        spread = np.sqrt(second * n / (n - 1))
    count = np.maximum(n, 2)
    step = t.ppf(0.5 + confidence / 2, count - 1) / np.sqrt(count)

    def end(y: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = (np.cbrt(1 + g * (y - g / (6 * count))) - 1) / (g / 3)
            return np.where(known, mean - spread * np.where(np.abs(g) > 1e-6, moved, y), np.nan)

    return end(step), end(-step)


def mean_interval_of(x: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """`mean_intervals` of one group."""
    low, high = mean_intervals(x, np.zeros(len(x), np.int64), np.array([len(x)]), confidence)
    return float(low[0]), float(high[0])


def mover_difference(v1: Any, l1: Any, u1: Any, v2: Any, l2: Any, u2: Any) -> tuple[np.ndarray, np.ndarray]:
    """Interval of v1 - v2 from the intervals of two independent figures (Zou & Donner 2008)."""
    apart = np.asarray(v1) - v2
    return apart - np.hypot(v1 - l1, u2 - v2), apart + np.hypot(u1 - v1, v2 - l2)


def mover_ratio(v1: Any, l1: Any, u1: Any, v2: Any, l2: Any, u2: Any) -> tuple[np.ndarray, np.ndarray]:
    """Interval of v1 / v2 of independent figures >= 0 (Donner & Zou 2012); no upper end (inf) where v2 may be 0."""
    v1, l1, u1, v2, l2, u2 = (np.asarray(x, float) for x in (v1, l1, u1, v2, l2, u2))
    with np.errstate(invalid="ignore", divide="ignore"):
        both = v1 * v2
        below, above = u2 * (2 * v2 - u2), l2 * (2 * v2 - l2)
        low = (both - np.sqrt(np.maximum(both**2 - l1 * (2 * v1 - l1) * below, 0))) / below
        # where the denominator's interval reaches twice its value the formula has no root: the plain bound holds
        low = np.where(below > 0, low, l1 / u2)
        high = (both + np.sqrt(np.maximum(both**2 - u1 * (2 * v1 - u1) * above, 0))) / above
    return np.maximum(low, 0), np.where(above > 1e-12, high, np.inf)


def over_seeds(values: Any, confidence: float = 0.95, *, bounds: tuple[float, float] = (-np.inf, np.inf)) -> Estimate:
    """Mean and Student's t interval of one figure per seed, cut at `bounds`. One seed has no interval."""
    from scipy.stats import t

    kept = np.asarray([v for v in values if v is not None], float)
    if len(kept) == 0:
        return Estimate(None, None, None, 0)
    mean = float(kept.mean())
    if len(kept) == 1:
        return Estimate(mean, None, None, 1)
    half = float(t.ppf(0.5 + confidence / 2, len(kept) - 1) * kept.std(ddof=1) / np.sqrt(len(kept)))
    return Estimate(mean, max(bounds[0], mean - half), min(bounds[1], mean + half), len(kept))


def paired_difference(first: Any, second: Any, confidence: float = 0.95) -> Estimate:
    """Mean of first - second, seed by seed, with Student's t interval."""
    return over_seeds(np.asarray(first, float) - np.asarray(second, float), confidence)


def ratio_over_seeds(first: Any, second: Any, confidence: float = 0.95) -> Estimate:
    """mean(first) / mean(second) of paired figures, with Fieller's interval (Fieller 1954).

    Where the denominator is not clearly different from 0 the interval has no ends (None).
    """
    from scipy.stats import t

    a, b = np.asarray(first, float), np.asarray(second, float)
    n = len(a)
    if n == 0 or b.mean() == 0:
        return Estimate(None, None, None, n)
    ratio = float(a.mean() / b.mean())
    if n == 1:
        return Estimate(ratio, None, None, 1)
    q = float(t.ppf(0.5 + confidence / 2, n - 1)) ** 2
    cov = np.cov(a, b, ddof=1) / n
    qa, qb, qc = (
        b.mean() ** 2 - q * cov[1, 1],
        a.mean() * b.mean() - q * cov[0, 1],
        a.mean() ** 2 - q * cov[0, 0],
    )
    root = qb * qb - qa * qc
    if qa <= 0 or root < 0:
        return Estimate(ratio, None, None, n)
    return Estimate(ratio, float((qb - np.sqrt(root)) / qa), float((qb + np.sqrt(root)) / qa), n)


def multinomial_draws(counts: np.ndarray, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Resampled counts tables, shape (replicates, *counts.shape): rows resampled with replacement.

    A metric of the counts table has the same bootstrap distribution from this as from resampling rows,
    at a cost that does not depend on the number of rows.
    """
    total = int(counts.sum())
    if total == 0:
        return np.zeros((replicates, *counts.shape), dtype=np.int64)
    shares = (counts / total).ravel()
    return rng.multinomial(total, shares, size=replicates).reshape(replicates, *counts.shape)


def percentile(draws: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """Percentile interval of bootstrap draws; nan draws are left out, no draws give nan."""
    kept = draws[~np.isnan(draws)]
    if len(kept) == 0:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    return float(np.quantile(kept, tail)), float(np.quantile(kept, 1 - tail))
