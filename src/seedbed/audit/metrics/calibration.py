"""Calibration and ranking of scores: does 0.8 mean right in 80 % of the cases, and do right ones score higher?

The outcome is whether the label is the positive class where one is named (score: probability of it), else whether
the prediction is right (score: confidence in it).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from seedbed.audit.intervals import wilson
from seedbed.audit.metrics.kinds import mean_of, of_scores, of_sums
from seedbed.registry import register

BINS = 10
TINY = float(np.finfo(float).eps)  # scores of exactly 0 and 1 are taken for this far from them, as scikit-learn does


def bins_of(score: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The equal-width bin of each score in 0..1; 1.0 is in the last."""
    return np.clip((np.asarray(score, float) * bins).astype(int), 0, bins - 1)


def _calibration_error(sums: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.abs(sums).sum(-1) / n


@register("metric", "expected_calibration_error")
@of_sums("lower", value=_calibration_error, reads="probability")
def expected_calibration_error(outcome: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Mean distance of score and outcome over 10 equal bins, weighted by rows (Guo et al. 2017)."""
    made = np.zeros((len(score), BINS))
    made[np.arange(len(score)), bins_of(score)] = outcome - score
    return made


@register("metric", "brier_score")
@of_sums("lower", value=mean_of, reads="probability")
def brier_score(outcome: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Mean squared distance of score and outcome (Brier 1950)."""
    return ((score - outcome) ** 2)[:, None]


@register("metric", "log_loss")
@of_sums("lower", value=mean_of, reads="probability")
def log_loss(outcome: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Mean negative log-likelihood of the outcome, in nats."""
    p = np.clip(score, TINY, 1 - TINY)
    return -(outcome * np.log(p) + (1 - outcome) * np.log1p(-p))[:, None]


def _area_interval(outcome: np.ndarray, score: np.ndarray, confidence: float) -> tuple[float, float]:
    """Score-like interval that stays open at 1 (Newcombe 2006, method 5), solved by bisection."""
    positives, negatives = int(outcome.sum()), int((1 - outcome).sum())
    area = roc_auc(outcome, score)
    if np.isnan(area):
        return float("nan"), float("nan")
    z, half = NormalDist().inv_cdf(0.5 + confidence / 2), (positives + negatives) / 2 - 1

    def spread(a: float) -> float:
        inner = 1 + half * (1 - a) / (2 - a) + half * a / (1 + a)
        return float(np.sqrt(max(a * (1 - a) * inner, 0.0) / (positives * negatives)))

    def end(good: float, bad: float) -> float:
        for _ in range(60):
            middle = (good + bad) / 2
            good, bad = (middle, bad) if abs(area - middle) <= z * spread(middle) else (good, middle)
        return good

    return end(area, 0.0), end(area, 1.0)


@register("metric", "roc_auc")
@of_scores("higher", interval=_area_interval)
def roc_auc(outcome: np.ndarray, score: np.ndarray) -> float:
    """Chance that a positive row scores higher than a negative one, ties half; undefined with one class only."""
    from scipy.stats import rankdata

    positives = int(outcome.sum())
    negatives = len(outcome) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    ranks = rankdata(score)[outcome > 0].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def _precision_interval(outcome: np.ndarray, score: np.ndarray, confidence: float) -> tuple[float, float]:
    """Wilson's with the positives as trials: the binomial form of Boyd, Eng and Page 2013, open at 1. Rather wide."""
    positives = int(outcome.sum())
    low, high = wilson(average_precision(outcome, score) * positives, positives, confidence)
    return float(low), float(high)


@register("metric", "average_precision")
@of_scores("higher", interval=_precision_interval)
def average_precision(outcome: np.ndarray, score: np.ndarray) -> float:
    """Area under the precision-recall steps, tied scores taken together; undefined without positives."""
    positives = outcome.sum()
    if positives == 0:
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(outcome[order])
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    gained = np.diff(hits[last], prepend=0)
    return float((gained * hits[last] / (last + 1)).sum() / positives)
