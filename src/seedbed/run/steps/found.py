"""How well a flag and a score find the rows in which a fault was planted."""

from __future__ import annotations

from typing import Any

import numpy as np

from seedbed.curate.labelled.auc import auc
from seedbed.registry import register
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.steps.clean import aligned, column, flags


@register("step", "found")
class Found(Step):
    """Precision and recall of `flag` against the column `planted`, and the AUROC of `score`.

    `high`: large scores mean a fault (else small ones do). Null where nothing was flagged or planted. Real data has
    faults of its own, so precision against the planted ones alone is a lower bound.
    """

    inputs = ("data", "scores")
    parallel = True

    class Args(StepArgs):
        data: str
        scores: str
        flag: str
        score: str | None = None
        high: bool = False

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        table = context.one("data").dataset().table(["id", "planted"])
        scores = aligned(context.one("scores"), table["id"].to_pylist())
        planted, flagged = flags(table, "planted"), flags(scores, args.flag)
        right = int((planted & flagged).sum())
        return {
            "planted": int(planted.sum()),
            "flagged": int(flagged.sum()),
            "precision": right / int(flagged.sum()) if flagged.any() else None,
            "recall": right / int(planted.sum()) if planted.any() else None,
            "auroc": _auroc(scores, planted, args) if args.score else None,
        }


def _auroc(scores: Any, planted: np.ndarray, args: Any) -> float | None:
    values = np.array(column(scores, args.score, "score").to_pylist(), dtype=float) * (1 if args.high else -1)
    known = np.isfinite(values)
    if not (planted & known).any() or not (~planted & known).any():
        return None
    return auc(values[~planted & known], values[planted & known])
