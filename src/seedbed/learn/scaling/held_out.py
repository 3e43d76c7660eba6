"""Does the law predict cells that it has not seen? The largest ones are held out, and naive guesses are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.scaling.fit import Points, fit_law
from seedbed.learn.scaling.law import Law


@dataclass(frozen=True)
class Check:
    """Mean absolute error of log loss on the held-out points: the law's, and the naive guesses'.

    `nearest`: the loss of the nearest fitted point (in logs of N, U and epochs). `power_law`: a straight line of log
    loss over log compute. `predicted` (n,) belongs to `points`.
    """

    law: Law
    points: Points
    predicted: np.ndarray
    error: float
    nearest: float
    power_law: float

    @property
    def holds(self) -> bool:
        """Whether the law's error is smaller than that of both naive guesses."""
        return bool(self.error < min(self.nearest, self.power_law))

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        kinds = {"error": self.error, "nearest": self.nearest, "power_law": self.power_law}
        return {"points": len(self.points), **kinds, "holds": self.holds, "law": self.law.to_dict()}


def largest(compute: Any, share: float) -> np.ndarray:
    """bool (n,): the points of largest compute, at least `share` of the distinct sizes; equal ones stay together."""
    flop = np.asarray(compute, float)
    if not 0 < share < 1:
        raise UsageError(f"held_out is {share}", where="scaling check", hint="a share between 0 and 1, for example 0.2")
    levels = np.unique(flop)
    return np.asarray(flop >= levels[-max(1, round(share * len(levels)))])


def check(
    given: Points, compute: Any, share: float = 0.2, *, repetition: bool = False, starts: int | None = None
) -> Check:
    """Fit on the smaller points and predict the larger ones; `starts` as in `fit_law`."""
    flop = np.asarray(compute, float)
    held = largest(flop, share)
    seen, unseen = given.take(~held), given.take(held)
    law = fit_law(seen, repetition=repetition, starts=starts).law
    truth = np.log(unseen.loss)
    predicted = law.loss(unseen.parameters, unseen.rows, unseen.epochs)
    slope, height = np.polyfit(np.log(flop[~held]), np.log(seen.loss), 1)
    return Check(
        law, unseen, predicted,
        float(np.abs(np.log(predicted) - truth).mean()),
        float(np.abs(np.log(_nearest(seen, unseen)) - truth).mean()),
        float(np.abs(slope * np.log(flop[held]) + height - truth).mean()),
    )  # fmt: skip


def _nearest(seen: Points, unseen: Points) -> np.ndarray:
    """The mean loss of the fitted points nearest to each held-out one."""
    places = [np.log(np.stack([p.parameters, p.rows, p.epochs], axis=1)) for p in (seen, unseen)]
    away = np.linalg.norm(places[1][:, None] - places[0][None], axis=2)
    close = away <= away.min(axis=1, keepdims=True) + 1e-9
    return np.asarray((close * seen.loss).sum(axis=1) / close.sum(axis=1))
