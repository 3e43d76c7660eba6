"""Plant a known fault in a dataset, so that later stages can be measured by how they find and mend it."""

from __future__ import annotations

from typing import Any, Literal

import pyarrow as pa
from pydantic import Field

from seedbed.curate.labelled import plant
from seedbed.curate.labelled.draws import stream
from seedbed.errors import UsageError
from seedbed.lineage import code_version
from seedbed.registry import register
from seedbed.run.step import DATASET, Context, Step, StepArgs

Fault = Literal["labels", "skew", "copies", "inverted", "photographs", "speckled", "blurred"]


@register("step", "plant")
class Plant(Step):
    """A dataset with a column `planted`, and `true_label` where labels were changed.

    `labels`: `share` of the labels are wrong. `skew`: only `share` of every second class stay. `copies`: speckled
    copies of rows of `source`, `share` of the data's rows. Others change `share` of the images.
    `forget` names columns that no longer hold.
    """

    inputs = ("data", "source")
    parallel = True

    class Args(StepArgs):
        data: str
        fault: Fault
        share: float = Field(ge=0, le=1)
        source: str | None = None
        label: str = "label"
        forget: list[str] = Field(default_factory=list)
        seed: int = 0

    def check(self, args: Any) -> None:
        if (args.fault == "copies") != (args.source is not None):
            raise UsageError("source is where copies are taken from", where="source", hint="with fault: copies only")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        table = context.one("data").dataset().table().drop_columns(args.forget)
        source = context.one("source").dataset().table().drop_columns(args.forget) if args.source else None
        made = _planted(table, source, args, stream(args.seed, f"plant {args.fault}"))
        lineage = {"planted": args.model_dump(), "code": code_version()}
        Dataset.from_table(context.folder / DATASET, made, lineage)
        return {"rows": made.num_rows, "planted": sum(made[plant.PLANTED].to_pylist())}


def _planted(table: pa.Table, source: pa.Table | None, args: Any, rng: Any) -> pa.Table:
    if args.fault == "labels":
        return plant.labels(table, args.label, args.share, rng)
    if args.fault == "skew":
        return plant.skewed(table, args.label, args.share, rng)
    if source is not None:
        return plant.copies(table, source, args.share, plant.speckled, rng)
    return plant.images(table, args.share, plant.CHANGES[args.fault], rng)
