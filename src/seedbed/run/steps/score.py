"""Apply an operator to a dataset, and keep its columns as a table beside it."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from seedbed import registry
from seedbed.curate.operator import scores
from seedbed.run.step import TABLE, Context, Step, StepArgs


@registry.register("step", "score")
class Score(Step):
    """table.parquet with the rows' ids and the operator's columns; the dataset itself is not changed."""

    inputs = ("data",)
    parallel = True

    class Args(StepArgs):
        data: str
        operator: str
        options: dict[str, Any] = Field(default_factory=dict)

    def check(self, args: Any) -> None:
        registry.get("operator", args.operator, where="operator")

    def code(self, args: Any) -> dict[str, Any]:
        return {"operator": registry.get("operator", args.operator).version}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        dataset = context.one("data").dataset()
        made = scores(args.operator, dataset, **args.options)
        pq.write_table(made.add_column(0, "id", dataset.table(["id"])["id"]), context.folder / TABLE)
        means = {
            name: pc.mean(made[name]).as_py()
            for name in made.column_names
            if str(made[name].type).startswith(("float", "int"))
        }
        return {"rows": made.num_rows, "columns": made.column_names, "means": means}
