"""Any figures of earlier stages over seeds: means with intervals, and each arm against its controls, seed by seed."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.audit.intervals import over_seeds, paired_difference
from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs

Group = tuple[tuple[str, Any], ...]


@register("step", "arms")
class Arms(Step):
    """{name: rows, name_gains: rows}: mean and 95 % t interval over the cells' seeds, and paired differences.

    `figures` are paths into the stages' results (`accuracy.svm`). `arm` is the cell's key that tells the arms apart;
    every arm is compared with each of `controls`. All other keys of the cell but `seed` make groups.
    """

    inputs = ("of",)

    class Args(StepArgs):
        of: list[str] = Field(min_length=1)
        name: str
        figures: list[str] = Field(min_length=1)
        arm: str | None = None
        controls: list[str] = Field(default_factory=list)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        rows, gains = [], []
        for figure in args.figures:
            cells = _cells(context.many("of"), figure)
            rows += [_row(figure, group, found) for group, found in cells.items()]
            gains += [gain for group in cells for gain in _gains(figure, group, cells, args)]
        return {args.name: rows, **({f"{args.name}_gains": gains} if args.controls else {})}


def _cells(dones: list[Done], figure: str) -> dict[Group, dict[int, float | None]]:
    """Each group's value of the figure by seed."""
    found: dict[Group, dict[int, float | None]] = {}
    for done in dones:
        group = tuple((key, value) for key, value in done.cell.items() if key != "seed")
        found.setdefault(group, {})[int(done.cell.get("seed", 0))] = _value(done, figure)
    return found


def _value(done: Done, figure: str) -> float | None:
    place: Any = done.result
    for key in figure.split("."):
        if not isinstance(place, dict) or key not in place:
            raise UsageError(f"no figure '{figure}'", where=f"stage {done.stage}", hint=f"it has {', '.join(place)}")
        place = place[key]
    return None if place is None else float(place)


def _row(figure: str, group: Group, found: dict[int, float | None]) -> dict[str, Any]:
    estimate = over_seeds(list(found.values()), bounds=(0.0, 1.0))
    seeds = {"seeds": list(found), "values": list(found.values())}
    return {"figure": figure, **dict(group), **estimate.to_dict(), **seeds}


def _gains(figure: str, group: Group, cells: dict[Group, dict[int, float | None]], args: Any) -> list[dict[str, Any]]:
    """This group's arm against each control. Its verdict is `higher` where the interval lies above 0."""
    arm, gains = dict(group).get(args.arm), []
    for control in args.controls:
        other = tuple((key, control if key == args.arm else value) for key, value in group)
        if control == arm or other not in cells:
            continue
        both = [s for s in cells[group] if cells[group][s] is not None and cells[other].get(s) is not None]
        found = paired_difference([cells[group][s] for s in both], [cells[other][s] for s in both])
        verdict = _verdict(found.low, found.high)
        gains.append({"figure": figure, **dict(group), "control": control, **found.to_dict(), "verdict": verdict})
    return gains


def _verdict(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "not shown"
    return "higher" if low > 0 else "lower" if high < 0 else "no difference shown"
