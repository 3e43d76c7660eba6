"""Keep the rows that a score puts first."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from seedbed.lineage import code_version
from seedbed.registry import register
from seedbed.run.step import DATASET, Context, Step, StepArgs
from seedbed.run.steps.clean import aligned, column


@register("step", "select")
class Select(Step):
    """A dataset of the `rows` rows with the smallest (or, with `largest`, the largest) value of `by`.

    Rows with a null value are never taken; of equal values the earlier row comes first.
    """

    inputs = ("data", "scores")
    parallel = True

    class Args(StepArgs):
        data: str
        scores: str
        rows: int = Field(gt=0)
        by: str = "coreset_rank"
        largest: bool = False

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        data = context.one("data").dataset()
        scores = aligned(context.one("scores"), data.table(["id"])["id"].to_pylist())
        values = np.array(column(scores, args.by, "by").to_pylist(), dtype=float)
        order = np.argsort(-values if args.largest else values, kind="stable")
        taken = order[np.isfinite(values[order])][: args.rows]
        lineage = {"selected": args.model_dump(), "code": code_version()}
        made = Dataset.from_table(context.folder / DATASET, data.take(taken), lineage)
        return {"rows": len(made)}
