"""Errors of numbers: label and prediction are numeric columns."""

from __future__ import annotations

import numpy as np

from seedbed.audit.intervals import mean_interval_of
from seedbed.audit.metrics.kinds import mean_of, of_sums
from seedbed.registry import register


def _root(sums: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(sums[..., 0], 0) / n)


def _explained(sums: np.ndarray, n: np.ndarray) -> np.ndarray:
    spread = sums[..., 2] - sums[..., 1] ** 2 / n
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 1e-12 * np.abs(sums[..., 2]), 1 - sums[..., 0] / spread, np.nan)


def _root_interval(features: np.ndarray, confidence: float) -> tuple[float, float]:
    low, high = mean_interval_of(features[:, 0], confidence)
    return float(np.sqrt(max(low, 0.0))), float(np.sqrt(high))


def _explained_interval(features: np.ndarray, confidence: float) -> tuple[float, float]:
    """From the logarithm of unexplained over total variance, by the delta method with Student's t."""
    from scipy.stats import t

    n = len(features)
    error, away = features[:, 0], (features[:, 1] - features[:, 1].mean() if n else features[:, 1]) ** 2
    if n < 3 or error.sum() == 0 or away.sum() <= 1e-12 * float(features[:, 2].sum()):
        return float("nan"), float("nan")
    spread = np.std(error / error.mean() - away / away.mean(), ddof=1)
    factor = np.exp(t.ppf(0.5 + confidence / 2, n - 1) * spread / np.sqrt(n))
    ratio = float(error.sum() / away.sum())
    return 1 - ratio * factor, 1 - ratio / factor


@register("metric", "mean_absolute_error")
@of_sums("lower", value=mean_of, reads="numbers")
def mean_absolute_error(label: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Mean of |prediction - label|, in the label's unit."""
    return np.abs(prediction - label)[:, None]


@register("metric", "mean_squared_error")
@of_sums("lower", value=mean_of, reads="numbers")
def mean_squared_error(label: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Mean of (prediction - label)^2."""
    return ((prediction - label) ** 2)[:, None]


@register("metric", "root_mean_squared_error")
@of_sums("lower", value=_root, reads="numbers", interval=_root_interval)
def root_mean_squared_error(label: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Square root of the mean squared error, in the label's unit."""
    return ((prediction - label) ** 2)[:, None]


@register("metric", "mean_error")
@of_sums("neither", value=mean_of, reads="numbers")
def mean_error(label: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Mean of prediction - label: above 0 where the model says too much."""
    return (prediction - label)[:, None]


@register("metric", "mean_prediction")
@of_sums("neither", value=mean_of, reads="numbers")
def mean_prediction(label: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Mean prediction."""
    return np.asarray(prediction, float)[:, None]


@register("metric", "r2")
@of_sums("higher", value=_explained, reads="numbers", interval=_explained_interval)
def r2(label: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Share of the label's variance explained; undefined where the label does not vary."""
    return np.stack([(prediction - label) ** 2, label, label**2], -1)
