"""Rosenblatt's rule (1958, Psychological Review 65; 1962, Principles of Neurodynamics), in numpy.

The weights change on mistakes only, by the example itself. On separable data with margin m and radius r the rule
makes at most (r / m)^2 mistakes, however many examples there are and in whatever order (Novikoff 1962). On other
data it never ends; the weights stay bounded all the same (Minsky and Papert 1969), so on integers they come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Learnt:
    """What the rule arrived at. `mistakes`: of each pass. `converged`: the last pass made none."""

    weights: np.ndarray  # (d,) for two classes, (classes, d) for several
    averaged: np.ndarray  # the mean of the weights after each step: the averaged perceptron of Freund and Schapire 1999
    mistakes: list[int]
    converged: bool
    cycle: int | None = None  # passes after which the weights came back: these data cannot be separated


def learn_two(x: np.ndarray, y: np.ndarray, passes: int) -> Learnt:
    """The rule for two classes: x (n, d), y (n,) of -1 and +1; rows in their order, from zero weights.

    A row on the plane counts as a mistake. Ends when a pass makes none, when the weights after a pass were there
    before (`cycle`; then more passes bring nothing new), or after `passes`. Integers are computed exactly.
    """
    weights, late, step = np.zeros(x.shape[1]), np.zeros(x.shape[1]), 0
    mistakes: list[int] = []
    seen = {weights.tobytes(): 0}
    for count in range(1, passes + 1):
        wrong = 0
        for row, sign in zip(x, y):
            if sign * (weights @ row) <= 0:
                weights, late, wrong = weights + sign * row, late + step * sign * row, wrong + 1
            step += 1
        mistakes.append(wrong)
        state = (weights + 0.0).tobytes()  # + 0.0: no negative zeros
        if wrong == 0 or state in seen:
            cycle = count - seen[state] if wrong else None
            return Learnt(weights, weights - late / step, mistakes, wrong == 0, cycle)
        seen[state] = count
    return Learnt(weights, weights - late / max(step, 1), mistakes, False)


def learn_many(
    x: np.ndarray,
    y: np.ndarray,
    classes: int,
    passes: int,
    *,
    order: Callable[[int], np.ndarray] | None = None,
    progress: Callable[[int, int], object] | None = None,
    start: np.ndarray | None = None,
) -> Learnt:
    """The rule for several classes: x (n, d), y (n,) of 0..classes-1; `order(k)`: row positions of pass k.
    `start`: weights (classes, d) to begin with, else zeros.

    A mistake is a row whose own class does not score strictly highest; its class gains the row and the best other
    class loses it. That is the rule for two classes on Kesler's examples (Nilsson 1965): row (x, y) becomes, for each
    other class j, the vector with x at y, -x at j and 0 elsewhere, and of these only the worst one is corrected.
    `progress(pass, mistakes)` is called after each pass.
    """
    weights = np.zeros((classes, x.shape[1])) if start is None else np.array(start, dtype=np.float64)
    late, step = np.zeros_like(weights), 0
    mistakes: list[int] = []
    for count in range(passes):
        wrong = 0
        for at in np.arange(len(x)) if order is None else order(count):
            row, own = x[at], int(y[at])
            scores = weights @ row
            own_score, scores[own] = scores[own], -np.inf
            other = int(scores.argmax())
            if own_score <= scores[other]:
                for plane, factor in ((weights, 1.0), (late, float(step))):
                    plane[own] += factor * row
                    plane[other] -= factor * row
                wrong += 1
            step += 1
        mistakes.append(wrong)
        if progress is not None:
            progress(count + 1, wrong)
        if wrong == 0:
            break
    return Learnt(weights, weights - late / max(step, 1), mistakes, bool(mistakes) and mistakes[-1] == 0)


def kesler_examples(x: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """(n, classes - 1, classes d): Kesler's vectors of each row; separating weights have positive products with all."""
    n, d = x.shape
    made = np.zeros((n, classes - 1, classes, d))
    for i in range(n):
        others = [j for j in range(classes) if j != y[i]]
        made[i, :, y[i]] = x[i]
        made[i, np.arange(classes - 1), others] = -x[i]
    return made.reshape(n, classes - 1, classes * d)
