"""Arms of dual encoders over seeds: means with intervals, and how often the treated arm has the control's score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from seedbed.audit.intervals import over_seeds, paired_difference, ratio_over_seeds
from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs

Figure = Callable[[dict[str, Any]], float]


@register("step", "composition")
class Composition(Step):
    """figures: {group, text, image, recalls, group of each swap, group of new captions} -> arm -> mean, low, high,
    values, seeds; comparisons: treated against each control, difference (paired by seed) and ratio (Fieller).
    `evaluations` names evaluate_dual stages whose cells have seed and `axis`.
    """

    inputs = ("evaluations",)

    class Args(StepArgs):
        evaluations: list[str]
        axis: str = "arm"
        treated: str
        controls: list[str] = Field(min_length=1)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        cells: dict[str, dict[int, Done]] = {}
        for done in context.many("evaluations"):
            cells.setdefault(str(done.cell[args.axis]), {})[int(done.cell["seed"])] = done
        for arm in (args.treated, *args.controls):
            if arm not in cells:
                raise UsageError(f"no {args.axis} '{arm}'", where="composition", hint=f"known: {', '.join(cells)}")
        known = figures_of(next(iter(next(iter(cells.values())).values())).result)
        values = {
            name: {arm: [get(seeds[s].result) for s in sorted(seeds)] for arm, seeds in cells.items()}
            for name, get in known.items()
        }
        made = {
            name: {arm: _estimate(found, sorted(cells[arm])) for arm, found in arms.items()}
            for name, arms in values.items()
        }
        comparisons = [
            {
                "figure": name,
                "treated": args.treated,
                "control": control,
                **_compared(arms[args.treated], arms[control]),
            }
            for name, arms in values.items()
            for control in args.controls
        ]
        first = next(iter(next(iter(cells.values())).values())).result
        sizes = {"pairs": first["pairs"]["pairs"], "images": first["images"], "captions": first["captions"]}
        return {"figures": made, "comparisons": comparisons, "test": sizes}


def figures_of(result: dict[str, Any]) -> dict[str, Figure]:
    """Name -> where an evaluation has it."""
    made: dict[str, Figure] = {n: (lambda r, n=n: r["pairs"][n]["value"]) for n in ("group", "text", "image")}
    for swap in result["pairs"]["by"]:
        made[f"group_{swap}"] = lambda r, s=swap: r["pairs"]["by"][s]["group"]["value"]
    if "new" in result:
        made["group_new"] = lambda r: r["new"]["group"]["value"]
    for way, ks in result["recall"].items():
        for k in ks:
            made[f"{way}_recall_{k}"] = lambda r, w=way, k=k: r["recall"][w][k]
    if "dense" in result:
        made["dense_group"] = lambda r: r["dense"]["pairs"]["group"]["value"]
        for way in result["recall"]:
            made[f"dense_{way}_recall_1"] = lambda r, w=way: r["dense"]["recall"][w]["1"]
            made[f"dense_{way}_recall_10"] = lambda r, w=way: r["dense"]["recall"][w]["10"]
    return made


def _estimate(values: list[float], seeds: list[int]) -> dict[str, Any]:
    return {**over_seeds(values, bounds=(0.0, 1.0)).to_dict(), "values": values, "seeds": seeds}


def _compared(treated: list[float], control: list[float]) -> dict[str, Any]:
    difference, ratio = paired_difference(treated, control), ratio_over_seeds(treated, control)
    shown = difference.low is not None and difference.low > 0
    return {"difference": difference.to_dict(), "ratio": ratio.to_dict(), "shown": shown}
