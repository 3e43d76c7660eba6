"""Train a captioner on images with captions."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.files import write_json
from seedbed.run.step import Context, Step, StepArgs

MODEL = "model"


@registry.register("step", "train_captioner")
class TrainCaptioner(Step):
    """model/ and history.json."""

    inputs = ("data",)
    parallel = True

    class Args(StepArgs):
        data: str
        caption: str = "caption"
        options: dict[str, Any] = Field(default_factory=dict)
        steps: int = Field(500, gt=0)
        batch_size: int = Field(64, ge=2)
        learning_rate: float = Field(1e-3, gt=0)
        seed: int = 0

    def check(self, args: Any) -> None:
        from seedbed.learn.captioning.captioner import checked_options

        checked_options(args.options)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.learn.captioning import fit_captioner
        from seedbed.learn.contrastive import captioned

        dataset = context.one("data").dataset()
        policy.permit([dataset.path], ["training"], action="train")
        model, outcome = fit_captioner(
            captioned(dataset, args.caption), seed=args.seed, steps=args.steps, batch_size=args.batch_size,
            learning_rate=args.learning_rate, options=args.options, threads=1,
        )  # fmt: skip
        model.save(context.folder / MODEL)
        policy.inherit(context.folder / MODEL, [dataset.path])
        write_json(context.folder / "history.json", outcome.history)
        return {
            "images": len(dataset), "steps": outcome.steps, "parameters": int(model.parameters_count),
            "final_loss": outcome.history[-1]["loss"], "token_accuracy": outcome.history[-1]["accuracy"],
            "flop": outcome.flop, "seconds": round(outcome.seconds, 2),
        }  # fmt: skip
