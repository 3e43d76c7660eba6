"""Whether two datasets come from one source, and which rows of the first are most like the second."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from seedbed.audit.intervals import clopper_pearson
from seedbed.curate.labelled.draws import stream
from seedbed.curate.labelled.features import vectors
from seedbed.curate.labelled.shift import SHIFT, column_shift, importance_weights, vector_shift
from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.step import TABLE, Context, Step, StepArgs


@register("step", "shift")
class Shift(Step):
    """The classifier two-sample test of `columns` and of the vectors; table.parquet has, for each row of `first`,
    score.like_second (0..1, by a classifier that did not see it) and the importance `weight`.

    `nulls`: this many times `first` is halved at random and the halves are tested, to see how often a shift is
    reported where there is none.
    """

    inputs = ("first", "second")
    parallel = True

    class Args(StepArgs):
        first: str
        second: str
        columns: list[str] = Field(default_factory=list)
        vectors: str | None = None
        alpha: float = Field(0.05, gt=0, lt=1)
        nulls: int = Field(0, ge=0)
        seed: int = 0

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        first, second = (context.one(name).dataset().table() for name in self.inputs)
        shared = len(set(first["id"].to_pylist()) & set(second["id"].to_pylist()))
        if shared:
            raise UsageError(f"{shared} rows are in both datasets", where="shift", hint="leave them out of one")
        here, there = vectors(first, args.vectors), vectors(second, args.vectors)
        found = vector_shift(here, there, seed=args.seed, alpha=args.alpha)
        columns = column_shift(first, second, args.columns, seed=args.seed, alpha=args.alpha)
        scored = {
            "id": first["id"],
            "score.like_second": pa.array(found.first, pa.float32(), mask=np.isnan(found.first)),
            "weight": pa.array(importance_weights(found.first, len(here), len(there)), pa.float64()),
        }
        pq.write_table(pa.table(scored), context.folder / TABLE)
        shown = {"vectors": found.test.to_dict(), "columns": [test.to_dict() for test in columns]}
        return {
            "shift": shown,
            "detected": float(found.test.verdict == SHIFT),
            **({"null": _null_rate(here, args)} if args.nulls else {}),
        }


def _null_rate(found: np.ndarray, args: Any) -> dict[str, Any]:
    """How often halves of one dataset are told apart, with Clopper and Pearson's interval: `alpha` is right."""
    rejected = 0
    for draw in range(args.nulls):
        half = stream(draw, f"null {args.seed}").permutation(len(found)) < len(found) // 2
        test = vector_shift(found[half], found[~half], seed=draw, alpha=args.alpha).test
        rejected += test.verdict == SHIFT
    low, high = clopper_pearson(rejected, args.nulls)
    rate = rejected / args.nulls
    return {"tests": args.nulls, "rejected": rejected, "rate": rate, "low": float(low), "high": float(high)}
