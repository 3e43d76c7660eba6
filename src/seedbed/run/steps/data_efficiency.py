"""Accuracy against the number of rows for each mix of data, and the rows that each needs to reach a target."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.audit.intervals import over_seeds, paired_difference
from seedbed.errors import UsageError, nearest
from seedbed.learn.scaling import rows_needed, saving
from seedbed.registry import register
from seedbed.run.step import Context, Step, StepArgs

Curves = dict[str, dict[int, dict[int, float]]]  # mix -> seed -> rows -> accuracy


@register("step", "data_efficiency")
class DataEfficiency(Step):
    """{curves, gains, needed, savings} of `train_and_test` cells, or of any stage whose result has `figure`.

    curves: mean and t interval over seeds. gains: each mix against each of `controls` at every size, paired by seed.
    needed: rows for each of `targets`. savings: rows that a mix needs over those that a control needs, paired by seed.
    """

    inputs = ("cells",)

    class Args(StepArgs):
        cells: str
        targets: list[float] = Field(min_length=1)
        mix: str = "mix"
        controls: list[str] = Field(default_factory=lambda: ["random"], min_length=1)
        figure: str = "accuracy"

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        found = _curves(context, args)
        for control in args.controls:
            if control not in found:
                raise UsageError(f"no mix '{control}'", where="controls", hint=nearest(control, found))
        against = [
            (mix, control)
            for place, control in enumerate(args.controls)
            for mix in found
            if mix not in args.controls[: place + 1]
        ]
        return {
            "curves": [_point(mix, size, seeds) for mix, seeds in found.items() for size in _sizes(seeds)],
            "gains": [g for mix, control in against for g in _gains(mix, found[mix], control, found[control])],
            "needed": [
                {"mix": mix, "target": target, **rows_needed(list(seeds.values()), target).to_dict()}
                for target in args.targets
                for mix, seeds in found.items()
            ],
            "savings": [
                {"mix": mix, "control": control, "target": target, **_saving(found[mix], found[control], target)}
                for target in args.targets
                for mix, control in against
            ],
        }


def _curves(context: Context, args: Any) -> Curves:
    found: Curves = {}
    for done in context.many("cells"):
        if args.mix not in done.cell or "rows" not in done.cell:
            hint = f"repeat the stage over each: [{args.mix}, rows, seed]"
            raise UsageError(f"cells without '{args.mix}' or 'rows'", where=f"stage {done.stage}", hint=hint)
        seeds = found.setdefault(str(done.cell[args.mix]), {})
        seeds.setdefault(int(done.cell.get("seed", 0)), {})[int(done.cell["rows"])] = float(done.result[args.figure])
    return found


def _sizes(seeds: dict[int, dict[int, float]]) -> list[int]:
    return sorted({size for curve in seeds.values() for size in curve})


def _point(mix: str, size: int, seeds: dict[int, dict[int, float]]) -> dict[str, Any]:
    values = {seed: curve[size] for seed, curve in seeds.items() if size in curve}
    estimate = over_seeds(list(values.values()), bounds=(0.0, 1.0))
    return {"mix": mix, "rows": size, **estimate.to_dict(), "seeds": list(values), "values": list(values.values())}


def _gains(mix: str, first: dict[int, Any], control: str, second: dict[int, Any]) -> list[dict[str, Any]]:
    rows = []
    for size in _sizes(first):
        seeds = [s for s in first if s in second and size in first[s] and size in second[s]]
        found = paired_difference([first[s][size] for s in seeds], [second[s][size] for s in seeds])
        verdict = "not shown"
        if found.low is not None and found.high is not None:
            verdict = "helps" if found.low > 0 else "hurts" if found.high < 0 else "no difference shown"
        rows.append({"mix": mix, "control": control, "rows": size, **found.to_dict(), "verdict": verdict})
    return rows


def _saving(first: dict[int, Any], second: dict[int, Any], target: float) -> dict[str, Any]:
    both = [seed for seed in first if seed in second]
    return saving([first[s] for s in both], [second[s] for s in both], target)
