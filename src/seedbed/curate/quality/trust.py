"""How far ratings and a classifier trained on them can be trusted: agreement, calibration, label noise, drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seedbed.curate.labelled.auc import auc as of_groups

BINS = 5


def agreement(rated: np.ndarray, gold: np.ndarray) -> dict[str, Any]:
    """Accuracy and Cohen's kappa (1960) of ratings (probabilities) against hand-made labels, and the area under ROC."""
    said, true = rated >= 0.5, gold.astype(bool)
    observed = float((said == true).mean())
    chance = float(said.mean() * true.mean() + (1 - said.mean()) * (1 - true.mean()))
    kappa = (observed - chance) / (1 - chance) if chance < 1 else None
    return {
        "rows": len(gold),
        "accuracy": round(observed, 4),
        "kappa": _rounded(kappa),
        "auc": _rounded(auc(rated, true)),
    }


def auc(scores: np.ndarray, labels: np.ndarray) -> float | None:
    """Area under the ROC curve: how often a good row scores over one that is not (ties count half)."""
    good = labels.astype(bool)
    return of_groups(scores[~good], scores[good]) if 0 < good.sum() < len(good) else None


def calibration(scores: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """Rows in five equal bins of the score: mean score, and how many were rated good."""
    made = []
    place = np.minimum((scores * BINS).astype(int), BINS - 1)
    for k in range(BINS):
        rows = place == k
        if rows.any():
            made.append(
                {
                    "bin": f"{k / BINS:.1f} to {(k + 1) / BINS:.1f}",
                    "rows": int(rows.sum()),
                    "predicted": round(float(scores[rows].mean()), 4),
                    "rated": round(float(labels[rows].mean()), 4),
                }
            )
    return made


def noise(scores: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Ratings that confident learning holds for wrong (Northcutt et al. 2021), by out-of-fold probabilities."""
    from cleanlab.filter import find_label_issues

    both = np.stack([1 - scores, scores], 1)
    wrong = find_label_issues(labels, both, filter_by="both", n_jobs=1)
    return {
        "rows": len(labels),
        "flagged": int(wrong.sum()),
        "share": round(float(wrong.mean()), 4),
        "rows_flagged": np.flatnonzero(wrong).tolist(),
    }


def drift(columns: Mapping[str, np.ndarray], keep: np.ndarray) -> dict[str, Any]:
    """How the kept rows differ from all: (mean of kept - mean of all) / standard deviation of all, each measure."""
    made = {}
    for name, values in columns.items():
        spread = float(np.nanstd(values)) if np.isfinite(values).any() else 0.0
        if spread > 0 and keep.any():
            made[name] = round((float(np.nanmean(values[keep])) - float(np.nanmean(values))) / spread, 4)
    return dict(sorted(made.items(), key=lambda kv: -abs(kv[1]))[:12])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
