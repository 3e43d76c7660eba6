"""The label model of Dawid and Skene (1979): each function's confusion matrix, learned without any true label.

Dawid, A. P. and Skene, A. M.: Maximum likelihood estimation of observer error-rates using the EM algorithm.
Applied Statistics 28 (1979), 20-28. Given the true label the functions are taken to be independent; where they are
not (two rules that read the same words), the posterior is too sure of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from seedbed.errors import UsageError
from seedbed.label.votes import ABSTAIN, Votes

HERE = "dawid_skene"
TINY = 1e-300
Silence = Literal["auto", "missing", "answer"]


@dataclass(frozen=True)
class DawidSkene:
    """`priors` (labels,); `confusion` (functions, labels, answers): P(answer | true label).

    `objective`: log-likelihood in nats plus the log of the smoothing's prior, one value an iteration; never falls.
    """

    priors: np.ndarray
    confusion: np.ndarray
    objective: list[float]
    converged: bool

    def posterior(self, counts: np.ndarray) -> np.ndarray:
        """P(true label | answers), float (rows, labels), for counts (rows, functions, answers); nan without a vote."""
        found, _ = _expect(counts, self.priors, self.confusion)
        voted = np.asarray(counts[:, :, : len(self.priors)].any(axis=(1, 2)))
        return np.where(voted[:, None], found, np.nan)


def answers(votes: Votes, silence: Silence = "auto") -> tuple[np.ndarray, np.ndarray]:
    """Votes as counts (rows, functions, labels + 1), and bool (functions, labels + 1): the answers a function can give.

    The last answer is silence. `missing`: it tells nothing, as in the paper. `answer`: it is counted. A function that
    only ever gives one label says nothing at all by giving it, if its silence is not counted: `auto` counts silence for
    such functions only.
    """
    labels = len(votes.labels)
    counts = np.zeros((*votes.matrix.shape, labels + 1))
    counts[..., :labels] = votes.matrix[:, :, None] == np.arange(labels)
    known = counts.any(axis=0).sum(axis=1)
    counted = {"auto": known == 1, "missing": known < 0, "answer": known >= 0}[silence]
    counts[..., labels] = ~votes.voted & counted
    possible = np.ones((votes.matrix.shape[1], labels + 1), bool)
    possible[:, labels] = counted
    return counts, possible


def fit_dawid_skene(
    counts: np.ndarray,
    possible: np.ndarray | None = None,
    *,
    labels: int | None = None,
    smoothing: float = 0.1,
    tolerance: float = 1e-9,
    iterations: int = 1000,
) -> DawidSkene:
    """Expectation maximisation from the vote shares (their equation 3.1).

    counts (rows, functions, answers): how often each answer was given; the first `labels` answers are the labels
    (default: all but the last, silence, where `possible` is given). `smoothing` >= 0 is added to every possible cell of
    the confusion matrices and to each class, a Dirichlet prior; 0 is the paper's maximum likelihood. Stops when the
    objective per row grows by less than `tolerance`. Rows without a vote are left out.
    """
    size = labels or counts.shape[2] - (possible is not None)
    can = np.ones(counts.shape[1:], bool) if possible is None else possible
    kept = counts[counts[:, :, :size].any(axis=(1, 2))]
    _check(kept, size, smoothing)
    kinds, rows = np.unique(kept.reshape(len(kept), -1), axis=0, return_counts=True)  # equal rows are computed once
    given = kinds.reshape(-1, *counts.shape[1:])
    votes = given[:, :, :size].sum(axis=1)
    belief = votes / votes.sum(axis=1, keepdims=True)
    objective: list[float] = []
    while True:
        priors, confusion = _maximise(given, belief * rows[:, None], can, smoothing)
        belief, likelihood = _expect(given, priors, confusion)
        prior = smoothing * (_logs(priors).sum() + _logs(confusion)[_wide(can, size)].sum())
        objective.append(float(likelihood @ rows + (prior if smoothing else 0.0)))
        still = len(objective) > 1 and objective[-1] - objective[-2] < tolerance * len(kept)
        if still or len(objective) >= iterations:
            return DawidSkene(priors, confusion, objective, still)


def _check(kept: np.ndarray, size: int, smoothing: float) -> None:
    if size < 2:
        raise UsageError("one label", where=HERE, hint="a label model needs two or more")
    if not len(kept):
        raise UsageError("no function voted on any row", where=HERE, hint="look at the functions' conditions")
    if (kept[:, :, :size].sum(axis=(0, 1)) > 0).sum() < 2:
        raise UsageError("every vote gives the same label", where=HERE, hint="add functions for the other labels")
    if smoothing < 0:
        raise UsageError(f"smoothing is {smoothing}", where=HERE, hint="0 or more")


def _wide(can: np.ndarray, size: int) -> np.ndarray:
    return np.broadcast_to(can[:, None, :], (can.shape[0], size, can.shape[1]))


def _logs(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, TINY))


def _maximise(
    counts: np.ndarray, belief: np.ndarray, can: np.ndarray, smoothing: float
) -> tuple[np.ndarray, np.ndarray]:
    """Priors and confusion matrices from the expected counts (their equations 2.3 and 2.4)."""
    priors = belief.sum(axis=0) + smoothing
    expected = np.einsum("nj,nfa->fja", belief, counts) + smoothing * can[:, None, :]
    total = expected.sum(axis=2, keepdims=True)
    even = np.broadcast_to((can / can.sum(axis=1, keepdims=True))[:, None, :], expected.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        confusion = np.where(total > 0, expected / total, even)
    return priors / priors.sum(), confusion


def _expect(counts: np.ndarray, priors: np.ndarray, confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Belief (rows, labels) and the log-likelihood of each row (rows,) (their equations 2.5 and 2.7)."""
    joint = _logs(priors) + np.einsum("nfa,fja->nj", counts, _logs(confusion))
    top = joint.max(axis=1, keepdims=True)
    scaled = np.exp(joint - top)
    total = scaled.sum(axis=1, keepdims=True)
    return scaled / total, (top + np.log(total))[:, 0]


def accuracies(model: DawidSkene) -> np.ndarray:
    """Each function's learned accuracy where it votes, (functions,): how likely its label is the true one."""
    labels = len(model.priors)
    given = model.priors[None, :, None] * model.confusion[:, :, :labels]
    return np.asarray(np.trace(given, axis1=1, axis2=2) / given.sum(axis=(1, 2)))


def one_label(votes: Votes) -> list[str]:
    """The functions that only ever give one label."""
    return [
        name
        for j, name in enumerate(votes.functions)
        if len(np.unique(votes.matrix[votes.matrix[:, j] != ABSTAIN, j])) == 1
    ]
