"""Train a dual encoder on captioned images."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.files import write_json
from seedbed.errors import UsageError, nearest
from seedbed.run.step import Context, Step, StepArgs

MODEL = "model"


@registry.register("step", "train_dual")
class TrainDual(Step):
    """model/ and history.json. Arms with the same `steps` and `batch_size` see the same number of images and captions,
    whatever their negatives: `random`, or `pairs` (both images and both captions of a minimal pair in the batch).
    """

    inputs = ("data",)
    parallel = True

    class Args(StepArgs):
        data: list[str] = Field(min_length=1)
        caption: str = Field("caption", description="column, or COLUMN.STYLE of captions in several styles")
        pair: str | None = Field(None, description="column that is equal in two rows of a minimal pair")
        negatives: str = "random"
        options: dict[str, Any] = Field(default_factory=dict)
        steps: int = Field(500, gt=0)
        batch_size: int = Field(64, ge=4, description="images a step")
        learning_rate: float = Field(1e-3, gt=0)
        weight_decay: float = Field(0.05, ge=0)
        use: str = Field("training", description="checked against the data's use policies")
        override: str | None = Field(None, description="'NAME: REASON' of a person who trains all the same")
        seed: int = 0

    def check(self, args: Any) -> None:
        from seedbed.learn.contrastive.dual import checked_options
        from seedbed.learn.contrastive.settings import NEGATIVES

        checked_options(args.options)
        if args.negatives not in NEGATIVES:
            raise UsageError(
                f"no negatives '{args.negatives}'", where="negatives", hint=nearest(args.negatives, NEGATIVES)
            )
        policy.known_use(args.use, "use")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.learn.contrastive import captioned, fit_dual
        from seedbed.learn.contrastive.data import joined

        datasets = [done.dataset() for done in context.many("data")]
        folders = [dataset.path for dataset in datasets]
        overridden = policy.permit(folders, [args.use], action="train", override=args.override)
        data = joined([captioned(dataset, args.caption, pair=args.pair) for dataset in datasets])
        model, outcome = fit_dual(
            data, seed=args.seed, steps=args.steps, batch_size=args.batch_size, negatives=args.negatives,
            learning_rate=args.learning_rate, weight_decay=args.weight_decay, options=args.options, threads=1,
        )  # fmt: skip
        model.save(context.folder / MODEL)
        policy.inherit(context.folder / MODEL, folders)
        policy.record_override(overridden, [*folders, context.folder / MODEL])
        write_json(context.folder / "history.json", outcome.history)
        return {
            "images": len(data),
            "captions": len(set(data.captions)),
            "words": round(float(np.mean([len(text.split()) for text in data.captions])), 2),
            "steps": outcome.steps,
            "images_seen": outcome.steps * args.batch_size,
            "parameters": int(model.parameters_count),
            "final_loss": outcome.history[-1]["loss"],
            "flop": outcome.flop,
            "seconds": round(outcome.seconds, 2),
        }
