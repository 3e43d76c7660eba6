"""Train a learner on the first rows of some data and measure it on held-out rows: one cell of a grid.

`train_size` says beforehand what a cell costs, `compute_plan` which cells fit into a budget.
"""

from __future__ import annotations

import inspect
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, model_validator

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError, nearest
from seedbed.run.step import TABLE, Context, Done, Step, StepArgs

LEAST = 1e-7  # a probability counts as at least this, so that one confident mistake is no infinite loss


class CellArgs(StepArgs):
    """What both steps need to know of a cell."""

    data: list[str] = Field(min_length=1)
    heads: list[str] = Field(min_length=1)
    learner: str = "small_cnn"
    options: dict[str, Any] = Field(default_factory=dict)
    rows: int = Field(gt=0, description="unique rows: the first of `data`, in its order or shuffled by the seed")
    order: Literal["given", "shuffled"] = "shuffled"
    epochs: int | None = Field(None, gt=0)
    steps: int | None = Field(None, gt=0)
    batch_size: int = Field(32, ge=2)
    seed: int = 0

    @model_validator(mode="after")
    def _one_length(self) -> CellArgs:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("give epochs or steps, exactly one of them")
        return self

    @property
    def count(self) -> int:
        """Steps of exactly `batch_size` rows."""
        return self.steps if self.steps is not None else (self.epochs or 0) * -(-self.rows // self.batch_size)


class _Cell(Step):
    def check(self, args: Any) -> None:
        learner = registry.get("learner", args.learner, where="learner")
        known = [name for name in inspect.signature(learner).parameters if name != "heads"]
        for name in args.options:
            if name not in known:
                raise UsageError(f"unknown option '{name}'", where=f"learner {args.learner}", hint=nearest(name, known))


@registry.register("step", "train_size")
class TrainSize(_Cell):
    """parameters, rows, epochs and FLOP of a cell, not trained. FLOP: a forward pass counted by torch, times 3."""

    inputs = ("data",)
    Args = CellArgs

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.learn.counting import flop_per_row

        images, heads, _ = _training_rows(context, args, first=1)
        learner = registry.get("learner", args.learner)(heads, **args.options)
        learner.build(images.shape[1:], args.seed)
        return _size(args, learner.parameters_count, flop_per_row(learner))


@registry.register("step", "train_and_test")
class TrainAndTest(_Cell):
    """loss (cross-entropy on held-out rows, mean over heads), accuracy (every head right), and what it cost.

    table.parquet has the held-out rows' ids, labels, predictions and confidence. `plan` names a compute_plan stage:
    a cell that does not fit into its budget is not trained and says `dropped`.
    """

    inputs = ("data", "test", "plan")
    parallel = True

    class Args(CellArgs):
        test: str
        plan: str | None = None
        learning_rate: float = Field(3e-3, gt=0)
        weight_decay: float = Field(0.05, ge=0)
        augment: str = "none"
        use: str = Field("training", description="checked against the data's use policies")

    def check(self, args: Any) -> None:
        super().check(args)
        policy.known_use(args.use, "use")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        if args.plan and (dropped := _dropped(context)) is not None:
            return {**dropped, "dropped": True}
        policy.permit([done.dataset().path for done in context.many("data")], [args.use], action="train")
        images, heads, values = _training_rows(context, args, first=args.rows)
        learner = registry.get("learner", args.learner)(heads, **args.options)
        codes = {h: np.array([heads[h].index(v) for v in values[h]]) for h in heads}
        outcome = _train(learner, images, codes, args)
        from seedbed.learn.counting import flop_per_row

        size = _size(args, learner.parameters_count, flop_per_row(learner))
        return {**size, **_tested(context, learner, heads), "seconds": round(outcome.seconds, 3), "dropped": False}


def _train(learner: Any, images: np.ndarray, codes: dict[str, np.ndarray], args: Any) -> Any:
    from seedbed.learn.settings import Settings
    from seedbed.learn.training import train

    settings = Settings(
        seed=args.seed, steps=args.count, batch_size=args.batch_size, learning_rate=args.learning_rate,
        weight_decay=args.weight_decay,
    )  # fmt: skip
    return train(learner, images, codes, settings, augment=args.augment, threads=1)


def _training_rows(context: Context, args: Any, first: int) -> tuple[np.ndarray, dict[str, list[str]], Any]:
    """Images (first, h, w, c), each head's labels (of the test rows too), and the rows' values."""
    parts = [done.dataset().table(["image", *args.heads]) for done in context.many("data")]
    table = pa.concat_tables(parts, promote_options="permissive")
    if table.num_rows < args.rows:
        raise UsageError(f"{args.rows} rows of {table.num_rows}", where="rows", hint="generate more, or ask for fewer")
    order = np.arange(table.num_rows)
    if args.order == "shuffled":
        order = np.random.default_rng([args.seed, 21]).permutation(table.num_rows)
    known = [table, *(done.dataset().table(args.heads) for done in context.inputs.get("test", []))]
    heads = {h: _labels(h, known) for h in args.heads}
    taken = table.take(order[:first])
    values = {h: [str(v) for v in taken[h].to_pylist()] for h in args.heads}
    return decode_all(taken["image"].to_pylist()), heads, values


def _labels(head: str, tables: list[pa.Table]) -> list[str]:
    found = sorted({str(v) for table in tables for v in table[head].to_pylist()})
    if len(found) < 2:
        raise UsageError(f"'{head}' has one class only ({', '.join(found)})", where="heads", hint="nothing to learn")
    return found


def _size(args: Any, parameters: int, per_row: float) -> dict[str, Any]:
    read = args.count * args.batch_size
    return {
        "parameters": int(parameters),
        "rows": args.rows,
        "epochs": read / args.rows,
        "flop_per_row": per_row,
        "flop": per_row * read,
    }


def _tested(context: Context, learner: Any, heads: dict[str, list[str]]) -> dict[str, Any]:
    """loss and accuracy on the test rows; writes the answers."""
    table = context.one("test").dataset().table(["id", "image", *heads])
    found = learner.probabilities(decode_all(table["image"].to_pylist()))
    truth = {h: np.array([labels.index(str(v)) for v in table[h].to_pylist()]) for h, labels in heads.items()}
    place = np.arange(table.num_rows)
    losses = [-np.log(np.maximum(found[h][place, truth[h]], LEAST)) for h in heads]
    said = {h: found[h].argmax(axis=1) for h in heads}
    right = np.all([said[h] == truth[h] for h in heads], axis=0)
    columns: dict[str, Any] = {"id": table["id"]}
    columns["label"] = [" / ".join(heads[h][truth[h][k]] for h in heads) for k in place]
    columns["prediction"] = [" / ".join(heads[h][said[h][k]] for h in heads) for k in place]
    columns["confidence"] = np.prod([found[h].max(axis=1) for h in heads], axis=0)
    pq.write_table(pa.table(columns), context.folder / TABLE)
    return {
        "loss": float(np.mean(losses)),
        "accuracy": float(right.mean()),
        "test_rows": table.num_rows,
    }


def _dropped(context: Context) -> dict[str, Any] | None:
    """This cell's size when the plan drops it, else None."""
    plan: Done = context.one("plan")
    names = plan.result["by"]
    mine = {name: context.cell.get(name) for name in names}
    found = next((row for row in plan.result["cells"] if row["cell"] == mine), None)
    if found is None:
        hint = "give both stages the same `each`"
        raise UsageError(f"the plan has no cell {mine}", where=f"stage {plan.stage}", hint=hint)
    return None if found["fits"] else {k: found[k] for k in ("parameters", "rows", "epochs", "flop")}
