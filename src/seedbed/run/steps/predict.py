"""A model's answers on a dataset, one row each, with what an audit needs beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from seedbed.dataset.images import decode_all
from seedbed.registry import register
from seedbed.run.step import TABLE, Context, Step, StepArgs
from seedbed.run.steps.train import load_model


@register("step", "predict")
class Predict(Step):
    """table.parquet: id, every plain column of the data, label, prediction, confidence, and the same per head.

    With several heads `label` and `prediction` join them ("mug / red") and `confidence` is their product, so
    a row is right when every head is.
    """

    inputs = ("model", "data")
    parallel = True

    class Args(StepArgs):
        model: str
        data: str
        use: str = "evaluation"  # checked against the model's use policy

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        dataset = context.one("data").dataset()
        learner = load_model(context.one("model").folder, args.use)
        names = [f.name for f in dataset.schema if plain(f.type)]
        table = dataset.table(names)
        answers = learner.predict(decode_all(dataset.table(["image"])["image"].to_pylist()))
        columns: dict[str, Any] = {name: table[name] for name in names}
        heads = list(answers)
        for head in heads:
            columns[f"label.{head}"] = [str(v) for v in table[head].to_pylist()]
            columns[f"prediction.{head}"] = list(answers[head]["label"])
            columns[f"confidence.{head}"] = np.asarray(answers[head]["confidence"], np.float32)
        columns["label"] = _joined(columns, "label", heads)
        columns["prediction"] = _joined(columns, "prediction", heads)
        columns["confidence"] = np.prod([columns[f"confidence.{head}"] for head in heads], axis=0)
        made = pa.table(columns)
        pq.write_table(made, context.folder / TABLE)
        right = np.array(columns["label"]) == np.array(columns["prediction"])
        return {"rows": made.num_rows, "accuracy": float(right.mean())}


def plain(kind: pa.DataType) -> bool:
    """Whether a column is a label or number: not nested, not bytes."""
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _joined(columns: dict[str, Any], what: str, heads: list[str]) -> list[str]:
    return [" / ".join(parts) for parts in zip(*(columns[f"{what}.{head}"] for head in heads))]
