"""How well classical classifiers read a test set after training on a dataset: seconds, on any vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from seedbed.curate.labelled.features import standardised, vector_column, vectors
from seedbed.curate.labelled.label_errors import INSTALL, fitted
from seedbed.dataset.policy import permit
from seedbed.errors import UsageError, nearest
from seedbed.registry import register
from seedbed.run.step import TABLE, Context, Done, Step, StepArgs
from seedbed.run.steps.clean import aligned, column


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=500, tol=1e-3)


def _svm() -> Any:
    from sklearn.svm import SVC

    return SVC()


def _nearest() -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(1)


READERS: dict[str, Callable[[], Any]] = {"logistic": _logistic, "svm": _svm, "nearest": _nearest}


@register("step", "classify")
class Classify(Step):
    """table.parquet: id, label, and each reader's prediction; the result holds each reader's accuracy.

    `logistic` regression, `svm` (Gaussian kernel) and `nearest` neighbour are scikit-learn's, with its settings and
    none tuned. `weights` names a stage whose table has a `weight` for each training row.
    """

    inputs = ("data", "test", "weights")
    parallel = True

    class Args(StepArgs):
        data: list[str] = Field(min_length=1)
        test: str
        weights: str | None = None
        label: str = "label"
        vectors: str | None = None
        readers: list[str] = Field(default_factory=lambda: ["logistic", "svm"], min_length=1)

    def check(self, args: Any) -> None:
        for name in args.readers:
            if name not in READERS:
                raise UsageError(f"unknown reader '{name}'", where="readers", hint=nearest(name, READERS))
        if args.weights and "nearest" in args.readers:
            raise UsageError("the nearest neighbour takes no weights", where="readers", hint="logistic, svm")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        permit([done.dataset().path for done in context.many("data")], ["training"], action="classify")
        parts = [_vectors_and_labels(done, args) for done in context.many("data")]
        raw, labels = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        test, truth = _vectors_and_labels(context.one("test"), args)
        weights = _weights(context, args)
        answers = {name: _answers(name, raw, labels, weights, test) for name in args.readers}
        ids = context.one("test").dataset().table(["id"])["id"]
        columns = {f"prediction.{name}": found for name, found in answers.items()}
        pq.write_table(pa.table({"id": ids, "label": truth, **columns}), context.folder / TABLE)
        accuracy = {name: float((found == truth).mean()) for name, found in answers.items()}
        return {"rows": len(labels), "test_rows": len(truth), "accuracy": accuracy}


def _vectors_and_labels(done: Done, args: Any) -> tuple[np.ndarray, np.ndarray]:
    dataset = done.dataset()
    table = dataset.table(["id", args.label, vector_column(dataset.schema.names, args.vectors)])
    if table.num_rows == 0:
        raise UsageError("the dataset has no rows", where=f"stage {done.stage}")
    return vectors(table, args.vectors), np.array([str(v) for v in table[args.label].to_pylist()])


def _weights(context: Context, args: Any) -> np.ndarray | None:
    if args.weights is None:
        return None
    ids = [row for done in context.many("data") for row in done.dataset().table(["id"])["id"].to_pylist()]
    found = column(aligned(context.one("weights"), ids), "weight", "weights")
    return np.array(found.to_pylist(), dtype=float)


def _answers(
    name: str, raw: np.ndarray, labels: np.ndarray, weights: np.ndarray | None, test: np.ndarray
) -> np.ndarray:
    if len(np.unique(labels)) < 2:
        return np.full(len(test), labels[0])
    try:
        model = READERS[name]()
    except ImportError:
        raise UsageError("scikit-learn is not installed", where="classify", hint=INSTALL) from None
    return np.asarray(fitted(model, standardised(raw), labels, weights).predict(standardised(test, raw)))
