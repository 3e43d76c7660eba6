"""Pretrain a learner's encoder without labels."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.files import write_json
from seedbed.dataset.images import decode_all
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.steps.train import MODEL, check_options


@registry.register("step", "pretrain")
class Pretrain(Step):
    """model/ and history.json: two views of an image are drawn together (SimCLR). The labels are not read.

    `heads` names the heads that the learner shall have, with their labels; they stay untrained.
    """

    inputs = ("data",)
    parallel = True

    class Args(StepArgs):
        data: str
        heads: dict[str, list[str]] = Field(min_length=1)
        learner: str = "small_cnn"
        options: dict[str, Any] = Field(default_factory=dict)
        steps: int = Field(300, gt=0)
        batch_size: int = Field(256, ge=2)
        learning_rate: float = Field(2e-3, gt=0)
        weight_decay: float = Field(0.05, ge=0)
        augment: str = "classical"
        temperature: float = Field(0.2, gt=0)
        use: str = "training"
        seed: int = 0

    def check(self, args: Any) -> None:
        check_options(args.learner, args.options)
        policy.known_use(args.use, "use")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.learn.settings import Settings
        from seedbed.learn.simclr import pretrain

        dataset = context.one("data").dataset()
        policy.permit([dataset.path], [args.use], action="pretrain")
        learner = registry.get("learner", args.learner)(args.heads, **args.options)
        settings = Settings(
            seed=args.seed, steps=args.steps, batch_size=args.batch_size, learning_rate=args.learning_rate,
            weight_decay=args.weight_decay,
        )  # fmt: skip
        images = decode_all(dataset.table(["image"])["image"].to_pylist())
        made = pretrain(learner, images, settings, augment=args.augment, temperature=args.temperature, threads=1)
        learner.save(context.folder / MODEL)
        policy.inherit(context.folder / MODEL, [dataset.path])
        write_json(context.folder / "history.json", made.history)
        return {
            "learner": args.learner,
            "rows": len(images),
            "steps": args.steps,
            "parameters": int(learner.parameters_count),
            "final_loss": made.history[-1]["loss"],
            "flop": made.flop,
            "seconds": round(made.seconds, 2),
        }
