"""Which cells of a grid fit into a compute budget: cheapest first, and every dropped one is named."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.step import Context, Step, StepArgs

SIZE = ("parameters", "rows", "epochs", "flop")


@register("step", "compute_plan")
class ComputePlan(Step):
    """{cells, dropped, flop}: all seeds of a cell fit or none does. `budget` is FLOP of all training together."""

    inputs = ("sizes",)

    class Args(StepArgs):
        sizes: str
        budget: float = Field(gt=0, description="FLOP of all training together, for example 2.0e+11")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        groups: dict[tuple[tuple[str, Any], ...], list[Any]] = {}
        for done in context.many("sizes"):
            key = tuple((name, value) for name, value in done.cell.items() if name != "seed")
            groups.setdefault(key, []).append(done)
        spent, cells = 0.0, []
        for key, dones in sorted(groups.items(), key=lambda pair: pair[1][0].result["flop"]):
            cost = sum(done.result["flop"] for done in dones)
            fits = spent + cost <= args.budget
            spent += cost if fits else 0.0
            size = {name: dones[0].result[name] for name in SIZE}
            cells += [{"cell": done.cell, "name": _name(key), "fits": fits, **size} for done in dones]
        if not spent:
            least = min(sum(d.result["flop"] for d in dones) for dones in groups.values())
            raise UsageError(f"no cell fits into {args.budget:.3g} FLOP", where="budget", hint=f"from {least:.3g}")
        dropped = sorted({cell["name"] for cell in cells if not cell["fits"]})
        names = list(context.many("sizes")[0].cell)
        return {"budget": args.budget, "flop": spent, "by": names, "cells": cells, "dropped": dropped}


def _name(key: tuple[tuple[str, Any], ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in key)
