"""Real handwritten digits: a part of scikit-learn's 1,797 as a dataset."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from seedbed.dataset.digits import FEW_SHOT, load_real_digits, split_digits
from seedbed.errors import UsageError
from seedbed.lineage import code_version
from seedbed.registry import register
from seedbed.run.step import DATASET, Context, Step, StepArgs


@register("step", "digits")
class Digits(Step):
    """Real digits: `train` (few-shot subsets of a pool of 300), `audit` (500 rows), `test` (the rest) or `pool`
    (every row that is not in `test`: 800).

    `split` chooses the three parts, `seed` which rows of the pool a few-shot subset takes.
    """

    class Args(StepArgs):
        part: Literal["train", "audit", "pool", "test"]
        rows: int | None = None
        split: int = 0
        seed: int = 0

    def check(self, args: Any) -> None:
        if args.part == "train" and args.rows not in FEW_SHOT:
            raise UsageError(f"rows is {args.rows}", where="rows", hint=f"one of {', '.join(map(str, FEW_SHOT))}")
        if args.part != "train" and args.rows is not None:
            raise UsageError("rows is for the train part", where="rows", hint="leave it out")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        table = load_real_digits()
        parts = split_digits(np.array(table["digit"].to_pylist()), seed=args.split, draw=args.seed)
        if args.part == "pool":
            rows = np.sort(np.concatenate([parts.train, parts.audit]))
        else:
            rows = parts.few[args.rows] if args.part == "train" else getattr(parts, args.part)
        lineage = {"collected": args.model_dump(), "code": code_version()}
        dataset = Dataset.from_table(context.folder / DATASET, table.take(rows), lineage)
        return {"rows": len(dataset), "fingerprint": dataset.lineage["fingerprint"]}
