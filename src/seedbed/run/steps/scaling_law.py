"""Fit the scaling law to the cells of a grid, with intervals, and check it on cells that the fit has not seen."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from pydantic import Field

from seedbed.dataset.files import write_json
from seedbed.errors import UsageError
from seedbed.learn import scaling
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs

LAWS = "laws.json"
CONSTANTS = ("E", "A", "B", "alpha", "beta", "R_star")


@register("step", "scaling_law")
class ScalingLaw(Step):
    """{scaling_law: law, constants, check, price, cells}: L = E + A / N^alpha + B / D'^beta (Hoffmann et al. 2022).

    laws.json holds the law of every bootstrap resample.

    `repetition` fits R* of repeated rows as well (Muennighoff et al. 2023). `held_out`: the share of sizes, largest
    compute first, that the check keeps from its own fit; the law itself is fitted to every cell.
    """

    inputs = ("cells", "plan")

    class Args(StepArgs):
        cells: str
        plan: str | None = None
        repetition: bool = True
        held_out: float = Field(0.2, gt=0, lt=1)
        replicates: int = Field(200, ge=20)
        seed: int = 0

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        trained = [done for done in context.many("cells") if not done.result.get("dropped")]
        if not trained:
            raise UsageError("no cell was trained", where="cells", hint="raise the budget")
        given, flop = points_of(trained), np.array([done.result["flop"] for done in trained])
        fitted = scaling.fit_law(given, repetition=args.repetition)
        laws = scaling.bootstrap(
            given, fitted, repetition=args.repetition, replicates=args.replicates, seed=args.seed
        )  # fmt: skip
        checked = scaling.check(given, flop, args.held_out, repetition=args.repetition)
        price = scaling.fit_price(given.parameters, [done.result["flop_per_row"] for done in trained])
        seconds = sum(done.result["seconds"] for done in trained)
        write_json(context.folder / LAWS, [law.to_dict() for law in laws])
        found = {
            "law": fitted.law.to_dict(),
            "constants": [_constant(name, fitted.law, laws) for name in CONSTANTS],
            "fit": {"points": len(given), "starts": fitted.starts, "residual": _residual(fitted.law, given)},
            "check": {**checked.to_dict(), "cells": _held(checked)},
            "price": {"k": price.k, "g": price.g},
            "spent": {"flop": float(flop.sum()), "seconds": seconds, "flop_per_second": float(flop.sum() / seconds)},
            "cells": [_cell(done) for done in trained],
            "dropped": context.one("plan").result["dropped"] if args.plan else [],
        }
        return {"scaling_law": found}


def laws_of(done: Done) -> tuple[scaling.Law, list[scaling.Law]]:
    """The law that a scaling_law stage fitted, and those of its resamples."""
    drawn = json.loads((done.folder / LAWS).read_text(encoding="utf-8"))
    return scaling.Law.from_dict(done.result["scaling_law"]["law"]), [scaling.Law.from_dict(item) for item in drawn]


def points_of(dones: list[Done]) -> scaling.Points:
    """The grid points of trained cells, one a seed."""
    columns = [[done.result[name] for done in dones] for name in ("parameters", "rows", "loss", "epochs")]
    return scaling.points(*columns)


def _constant(name: str, law: scaling.Law, laws: list[scaling.Law]) -> dict[str, Any]:
    low, high = scaling.interval(laws, lambda other: _value(other, name))
    return {"constant": name, "mean": law.to_dict()[name], "low": low, "high": high}


def _value(law: scaling.Law, name: str) -> float:
    found = law.to_dict()[name]
    return float("nan") if found is None else found


def _residual(law: scaling.Law, given: scaling.Points) -> float:
    """Mean absolute error of the log loss on the fitted points."""
    return float(np.abs(np.log(law.loss(given.parameters, given.rows, given.epochs) / given.loss)).mean())


def _held(checked: scaling.Check) -> list[dict[str, float]]:
    p = checked.points
    return [
        {"parameters": float(n), "rows": float(u), "epochs": float(e), "loss": float(loss), "predicted": float(said)}
        for n, u, e, loss, said in zip(p.parameters, p.rows, p.epochs, p.loss, checked.predicted)
    ]


def _cell(done: Done) -> dict[str, Any]:
    names = ("parameters", "rows", "epochs", "loss", "accuracy", "flop", "seconds")
    return {"cell": done.cell, **{name: done.result[name] for name in names}}
