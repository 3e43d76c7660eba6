"""Rows of a held-out split that are nearly a row of the training split."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from seedbed.curate.labelled.features import vectors
from seedbed.curate.labelled.near_duplicates import near_duplicates
from seedbed.registry import register
from seedbed.run.step import TABLE, Context, Step, StepArgs


@register("step", "near_duplicates")
class NearDuplicates(Step):
    """table.parquet, a held-out row each: leak_of (the training row's id, or null), score.similarity, cluster.

    `threshold` is a cosine; without it, it is read from the training rows (see curate/labelled/near_duplicates.py).
    """

    inputs = ("held_out", "training")
    parallel = True

    class Args(StepArgs):
        held_out: str
        training: str
        vectors: str | None = None
        threshold: float | None = Field(None, ge=-1, le=1)
        quantile: float = Field(0.01, ge=0, le=1)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        held_out, training = (context.one(name).dataset().table() for name in self.inputs)
        found = near_duplicates(
            vectors(held_out, args.vectors),
            vectors(training, args.vectors),
            training["id"].to_pylist(),
            threshold=args.threshold,
            quantile=args.quantile,
        )
        columns = {
            "id": held_out["id"],
            "leak_of": pa.array(found.leak_of, pa.string()),
            "score.similarity": pa.array(found.similarity, pa.float32()),
            "cluster": pa.array(found.cluster[training.num_rows :], pa.int32()),
        }
        pq.write_table(pa.table(columns), context.folder / TABLE)
        leaks = sum(row is not None for row in found.leak_of)
        return {"near_duplicates": {"held_out_rows": held_out.num_rows, "leaks": leaks, "threshold": found.threshold}}
