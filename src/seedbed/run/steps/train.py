"""Train a learner on one or more datasets."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.files import write_json
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError, nearest
from seedbed.run.generate import build_world
from seedbed.run.step import Context, Done, Step, StepArgs

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
        use: str = Field("training", description="checked against the data's use policies")
        override: str | None = Field(None, description="'NAME: REASON' of a person who trains all the same")
        seed: int = 0

    def check(self, args: Any) -> None:
        learner = registry.get("learner", args.learner, where="learner")
        known = [name for name in inspect.signature(learner).parameters if name != "heads"]
        for name in args.options:
            if name not in known:
                raise UsageError(f"unknown option '{name}'", where=f"learner {args.learner}", hint=nearest(name, known))
        if args.share is not None and len(args.share) != len(args.data):
            raise UsageError(f"{len(args.share)} shares for {len(args.data)} datasets", where="share")
        policy.known_use(args.use, "use")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed import learn

        sources = context.many("data")
        folders = [done.dataset().path for done in sources]
        overridden = policy.permit(folders, [args.use], action="train", override=args.override)
        parts = [done.dataset().table(["image", *args.heads]) for done in sources]
        images = np.concatenate([decode_all(part["image"].to_pylist()) for part in parts])
        values = {h: [str(v) for part in parts for v in part[h].to_pylist()] for h in args.heads}
        heads = {h: _levels(h, sources, values[h]) for h in args.heads}
        learner = registry.get("learner", args.learner)(heads, **args.options)
        history = learn.fit(
            learner,
            images,
            {h: np.array([heads[h].index(v) for v in values[h]]) for h in args.heads},
            seed=args.seed,
            steps=args.steps,
            batch_size=args.batch_size,
            learning_rate=args.learning_rate,
            weight_decay=args.weight_decay,
            augment=args.augment,
            weights=_weights([part.num_rows for part in parts], args.share),
            threads=1,
        )
        learner.save(context.folder / MODEL)
        policy.inherit(context.folder / MODEL, folders)
        policy.record_override(overridden, [*folders, context.folder / MODEL])
        write_json(context.folder / "history.json", history)
        return {
            "learner": args.learner,
            "rows": len(images),
            "steps": args.steps,
            "parameters": int(learner.parameters_count),
            "final_loss": history[-1]["loss"],
            "seconds": round(history[-1]["seconds"], 2),
        }


def load_model(folder: Path, use: str = "evaluation") -> Any:
    """The learner that a train stage saved; refused where its use policy refuses the use."""
    from seedbed import learn

    return learn.load(folder / MODEL, use=use)


def _levels(head: str, sources: list[Done], values: list[str]) -> list[str]:
    """The head's labels: the factor's levels where a world made rows, so that unseen ones have a place."""
    known = list(dict.fromkeys(sorted(set(values))))
    for done in sources:
        job = done.dataset().lineage.get("job")
        if job:
            world = build_world(job["program"]["world"], job["program"]["options"])
            levels = next((f.levels for f in world.factors if f.name == head), ())
            known = [*map(str, levels), *(v for v in known if v not in map(str, levels))]
    return known


def _weights(rows: list[int], share: list[float] | None) -> np.ndarray | None:
    """Each row's chance to be drawn, so that dataset k fills `share[k]` of the batches."""
    if share is None:
        return None
    return np.concatenate([np.full(n, s / n) for n, s in zip(rows, share)])
