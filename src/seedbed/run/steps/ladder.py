"""The ladder of learners, one row a learner: means over seeds with intervals, and what each costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from seedbed.audit.intervals import over_seeds
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs


@register("step", "ladder")
class Ladder(Step):
    """For each learner of `rungs` accuracy, moved accuracy and worst slice over seeds, parameters, FLOP, seconds; and
    its accuracy on the real images of `real`.
    """

    inputs = ("rungs", "real")

    class Args(StepArgs):
        rungs: str | None = None
        real: str | None = None

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        rungs: dict[str, list[Done]] = {}
        for done in context.inputs.get("rungs", []):
            rungs.setdefault(done.result["learner"], []).append(done)
        real = [{"learner": done.cell.get("learner"), **done.result} for done in context.inputs.get("real", [])]
        return {"learners": [_row(name, found) for name, found in rungs.items()], "real": real}


def _row(name: str, found: list[Done]) -> dict[str, Any]:
    def over(value: Callable[[dict[str, Any]], float]) -> dict[str, Any]:
        values = [value(done.result) for done in found]
        made = over_seeds(values, bounds=(0.0, 1.0))
        return {"mean": made.mean, "low": made.low, "high": made.high, "values": values}

    moves = list(found[0].result["moved"])
    return {
        "learner": name,
        "accuracy": over(lambda r: r["accuracy"]),
        "moved": {pixels: over(lambda r, p=pixels: r["moved"][p]) for pixels in moves},  # type: ignore[misc]
        "worst_slice_error": over(lambda r: r["worst"]["value"]),
        "parameters": found[0].result["parameters"],
        "flop": float(np.mean([done.result["flop"] for done in found])),
        "cpu_seconds": float(np.mean([done.result["cpu_seconds"] for done in found])),
        "epochs": found[0].result["epochs"],
    }
