"""Data efficiency: accuracy against the number of rows, and the rows that a target needs.

Between measured sizes accuracy is taken as a straight line over log rows. Nothing is said beyond the largest size: a
target that is not reached there is "not reached".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seedbed.errors import UsageError

REACHED, AT_MOST, NOT_REACHED = "reached", "at most", "not reached"
Curve = Mapping[int, float]  # rows -> accuracy of one seed


@dataclass(frozen=True)
class Need:
    """Rows that reach a target: geometric mean over seeds with Student's t interval on log rows.

    state: `reached`, `at most` (the smallest size was enough for some seed) or `not reached` (by `missed` seeds, at
    the largest size; then there is no figure).
    """

    rows: float | None
    low: float | None
    high: float | None
    state: str
    seeds: int
    missed: int
    largest: int

    def to_dict(self) -> dict[str, Any]:
        return {**self.__dict__}

    def text(self) -> str:
        """`420 [360, 490]`, `at most 100`, or `not reached with 1,600`."""
        if self.rows is None:
            some = f" by {self.missed} of {self.seeds} seeds" if self.missed < self.seeds else ""
            return f"not reached{some} with {self.largest:,}"
        span = "" if self.low is None or self.high is None else f" [{self.low:,.0f}, {self.high:,.0f}]"
        return f"{'at most ' if self.state == AT_MOST else ''}{self.rows:,.0f}{span}"


def crossing(curve: Curve, target: float) -> tuple[float | None, str]:
    """The rows from which one curve stays at or above `target`, and the state. UsageError for an empty curve."""
    if not curve:
        raise UsageError("no sizes were measured", where="data efficiency")
    sizes = sorted(curve)
    above = [curve[size] >= target for size in sizes]
    if not above[-1]:
        return None, NOT_REACHED
    last = max((k for k, ok in enumerate(above) if not ok), default=-1)
    if last < 0:
        return float(sizes[0]), AT_MOST
    low, high = sizes[last], sizes[last + 1]
    share = (target - curve[low]) / (curve[high] - curve[low])
    return float(np.exp(np.log(low) + share * (np.log(high) - np.log(low)))), REACHED


def rows_needed(curves: Sequence[Curve], target: float, confidence: float = 0.95) -> Need:
    """Rows needed over seeds, one curve each."""
    found = [crossing(curve, target) for curve in curves]
    largest = max(max(curve) for curve in curves)
    missed = sum(rows is None for rows, _ in found)
    if missed:
        return Need(None, None, None, NOT_REACHED, len(curves), missed, largest)
    mean, low, high = _t_interval(np.log([rows for rows, _ in found if rows]), confidence)
    if any(state == AT_MOST for _, state in found):  # the smallest size hides how few would do: a bound, no interval
        return Need(float(np.exp(mean)), None, None, AT_MOST, len(curves), 0, largest)
    return Need(float(np.exp(mean)), _exp(low), _exp(high), REACHED, len(curves), 0, largest)


def saving(first: Sequence[Curve], second: Sequence[Curve], target: float) -> dict[str, Any]:
    """Rows that `first` needs over those that `second` needs, paired by place (seed), with an interval.

    verdict: `fewer rows`, `more rows`, `no difference shown`; or `not shown` where a seed does not reach the target. A
    curve that is above the target at its smallest size counts with that size.
    """
    pairs = [(crossing(a, target)[0], crossing(b, target)[0]) for a, b in zip(first, second)]
    if any(a is None or b is None for a, b in pairs) or len(pairs) < 2:
        return {"ratio": None, "low": None, "high": None, "n": len(pairs), "verdict": "not shown"}
    mean, low, high = _t_interval(np.array([np.log(a / b) for a, b in pairs if a and b]), 0.95)
    verdict = "no difference shown"
    if low is not None and high is not None and (low > 0 or high < 0):
        verdict = "more rows" if low > 0 else "fewer rows"
    return {"ratio": float(np.exp(mean)), "low": _exp(low), "high": _exp(high), "n": len(pairs), "verdict": verdict}


def _t_interval(values: np.ndarray, confidence: float) -> tuple[float, float | None, float | None]:
    """Mean and Student's t interval; one value has none."""
    from scipy.stats import t

    mean = float(values.mean())
    if len(values) < 2:
        return mean, None, None
    half = float(t.ppf(0.5 + confidence / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def _exp(value: float | None) -> float | None:
    return None if value is None else float(np.exp(value))
