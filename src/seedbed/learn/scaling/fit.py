"""Fitting the law: Huber loss of log L, minimised by L-BFGS from a grid of starts (Hoffmann et al. 2022, approach 3).

With logsumexp(a - alpha log N, b - beta log D', e) for log L, A = exp(a), B = exp(b), E = exp(e). The Huber width of
1e-3 makes a residual beyond 0.1 % of the loss count linearly, so one bad run does not bend the law.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.scaling.law import Law

DELTA = 1e-3
SHORT, POLISHED = 100, 4  # iterations from every start; how many of the best go on to the end
TOP = 1e4  # R* beyond this is no different from "a repeated row is a new row"
# log E and the logs of both terms at the middle of the grid are shares of the mean loss; exponents as in the paper.
STARTS = {"share": (0.1, 0.5, 0.9), "split": (0.2, 0.5, 0.8), "alpha": (0.1, 0.4, 0.9), "beta": (0.1, 0.4, 0.9)}
BOUNDS = [(-60.0, 60.0), (-60.0, 60.0), (-25.0, 10.0), (0.0, 3.0), (0.0, 3.0), (np.log(0.05), np.log(TOP))]


@dataclass(frozen=True)
class Points:
    """Grid points as arrays (n,): parameters N, unique rows U, epochs, measured loss > 0."""

    parameters: np.ndarray
    rows: np.ndarray
    epochs: np.ndarray
    loss: np.ndarray

    def __post_init__(self) -> None:
        for name in ("parameters", "rows", "epochs", "loss"):
            values = np.asarray(getattr(self, name), float)
            object.__setattr__(self, name, values)
            if values.shape != self.loss.shape or not (np.isfinite(values).all() and (values > 0).all()):
                raise UsageError(f"{name} must be one number above 0 for each point", where="scaling fit")

    def __len__(self) -> int:
        return len(self.loss)

    def take(self, which: Any) -> Points:
        """The points at these positions, or where a mask is true."""
        return Points(self.parameters[which], self.rows[which], self.epochs[which], self.loss[which])


@dataclass(frozen=True)
class Fitted:
    """A fitted law, the objective's value, and how many starts there were."""

    law: Law
    objective: float
    starts: int


def points(parameters: Any, rows: Any, loss: Any, epochs: Any = None) -> Points:
    """Points from sequences; without `epochs` every row was read once."""
    values = np.asarray(loss, float)
    once = np.ones_like(values) if epochs is None else np.asarray(epochs, float)
    return Points(np.asarray(parameters, float), np.asarray(rows, float), once, values)


def fit_law(given: Points, *, repetition: bool = False, delta: float = DELTA, starts: int | None = None) -> Fitted:
    """The law that fits `given` best. `repetition` fits R* too; else rows read again count as new ones.

    `starts` takes only this many of the starts, best first by the objective (all: 81). Raises UsageError where the
    points cannot tell the constants apart: fewer points than constants, or one level of N or of D only.
    """
    _enough(given, repetition)
    grid = _starts(given, repetition)
    values = np.array([_objective(start, given, delta, repetition)[0] for start in grid])
    order = np.argsort(values, kind="stable")[: starts or len(grid)]
    short = [minimise(grid[k], given, delta, repetition, SHORT, rounds=1) for k in order]
    ahead = sorted(short, key=lambda pair: pair[1])[:POLISHED]
    found = [minimise(place, given, delta, repetition) for place, _ in ahead]
    best = min(found, key=lambda pair: pair[1])
    return Fitted(law_of(best[0], repetition), best[1], len(short))


def minimise(
    start: np.ndarray, given: Points, delta: float, repetition: bool, iterations: int = 1000, rounds: int = 2
) -> tuple[np.ndarray, float]:
    """L-BFGS from one start, then again from where it ended: (constants, objective)."""
    from scipy.optimize import minimize

    place, bounds = start, BOUNDS[: len(start)]
    for _ in range(rounds):
        done = minimize(
            _objective, place, (given, delta, repetition), "L-BFGS-B", jac=True, bounds=bounds,
            options={"maxiter": iterations, "maxfun": 2 * iterations, "ftol": 1e-15, "gtol": 1e-10, "maxcor": 30},
        )  # fmt: skip
        place = done.x
    return place, float(done.fun)


def law_of(constants: np.ndarray, repetition: bool) -> Law:
    """The law of the fitted constants (a, b, e, alpha, beta[, log R*])."""
    a, b, e, alpha, beta = (float(value) for value in constants[:5])
    repeats = float(np.exp(constants[5])) if repetition else float("inf")
    return Law(float(np.exp(e)), float(np.exp(a)), float(np.exp(b)), alpha, beta, repeats)


def constants_of(law: Law, repetition: bool) -> np.ndarray:
    """The inverse of `law_of`."""
    first = [np.log(max(law.a, 1e-26)), np.log(max(law.b, 1e-26)), np.log(max(law.floor, 1e-10)), law.alpha, law.beta]
    return np.array([*first, np.log(min(law.repeats, TOP))] if repetition else first)


def _objective(x: np.ndarray, given: Points, delta: float, repetition: bool) -> tuple[float, np.ndarray]:
    """Sum of Huber(log L predicted - log L) and its gradient."""
    n, u = np.log(given.parameters), np.log(given.rows)
    more = np.maximum(given.epochs - 1.0, 0.0)
    if repetition:
        r = np.exp(x[5])
        decay = np.exp(-more / r)
        worth = 1.0 + r * (1.0 - decay)
        slope = (r * (1.0 - decay) - more * decay) / worth  # of log D' by log R*
    else:
        worth, slope = np.maximum(given.epochs, 1e-12), None
    d = u + np.log(worth)
    terms = np.stack([x[0] - x[3] * n, x[1] - x[4] * d, np.full_like(n, x[2])])
    top = terms.max(axis=0)
    share = np.exp(terms - top)
    total = share.sum(axis=0)
    away = top + np.log(total) - np.log(given.loss)
    share /= total
    small = np.abs(away) <= delta
    value = np.where(small, 0.5 * away**2, delta * (np.abs(away) - 0.5 * delta)).sum()
    pull = np.where(small, away, delta * np.sign(away))
    rows = [share[0], share[1], share[2], -share[0] * n, -share[1] * d]
    if slope is not None:
        rows.append(-share[1] * x[4] * slope)
    # scaled so that the optimiser's tolerances, made for values near 1, see the small Huber sums
    return float(value / delta**2), np.array([(pull * row).sum() for row in rows]) / delta**2


def _starts(given: Points, repetition: bool) -> list[np.ndarray]:
    level, low = float(np.log(given.loss).mean()), float(np.log(given.loss.min()))
    n, d = float(np.log(given.parameters).mean()), float(np.log(given.rows * given.epochs).mean())
    made = []
    for share, split, alpha, beta in itertools.product(*STARTS.values()):
        rest = level + np.log(1 - share)
        first = [rest + np.log(split) + alpha * n, rest + np.log(1 - split) + beta * d, low + np.log(share)]
        made.append(np.array([*first, alpha, beta, *([np.log(10.0)] if repetition else [])]))
    return made


def _enough(given: Points, repetition: bool) -> None:
    needed = 6 if repetition else 5
    if len(given) <= needed:
        raise UsageError(f"{len(given)} points for {needed} constants", where="scaling fit", hint="measure more cells")
    for name, values in (("parameters", given.parameters), ("rows", given.rows * given.epochs)):
        if len(np.unique(values)) < 3:
            hint = "three levels or more, else the constants cannot be told apart"
            raise UsageError(f"too few levels of {name}", where="scaling fit", hint=hint)
    if repetition and given.epochs.max() <= 1:
        raise UsageError("no row was read twice", where="scaling fit", hint="fit without repetition")
