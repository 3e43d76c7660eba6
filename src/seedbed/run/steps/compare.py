"""The loop's result: the worst slice's error after each way of adding rows, over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from seedbed.audit.intervals import over_seeds, paired_difference, ratio_over_seeds
from seedbed.audit.result import Audit
from seedbed.errors import UsageError, nearest
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs

WORST, NAMED, TARGETED, OVERALL = (
    "worst_slice_error", "named_slice_error", "targeted_slices_error", "overall_error",
)  # fmt: skip


@register("step", "compare")
class Compare(Step):
    """Four figures for each arm, mean and t interval over seeds, all on rows that chose nothing.

    worst_slice_error: the error of whichever slice is worst for that model (selection included);
    named_slice_error: of the slice that the first audit called worst; targeted_slices_error: of all slices
    that were targeted, pooled; overall_error: of all rows.
    """

    inputs = ("before", "after", "targets")

    class Args(StepArgs):
        before: str
        after: str
        targets: str
        arm: str = "arm"
        treated: str = "targeted"
        control: str = "random"
        metric: str = "error_rate"
        goal: float = Field(0.5, gt=0)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        targets = {done.cell["seed"]: done.result for done in context.many("targets")}
        arms: dict[str, list[Done]] = {"before": list(context.many("before"))}
        for done in context.many("after"):
            arms.setdefault(str(done.cell[args.arm]), []).append(done)
        for name in (args.treated, args.control):
            if name not in arms:
                raise UsageError(f"no arm '{name}'", where="compare", hint=nearest(name, arms))
        values = {
            arm: [_figures(done, targets[done.cell["seed"]], args.metric) for done in dones]
            for arm, dones in arms.items()
        }
        seeds = {arm: [done.cell["seed"] for done in dones] for arm, dones in arms.items()}
        figures = {
            name: {arm: _summary([v[name] for v in found], seeds[arm]) for arm, found in values.items()}
            for name in (WORST, NAMED, TARGETED, OVERALL)
        }
        return {**figures, "comparison": _comparison(args, values), "named_slices": _named(values, seeds)}


def _figures(done: Done, targets: dict[str, Any], metric: str) -> dict[str, Any]:
    audit = Audit.load(done.folder)
    slices = {r.slice: r for r in audit.slices(metric, depth=len(audit.about["by"]))}
    worst = max(slices.values(), key=lambda r: (r.value, r.slice))
    named = slices[targets["worst"]["slice"]]
    aimed = [slices[t["where"]] for t in targets["targets"] if t["where"] in slices]
    return {
        WORST: worst.value,
        "worst_slice": worst.slice,
        NAMED: named.value,
        "named_slice": named.slice,
        TARGETED: sum(r.value * r.n for r in aimed) / sum(r.n for r in aimed),
        OVERALL: audit.overall(metric).value,
    }


def _summary(values: Sequence[float], seeds: list[int]) -> dict[str, Any]:
    found = over_seeds(values, bounds=(0.0, 1.0))
    return {"mean": found.mean, "low": found.low, "high": found.high, "seeds": seeds, "values": list(values)}


def _comparison(args: Any, values: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    made = {}
    for name in (WORST, NAMED, TARGETED, OVERALL):
        treated, control = ([v[name] for v in values[arm]] for arm in (args.treated, args.control))
        made[name] = {
            "ratio": ratio_over_seeds(treated, control).to_dict(),
            "difference": paired_difference(treated, control).to_dict(),
        }
    ratio = made[WORST]["ratio"]["mean"]
    return {
        "treated": args.treated,
        "control": args.control,
        "goal": args.goal,
        "goal_met": ratio is not None and ratio <= args.goal,
        **made,
    }


def _named(values: dict[str, list[dict[str, Any]]], seeds: dict[str, list[int]]) -> list[dict[str, Any]]:
    return [
        {
            "seed": seed,
            "named_slice": found["named_slice"],
            "worst_slice": {arm: values[arm][k]["worst_slice"] for arm in values},
        }
        for k, (seed, found) in enumerate(zip(seeds["before"], values["before"]))
    ]
