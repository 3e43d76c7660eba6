"""The answer at one point: what doubling model, data or compute buys, which is the bottleneck, and the price."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import Field

from seedbed.document.prices import Prices, read_prices
from seedbed.learn import scaling
from seedbed.lineage import digest
from seedbed.registry import register
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.steps.scaling_law import laws_of


class PointArgs(StepArgs):
    """Where you are."""

    parameters: float = Field(gt=0)
    rows: float = Field(gt=0, description="unique rows")
    epochs: float = Field(1.0, ge=1)


@register("step", "bottleneck")
class Bottleneck(Step):
    """{bottleneck: ...}. `prices`: a YAML price table of yours (default: seedbed's); `device`: one of its devices.

    A law that does not predict held-out cells better than naive guesses gives no verdict.
    """

    inputs = ("law",)

    class Args(StepArgs):
        law: str
        point: PointArgs
        device: str = "h100"
        prices: str | None = None

    def check(self, args: Any) -> None:
        read_prices(args.prices).device(args.device)

    def code(self, args: Any) -> dict[str, Any]:
        return {"prices": digest(read_prices(args.prices).model_dump(mode="json"))}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        fitted, prices = context.one("law").result["scaling_law"], read_prices(args.prices)
        law, laws = laws_of(context.one("law"))
        price = scaling.Price(fitted["price"]["k"], fitted["price"]["g"])
        point = scaling.Point(args.point.parameters, args.point.rows, args.point.epochs)
        speed = fitted["spent"]["flop_per_second"]
        cost = _Cost(prices, args.device, speed)
        doubled = scaling.doublings(law, laws, point, price)
        for row in doubled:
            row["cost"] = cost.of(row["flop"], row["new_rows"])
        verdict = scaling.bottleneck(law, laws, point)
        if not fitted["check"]["holds"]:
            verdict["verdict"] = scaling.NOT_SHOWN
        low, high = scaling.interval(laws, point.loss)
        parts = {
            name: _spread(value, scaling.interval(laws, partial(_term, point=point, name=name)))
            for name, value in scaling.terms(law, point).items()
        }
        return {
            "bottleneck": {
                **verdict,
                "why": _why(verdict, fitted["check"]),
                "point": args.point.model_dump(),
                "inside": _inside(args.point, fitted["cells"]),
                "loss": _spread(point.loss(law), (low, high)),
                "terms": parts,
                "doublings": doubled,
                "here": {"flop": point.flop(price), "cost": cost.of(point.flop(price), 0.0)},
                "best_use": [
                    {**found, "times": k}
                    for k in (1.0, 2.0)
                    if (found := scaling.best_use(law, laws, point.flop(price) * k, price)) is not None
                ],
                "device": args.device,
                "price_date": prices.date,
                "devices": {name: prices.cost(point.flop(price), name) for name in prices.devices},
            }
        }


class _Cost:
    def __init__(self, prices: Prices, device: str, per_second: float) -> None:
        self.prices, self.device, self.per_second = prices, device, per_second

    def of(self, flop: float, new_rows: float) -> dict[str, float]:
        """Hours and dollars on the device and on one core here, and dollars for further rows."""
        there, here = self.prices.cost(flop, self.device), self.prices.core_cost(flop, self.per_second)
        return {
            "hours": there["hours"], "dollars": there["dollars"],
            "core_hours": here["hours"], "core_dollars": here["dollars"], "row_dollars": new_rows * self.prices.row,
        }  # fmt: skip


def _term(law: scaling.Law, point: scaling.Point, name: str) -> float:
    return scaling.terms(law, point)[name]


def _why(verdict: dict[str, Any], check: dict[str, Any]) -> str:
    if not check["holds"]:
        return "the law does not predict the held-out cells better than a naive guess, so nothing is concluded from it"
    if verdict["verdict"] == scaling.NOT_SHOWN:
        close = [found["than"] for found in verdict["differences"] if found["low"] <= 0]
        others = " and the ".join(close)
        return f"doubling the {verdict['first']} has the largest gain, but not shown to be more than the {others}"
    return "its gain is larger than both others' in the same resamples (95 % intervals of the differences above 0)"


def _inside(point: PointArgs, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """For each axis whether the point is within the measured range, with the range."""
    made = {}
    for name in ("parameters", "rows", "epochs"):
        values = [cell[name] for cell in cells]
        low, high = min(values), max(values)
        made[name] = {"low": low, "high": high, "inside": bool(low <= getattr(point, name) <= high)}
    return made


def _spread(value: float, span: tuple[float, float]) -> dict[str, float]:
    return {"mean": value, "low": span[0], "high": span[1]}
