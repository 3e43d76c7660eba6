"""Arms of dual encoders over seeds: means with intervals, and how often the treated arm has the control's score."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.audit.intervals import over_seeds, paired_difference, ratio_over_seeds
from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs


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
        found = {arm: [figures_of(seeds[s].result) for s in sorted(seeds)] for arm, seeds in cells.items()}
        values = {
            name: {arm: [one[name] for one in results] for arm, results in found.items()}
            for name in next(iter(found.values()))[0]
        }
        made = {
            name: {arm: _estimate(figures, sorted(cells[arm])) for arm, figures in arms.items()}
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


def figures_of(result: dict[str, Any]) -> dict[str, float]:
    """Every figure of an evaluation by its name."""
    pairs: dict[str, Any] = result["pairs"]
    made = {name: float(pairs[name]["value"]) for name in ("group", "text", "image")}
    made |= {f"group_{swap}": float(found["group"]["value"]) for swap, found in pairs["by"].items()}
    if "new" in result:
        made["group_new"] = float(result["new"]["group"]["value"])
    for way, at in result["recall"].items():
        made |= {f"{way}_recall_{k}": float(value) for k, value in at.items()}
    if "dense" in result:
        made["dense_group"] = float(result["dense"]["pairs"]["group"]["value"])
        for way, at in result["dense"]["recall"].items():
            made |= {f"dense_{way}_recall_{k}": float(at[k]) for k in ("1", "10")}
    return made


def _estimate(values: list[float], seeds: list[int]) -> dict[str, Any]:
    return {**over_seeds(values, bounds=(0.0, 1.0)).to_dict(), "values": values, "seeds": seeds}


def _compared(treated: list[float], control: list[float]) -> dict[str, Any]:
    difference, ratio = paired_difference(treated, control), ratio_over_seeds(treated, control)
    shown = difference.low is not None and difference.low > 0
    return {"difference": difference.to_dict(), "ratio": ratio.to_dict(), "shown": shown}
