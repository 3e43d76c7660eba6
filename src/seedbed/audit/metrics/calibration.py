"""Calibration: does a confidence of 0.8 mean right in 80 % of the cases?"""

from __future__ import annotations

import numpy as np

from seedbed.audit.metrics.kinds import of_scores
from seedbed.registry import register

BINS = 10


@register("metric", "expected_calibration_error")
@of_scores("lower")
def expected_calibration_error(y_true: np.ndarray, y_pred: np.ndarray, score: np.ndarray) -> float:
    """Mean distance of confidence and accuracy over 10 equal bins, weighted by rows (Guo et al. 2017)."""
    if len(y_true) == 0:
        return float("nan")
    right = (y_true == y_pred).astype(float)
    bins = np.minimum((np.asarray(score, float) * BINS).astype(int), BINS - 1)
    rows = np.bincount(bins, minlength=BINS)
    gap = np.bincount(bins, weights=right - score, minlength=BINS)
    return float(np.abs(gap).sum() / rows.sum())
