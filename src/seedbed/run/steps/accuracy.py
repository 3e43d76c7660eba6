"""The digits' result: accuracy on real held-out rows, by the number of real rows and the method."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from seedbed.audit.intervals import over_seeds, paired_difference
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs


@register("step", "accuracy")
class Accuracy(Step):
    """Mean accuracy and t interval over seeds for each (real_rows, method), and paired gains.

    `answers` names predict stages; a stage without a `method` in its cell counts as `default_method`.
    """

    inputs = ("answers",)

    class Args(StepArgs):
        answers: list[str]
        default_method: str = "real_only"
        treated: str = "seedbed"
        controls: list[str] = Field(default_factory=lambda: ["real_only", "augmented"])

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        groups: dict[tuple[int, str], dict[int, float]] = {}
        for done in context.many("answers"):
            method = str(done.cell.get("method", args.default_method))
            rows = int(done.cell.get("real_rows", 0))
            groups.setdefault((rows, method), {})[int(done.cell["seed"])] = _accuracy(done)
        table = [_row(rows, method, found) for (rows, method), found in sorted(groups.items())]
        gains = [
            _gain(rows, args.treated, control, groups)
            for rows in sorted({rows for rows, _ in groups})
            for control in args.controls
            if (rows, args.treated) in groups and (rows, control) in groups
        ]
        return {"accuracy": table, "gains": gains}


def _accuracy(done: Done) -> float:
    table = done.table()
    right = np.array(table["label"].to_pylist()) == np.array(table["prediction"].to_pylist())
    return float(right.mean())


def _row(rows: int, method: str, found: dict[int, float]) -> dict[str, Any]:
    estimate = over_seeds(list(found.values()), bounds=(0.0, 1.0))
    return {
        "real_rows": rows,
        "method": method,
        "mean": estimate.mean,
        "low": estimate.low,
        "high": estimate.high,
        "seeds": list(found),
        "values": list(found.values()),
    }


def _gain(rows: int, treated: str, control: str, groups: dict[tuple[int, str], dict[int, float]]) -> dict[str, Any]:
    """Paired by seed. `helps`: the interval lies above 0; `hurts`: below 0; else no difference is shown."""
    first, second = groups[rows, treated], groups[rows, control]
    seeds = [seed for seed in first if seed in second]
    found = paired_difference([first[s] for s in seeds], [second[s] for s in seeds])
    verdict = "not shown"
    if found.low is not None and found.high is not None:
        verdict = "helps" if found.low > 0 else "hurts" if found.high < 0 else "no difference shown"
    return {"real_rows": rows, "treated": treated, "control": control, **found.to_dict(), "verdict": verdict}
