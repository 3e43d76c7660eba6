"""Train a learner on one or more datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.files import write_json
from seedbed.errors import UsageError
from seedbed.learn.settings import Settings, parse_settings
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.training import check_options
from seedbed.run.training_data import stored

MODEL = "model"


@registry.register("step", "train")
class Train(Step):
    """model/ and history.json. Every arm with the same `steps` trains equally long, whatever its rows.

    `share` gives each dataset of `data` its share of every batch (default: by rows).
    """

    inputs = ("data",)
    parallel = True

    class Args(StepArgs):
        data: list[str] = Field(min_length=1)
        heads: list[str] = Field(min_length=1)
        learner: str = "small_cnn"
        options: dict[str, Any] = Field(default_factory=dict)
        steps: int = Field(500, gt=0)
        batch_size: int = Field(64, ge=2)
        learning_rate: float = Field(3e-3, gt=0)
        weight_decay: float = Field(0.05, ge=0)
        augment: str = "none"
        share: list[float] | None = None
        fit: dict[str, Any] = Field(default_factory=dict, description="further settings: schedule, ema, clip, ...")
        use: str = Field("training", description="checked against the data's use policies")
        override: str | None = Field(None, description="'NAME: REASON' of a person who trains all the same")
        seed: int = 0

    def check(self, args: Any) -> None:
        check_options(args.learner, args.options)
        parse_settings(args.fit)
        if args.share is not None and len(args.share) != len(args.data):
            raise UsageError(f"{len(args.share)} shares for {len(args.data)} datasets", where="share")
        policy.known_use(args.use, "use")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed import learn

        datasets = [done.dataset() for done in context.many("data")]
        folders = [dataset.path for dataset in datasets]
        overridden = policy.permit(folders, [args.use], action="train", override=args.override)
        data = stored(datasets, args.heads)
        learner = registry.get("learner", args.learner)(data.heads, **args.options)
        settings = Settings(
            seed=args.seed, steps=args.steps, batch_size=args.batch_size, learning_rate=args.learning_rate,
            weight_decay=args.weight_decay, **parse_settings(args.fit),
        )  # fmt: skip
        outcome = learn.train(
            learner, data.images, data.targets, settings, augment=args.augment,
            weights=_weights([len(dataset) for dataset in datasets], args.share), threads=1,
        )  # fmt: skip
        learner.save(context.folder / MODEL)
        policy.inherit(context.folder / MODEL, folders)
        policy.record_override(overridden, [*folders, context.folder / MODEL])
        write_json(context.folder / "history.json", outcome.history)
        return {
            "learner": args.learner,
            "rows": len(data),
            "steps": args.steps,
            "parameters": int(learner.parameters_count),
            "final_loss": outcome.history[-1]["loss"],
            "seconds": round(outcome.history[-1]["seconds"], 2),
            "flop": outcome.flop,
        }


def load_model(folder: Path, use: str = "evaluation") -> Any:
    """The learner that a train stage saved; refused where its use policy refuses the use."""
    from seedbed import learn

    return learn.load(folder / MODEL, use=use)


def _weights(rows: list[int], share: list[float] | None) -> np.ndarray | None:
    """Each row's chance to be drawn, so that dataset k fills `share[k]` of the batches."""
    if share is None:
        return None
    return np.concatenate([np.full(n, s / n) for n, s in zip(rows, share)])
