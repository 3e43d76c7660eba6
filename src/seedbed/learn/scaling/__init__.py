"""Scaling laws and data efficiency: what more parameters, rows or compute would buy. numpy and scipy only.

fitted = fit_law(points(parameters, rows, loss, epochs), repetition=True)
laws = bootstrap(given, fitted, repetition=True)
bottleneck(fitted.law, laws, Point(1e5, 2000, 8))
"""

from seedbed.learn.scaling.bootstrap import bootstrap, interval
from seedbed.learn.scaling.doubling import FACTORS, NOT_SHOWN, Point, best_use, bottleneck, doublings, gain, terms
from seedbed.learn.scaling.efficiency import Need, crossing, rows_needed, saving
from seedbed.learn.scaling.fit import Fitted, Points, fit_law, points
from seedbed.learn.scaling.held_out import Check, check, largest
from seedbed.learn.scaling.law import (
    Allocation,
    Law,
    Price,
    allocate,
    effective_rows,
    exponents,
    fit_price,
)

__all__ = [
    "FACTORS", "NOT_SHOWN", "Allocation", "Check", "Fitted", "Law", "Need", "Point", "Points", "Price", "allocate",
    "best_use", "bootstrap", "bottleneck", "check", "crossing", "doublings", "effective_rows", "exponents", "fit_law",
    "fit_price", "gain", "interval", "largest", "points", "rows_needed", "saving", "terms",
]  # fmt: skip
