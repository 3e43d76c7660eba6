"""What does doubling the model, the data or the compute buy at one point, and which is the bottleneck?

model     twice the parameters; the same rows, as many epochs
data      twice the unique rows, as many epochs
compute   twice the epochs; the same model and rows

Each of the three doubles the training FLOP (the model: times 2^g), so what they buy can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.scaling.bootstrap import interval
from seedbed.learn.scaling.law import Law, Price, allocate, effective_rows

FACTORS = {"model": (2.0, 1.0, 1.0), "data": (1.0, 2.0, 1.0), "compute": (1.0, 1.0, 2.0)}
NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Point:
    """Where you are: parameters N, unique rows U, epochs."""

    parameters: float
    rows: float
    epochs: float

    def __post_init__(self) -> None:
        for name in ("parameters", "rows", "epochs"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise UsageError(f"{name} is {getattr(self, name)}", where="point", hint="a number above 0")

    def times(self, factors: Sequence[float]) -> Point:
        """The point with each of the three multiplied."""
        return Point(self.parameters * factors[0], self.rows * factors[1], self.epochs * factors[2])

    def loss(self, law: Law) -> float:
        """What the law says here."""
        return float(law.loss(self.parameters, self.rows, self.epochs))

    def flop(self, price: Price) -> float:
        """Training compute."""
        return float(price.flop(self.parameters, self.rows * self.epochs))


def terms(law: Law, point: Point) -> dict[str, float]:
    """The loss in parts: `floor` E, `model` A / N^alpha, `data` B / D'^beta."""
    data = effective_rows(point.rows, point.epochs, law.repeats)
    return {
        "floor": law.floor,
        "model": float(law.a * point.parameters**-law.alpha),
        "data": float(law.b * data**-law.beta),
    }


def gain(law: Law, point: Point, name: str) -> float:
    """By how much the loss falls when `name` is doubled."""
    return point.loss(law) - point.times(FACTORS[name]).loss(law)


def doublings(law: Law, laws: list[Law], point: Point, price: Price) -> list[dict[str, Any]]:
    """For each doubling: loss, gain (both with intervals), FLOP, and further rows that it needs."""
    rows = []
    for name, factors in FACTORS.items():
        there = point.times(factors)
        rows.append({
            "doubled": name,
            "loss": _spread(there.loss(law), interval(laws, there.loss)),
            "gain": _spread(gain(law, point, name), interval(laws, partial(gain, point=point, name=name))),
            "flop": there.flop(price),
            "new_rows": there.rows - point.rows,
        })  # fmt: skip
    return rows


def best_use(law: Law, laws: list[Law], flop: float, price: Price) -> dict[str, Any] | None:
    """The best model and rows for this compute, every row new, with intervals; None where the law has no such point."""
    found = allocate(law, flop, price)
    if np.isnan(found.loss):
        return None
    return {
        "flop": flop,
        "parameters": _spread(found.parameters, interval(laws, lambda o: allocate(o, flop, price).parameters)),
        "rows": _spread(found.rows, interval(laws, lambda o: allocate(o, flop, price).rows)),
        "loss": _spread(found.loss, interval(laws, lambda o: allocate(o, flop, price).loss)),
    }


def bottleneck(law: Law, laws: list[Law], point: Point) -> dict[str, Any]:
    """{verdict, first, differences}: whichever doubling buys most, if it is shown.

    Shown: in the same resamples its gain minus that of each other one has a 95 % interval above 0. Gains move
    together from resample to resample, so differences tell more than intervals that overlap.
    """
    gains = {name: gain(law, point, name) for name in FACTORS}
    first = max(gains, key=lambda name: gains[name])
    differences: list[dict[str, Any]] = []
    for name in FACTORS:
        if name != first:
            low, high = interval(laws, lambda o, n=name: gain(o, point, first) - gain(o, point, n))  # type: ignore[misc]
            differences.append({"than": name, **_spread(gains[first] - gains[name], (low, high))})
    shown = all(found["low"] > 0 for found in differences)
    return {"verdict": first if shown else NOT_SHOWN, "first": first, "differences": differences}


def _spread(value: float, span: tuple[float, float]) -> dict[str, float]:
    return {"mean": value, "low": span[0], "high": span[1]}
