"""One rung of the ladder of learners: trained on some rows, tested on others, also moved, and audited."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.audit.compose import audit
from seedbed.learn.settings import Settings, parse_settings
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.training import check_options
from seedbed.run.training_data import TrainingData, stored

MOVES = ((1, 0), (-1, 0), (0, 1), (0, -1))  # down, up, right, left
WORST_ROWS = 10  # a slice needs as many test rows


@registry.register("step", "rung")
class Rung(Step):
    """accuracy on the test rows, `moved` (accuracy by pixels moved, the mean of four directions), the worst slice of
    the columns `by` crossed, parameters, training FLOP (0: not counted) and processor seconds.
    """

    inputs = ("data", "test")
    parallel = True

    class Args(StepArgs):
        data: list[str] = Field(min_length=1)
        test: str
        head: str
        by: list[str] = Field(min_length=1)
        learner: str
        options: dict[str, Any] = Field(default_factory=dict)
        fit: dict[str, Any] = Field(default_factory=dict)
        epochs: int = Field(30, gt=0)
        moves: list[int] = Field(default_factory=lambda: [1, 2, 4])
        seed: int = 0

    def check(self, args: Any) -> None:
        check_options(args.learner, args.options)
        parse_settings(args.fit)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed import learn

        rows = stored([done.dataset() for done in context.many("data")], [args.head])
        held = stored([context.one("test").dataset()], [args.head])
        learner = registry.get("learner", args.learner)(rows.heads, **args.options)
        settings = Settings(seed=args.seed, epochs=args.epochs, **parse_settings(args.fit))
        started = time.process_time()
        outcome = learn.train(learner, rows.images, rows.targets, settings, threads=1)
        seconds = time.process_time() - started
        images = held.images.take(np.arange(len(held)))
        right = _right(learner, held, images)
        moved = {str(pixels): _moved(learner, held, images, pixels) for pixels in args.moves}
        return {
            "learner": args.learner, "accuracy": float(right.mean()), "moved": moved,
            "worst": _worst(context, args, right), "parameters": int(learner.parameters_count), "flop": outcome.flop,
            "cpu_seconds": round(seconds, 1), "rows": len(rows), "test_rows": len(held), "epochs": args.epochs,
        }  # fmt: skip


def _right(learner: Any, held: TrainingData, images: np.ndarray) -> np.ndarray:
    ((head, wanted),) = held.targets.items()
    labels = learner.heads[head]
    names = held.heads[head]
    answers = [labels[k] for k in learner.probabilities(images)[head].argmax(axis=1)]
    return np.array([said == names[k] for said, k in zip(answers, wanted)])


def _moved(learner: Any, held: TrainingData, images: np.ndarray, pixels: int) -> float:
    """Mean accuracy on images moved by `pixels` in four directions; the edge's pixels are repeated."""
    h, w = images.shape[1:3]
    wide = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)), mode="edge")
    found = []
    for down, right in MOVES:
        y, x = pixels - down * pixels, pixels - right * pixels
        found.append(_right(learner, held, wide[:, y : y + h, x : x + w]).mean())
    return float(np.mean(found))


def _worst(context: Context, args: Any, right: np.ndarray) -> dict[str, Any]:
    """The crossed slice with the highest error rate, with its interval."""
    import pyarrow as pa

    table = context.one("test").dataset().table(args.by)
    answers = pa.table(
        {**{n: table[n] for n in args.by}, "label": ["right"] * len(right),
         "prediction": ["right" if ok else "wrong" for ok in right]}
    )  # fmt: skip
    made = audit(
        answers, label="label", prediction="prediction", by=args.by, metrics=["error_rate"], min_count=WORST_ROWS
    )
    found: dict[str, Any] = made.worst("error_rate", 1, depth=len(args.by))[0].to_dict()
    return found
