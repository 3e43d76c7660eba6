"""The law: L(N, D) = E + A / N^alpha + B / D'^beta (Hoffmann et al. 2022, approach 3), and what follows from it.

D' is what the rows are worth when they are read more than once (Muennighoff et al. 2023, "Scaling data-constrained
language models", section 3.1): with U unique rows read in R further epochs

    D' = U + U R* (1 - exp(-R / R*)),    R = epochs - 1

so D' = U x epochs while R is far below R*, and at most U (1 + R*). R* = inf: a repeated row is worth a new one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

Array = np.ndarray
FLAT = 1e-3  # an exponent below this is no dependence


@dataclass(frozen=True)
class Law:
    """Constants of the law. `floor` is E, the loss that no model and no data take away."""

    floor: float
    a: float
    b: float
    alpha: float
    beta: float
    repeats: float = float("inf")  # R*

    def loss(self, parameters: Any, rows: Any, epochs: Any = 1.0) -> Array:
        """Loss for parameters N, unique rows U and epochs; arrays broadcast."""
        data = effective_rows(rows, epochs, self.repeats)
        return self.floor + self.a * np.asarray(parameters, float) ** -self.alpha + self.b * data**-self.beta

    def to_dict(self) -> dict[str, float | None]:
        """E, A, B, alpha, beta and R* by name; R* None where repetition costs nothing."""
        names = {"floor": "E", "a": "A", "b": "B", "alpha": "alpha", "beta": "beta", "repeats": "R_star"}
        found = {names[key]: value for key, value in asdict(self).items()}
        return {**found, "R_star": None if np.isinf(self.repeats) else self.repeats}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Law:
        """The law that `to_dict` wrote."""
        repeats = found.get("R_star")
        e, a, b, alpha, beta = (float(found[name]) for name in ("E", "A", "B", "alpha", "beta"))
        return cls(e, a, b, alpha, beta, float("inf") if repeats is None else float(repeats))


def effective_rows(rows: Any, epochs: Any, repeats: float = float("inf")) -> Array:
    """D' for U unique `rows`, `epochs` >= 1 and R* = `repeats`. Fewer than one epoch reads a share of the rows."""
    u, e = np.asarray(rows, float), np.asarray(epochs, float)
    more = np.maximum(e - 1.0, 0.0)
    again = more if np.isinf(repeats) else -repeats * np.expm1(-more / repeats)
    return np.asarray(u * (np.minimum(e, 1.0) + again))


@dataclass(frozen=True)
class Price:
    """What a row costs in training: FLOP = k N^g for one row read once. A transformer's: k = 6, g = 1."""

    k: float = 6.0
    g: float = 1.0

    def flop(self, parameters: Any, rows_read: Any) -> Array:
        """FLOP of training N parameters on this many rows (epochs counted)."""
        return np.asarray(self.k * np.asarray(parameters, float) ** self.g * np.asarray(rows_read, float))


def fit_price(parameters: Any, flop_per_row: Any) -> Price:
    """k and g by least squares on logarithms; one size of model gives g = 1."""
    n, flop = np.log(np.asarray(parameters, float)), np.log(np.asarray(flop_per_row, float))
    if len(np.unique(n)) < 2:
        return Price(float(np.exp((flop - n).mean())), 1.0)
    g, k = np.polyfit(n, flop, 1)
    return Price(float(np.exp(k)), float(g))


@dataclass(frozen=True)
class Allocation:
    """The best use of `flop`: N parameters on D rows read once, and the loss that the law says."""

    flop: float
    parameters: float
    rows: float
    loss: float


def allocate(law: Law, flop: float, price: Price | None = None) -> Allocation:
    """The compute-optimal N and D of a budget, all rows new.

    With C = k N^g D, the minimum of A N^-alpha + B D^-beta is at N = (alpha A / (g beta B))^(1 / s) (C / k)^(beta / s),
    s = alpha + g beta. For k = 6 and g = 1 this is Hoffmann et al. 2022, equation 4: N = G (C/6)^a, D = (C/6)^b / G,
    a = beta / (alpha + beta), b = alpha / (alpha + beta), G = (alpha A / (beta B))^(1 / (alpha + beta)). A law in which
    model or data make no difference has no such point: nan.
    """
    cost = price or Price()
    if min(law.alpha, law.beta) <= FLAT or min(law.a, law.b) <= 0:
        return Allocation(float(flop), math.nan, math.nan, math.nan)
    s = law.alpha + cost.g * law.beta
    n = (law.alpha * law.a / (cost.g * law.beta * law.b)) ** (1 / s) * (flop / cost.k) ** (law.beta / s)
    d = flop / (cost.k * n**cost.g)
    return Allocation(float(flop), float(n), float(d), float(law.loss(n, d)))


def exponents(law: Law) -> tuple[float, float]:
    """(a, b): N_opt grows as C^a and D_opt as C^b where FLOP = 6 N D. They sum to 1."""
    total = law.alpha + law.beta
    return law.beta / total, law.alpha / total
