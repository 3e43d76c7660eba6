"""Rows of a dataset folder that is there already, as a stage: your own data in any recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from seedbed.dataset.policy import inherit
from seedbed.errors import UsageError
from seedbed.lineage import code_version
from seedbed.registry import register
from seedbed.run.step import DATASET, Context, Step, StepArgs


@register("step", "dataset")
class ExistingDataset(Step):
    """A copy of rows first .. first + rows - 1 of `path` (all: no `rows`), shuffled by `seed` where one is given.

    Two stages with the same path and seed, one of them starting where the other ends, never share a row.
    """

    class Args(StepArgs):
        path: str
        where: str = ""
        first: int = Field(0, ge=0)
        rows: int | None = Field(None, gt=0)
        seed: int | None = None

    def check(self, args: Any) -> None:
        if not Path(args.path).is_dir():
            raise UsageError("no such dataset", where=args.path, hint="give the folder of a dataset")

    def code(self, args: Any) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        data = Dataset(args.path)
        return {"fingerprint": data.lineage.get("fingerprint"), "version": data.version}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        source = Dataset(args.path)
        data = source.where(args.where) if args.where else source
        order = np.arange(len(data))
        if args.seed is not None:
            order = np.random.default_rng([args.seed, 31]).permutation(len(data))
        taken = order[args.first : None if args.rows is None else args.first + args.rows]
        if len(taken) == 0 or (args.rows is not None and len(taken) < args.rows):
            raise UsageError(f"{len(data)} rows", where=args.path, hint=f"rows {args.rows} from {args.first} on")
        lineage = {"copied": {**args.model_dump(), **self.code(args)}, "code": code_version()}
        made = Dataset.from_table(context.folder / DATASET, data.take(taken), lineage)
        inherit(made.path, [args.path])
        return {"rows": len(made), "fingerprint": made.lineage["fingerprint"]}
