"""Find a model's weak slices of a space of plans far larger than the budget, and say only what was shown.

A slice is one level of each factor. Questions go to slices in rounds: a Gaussian process over the factors (levels and
pairs of levels share strength) is fitted to the answers so far, a function is drawn from it (Thompson 1933), and the
slices that it puts at the ends (or near the threshold) are asked next. Adaptive samples are biased, so the last part of
the budget is spent on fresh questions about the slices found, and only those give the statements: exact intervals
(Clopper & Pearson 1934), Bonferroni over the slices confirmed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seedbed.audit.intervals import clopper_pearson
from seedbed.errors import UsageError

CONFIRM = 0.3  # of the budget, for fresh questions about the slices found
ROUNDS = 16
SHARES = (
    (0.35, 0.45, 0.2),
    (0.7, 0.25, 0.05),
    (0.2, 0.3, 0.5),
)  # of variance: levels, pairs of levels, the slice alone
LARGEST = 50_000  # slices that are ranked; a larger space is sampled down to these

Ask = Callable[[Sequence[dict[str, Any]]], Sequence[float]]


@dataclass
class Probe:
    """What was found. `worst`, `best`, `under`: lists of {slice, estimate, low, high, n, state}; `common`: what failing
    slices share. `state` is `shown` where the interval proves it, else `likely`.
    """

    budget: int
    asked: int
    slices: int
    worst: list[dict[str, Any]] = field(default_factory=list)
    best: list[dict[str, Any]] = field(default_factory=list)
    under: list[dict[str, Any]] = field(default_factory=list)
    common: list[dict[str, Any]] = field(default_factory=list)
    overall: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Space:
    """Slices over factors: codes int (M, F), with the levels' names. `allowed` leaves combinations out."""

    def __init__(
        self,
        factors: Mapping[str, Sequence[Any]],
        allowed: Callable[[dict[str, Any]], bool] | None = None,
        seed: int = 0,
    ) -> None:
        self.names = tuple(factors)
        self.levels = tuple(tuple(levels) for levels in factors.values())
        total = int(np.prod([len(levels) for levels in self.levels], dtype=float))
        if not self.names or total < 2:
            raise UsageError("fewer than two slices", where="probe", hint="name factors with several levels")
        rng = np.random.default_rng([seed, 11])
        if total <= LARGEST:
            codes = np.array(list(itertools.product(*(range(len(levels)) for levels in self.levels))), np.int32)
        else:
            drawn = np.stack([rng.integers(0, len(levels), LARGEST) for levels in self.levels], axis=1)
            codes = np.unique(drawn.astype(np.int32), axis=0)
        if allowed is not None:
            codes = codes[[allowed(self._named(row)) for row in codes]]
        if len(codes) < 2:
            raise UsageError("fewer than two slices are possible", where="probe")
        self.codes = codes

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, number: int) -> dict[str, Any]:
        return self._named(self.codes[number])

    def _named(self, row: Any) -> dict[str, Any]:
        return {name: levels[int(k)] for name, levels, k in zip(self.names, self.levels, row)}


def probe(
    ask: Ask, space: Space, *, budget: int, k: int = 10, threshold: float | None = None, seed: int = 0,
    adaptive: bool = True, confidence: float = 0.95,
) -> Probe:  # fmt: skip
    """Ask `budget` questions and answer: the worst and best k slices, those under the threshold, what failures share.

    `ask` takes slices and returns one outcome in 0..1 for each (1 right). `adaptive=False` allots questions at
    random instead, with everything else the same. Raises UsageError for a budget below 20.
    """
    if budget < 20 or k < 1:
        raise UsageError(f"budget is {budget}, k is {k}", where="probe", hint="at least 20 questions, k from 1")
    rng = np.random.default_rng([seed, 7])
    k = min(k, len(space) // 2)
    fresh = int(budget * CONFIRM)
    model = _search(ask, space, budget - fresh, k, threshold, rng, adaptive)
    mean, _ = model.posterior(np.arange(len(space)))
    order = np.argsort(mean, kind="stable")
    under = order[mean[order] < threshold][: max(2 * k, 1)] if threshold is not None else order[:0]
    groups = {"worst": order[:k], "best": order[::-1][:k], "under": under}
    made = Probe(budget, budget, len(space), overall=model.overall())
    _confirm(made, ask, space, groups, mean, fresh, threshold, confidence)
    made.common = common(space, model)
    return made


def compare(
    first: Ask, second: Ask, space: Space, *, budget: int, k: int = 10, seed: int = 0, confidence: float = 0.95
) -> Probe:
    """Where two models differ most: outcomes are (1 + first - second) / 2, so `worst` is where the second is better and
    `best` where the first is. Each question goes to both: the budget counts it twice.
    """

    def differences(slices: Sequence[dict[str, Any]]) -> list[float]:
        return [(1.0 + a - b) / 2.0 for a, b in zip(first(slices), second(slices))]

    return probe(differences, space, budget=budget // 2, k=k, seed=seed, confidence=confidence)


class _Model:
    """A Gaussian process over slices: shared strength of levels, of pairs of levels, and a part of the slice's own."""

    def __init__(self, codes: np.ndarray) -> None:
        self.codes = codes
        self.first = 0  # how many outcomes come from slices drawn evenly
        self.numbers: list[int] = []
        self.outcomes: list[float] = []
        self._fit: tuple[Any, ...] | None = None

    def add(self, numbers: Any, outcomes: Sequence[float]) -> None:
        self.numbers += [int(n) for n in numbers]
        self.outcomes += [float(o) for o in outcomes]
        self._fit = None

    def overall(self) -> dict[str, Any]:
        first = self.outcomes[: self.first]
        return {
            "asked_evenly": len(first),
            "asked_in_search": len(self.outcomes),
            "mean": round(float(np.mean(first)), 4),
        }

    def kernel(self, rows: np.ndarray, columns: np.ndarray, shares: tuple[float, float, float]) -> np.ndarray:
        """Covariance (rows, columns) of slices, 1 on the diagonal."""
        same = self.codes[rows][:, None, :] == self.codes[columns][None, :, :]
        count = same.shape[2]
        hits = same.sum(2)
        pairs = count * (count - 1) / 2
        made = shares[0] * hits / count + shares[2] * (rows[:, None] == columns[None, :])
        return made + (shares[1] * (hits * (hits - 1) / 2) / pairs if pairs else shares[1] * (hits == count))

    def fitted(self) -> tuple[Any, ...]:
        """Cholesky factor and weights of the shares that explain the outcomes best (marginal likelihood)."""
        if self._fit is None:
            seen, where = np.unique(self.numbers, return_inverse=True)
            counts = np.bincount(where)
            means = np.bincount(where, self.outcomes) / counts
            # the later questions go where answers are wrong: only the first ones tell of the whole
            centre = (sum(self.outcomes[: self.first]) + 1.0) / (len(self.outcomes[: self.first]) + 2.0)
            noise = max(centre * (1 - centre), 0.02)
            gap, tries = means - centre, itertools.product(SHARES, (0.15, 0.5, 1.0))
            fits = [self._try(seen, counts, gap, centre, noise, scale, shares) for shares, scale in tries]
            self._fit = max(fits, key=lambda fit: fit[0])
        return self._fit

    def _try(
        self, seen: np.ndarray, counts: np.ndarray, gap: np.ndarray, centre: float, noise: float, scale: float,
        shares: tuple[float, float, float],
    ) -> tuple[Any, ...]:  # fmt: skip
        size = noise * scale
        matrix = size * self.kernel(seen, seen, shares) + np.diag(noise / counts)
        lower = np.linalg.cholesky(matrix + 1e-9 * np.eye(len(seen)))
        weights = np.linalg.solve(lower.T, np.linalg.solve(lower, gap))
        likely = -0.5 * gap @ weights - np.log(np.diag(lower)).sum()
        return float(likely), seen, lower, weights, centre, size, shares

    def posterior(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(mean, standard deviation) of slices."""
        _, seen, lower, weights, centre, size, shares = self.fitted()
        mean, spread = np.empty(len(numbers)), np.empty(len(numbers))
        for start in range(0, len(numbers), 4096):
            part = numbers[start : start + 4096]
            cross = size * self.kernel(part, seen, shares)
            mean[start : start + 4096] = centre + cross @ weights
            solved = np.linalg.solve(lower, cross.T)
            spread[start : start + 4096] = np.sqrt(np.maximum(size - (solved**2).sum(0), 1e-9))
        return mean, spread


def _search(
    ask: Ask, space: Space, budget: int, k: int, threshold: float | None, rng: np.random.Generator, adaptive: bool
) -> _Model:
    model, left = _Model(space.codes), budget
    first = budget if not adaptive else max(10, budget // 5)
    numbers = rng.permutation(len(space))[:first] if len(space) >= first else rng.integers(0, len(space), first)
    model.add(numbers, ask([space[int(n)] for n in numbers]))
    model.first = len(numbers)
    left -= len(numbers)
    batch = max(1, -(-left // ROUNDS))
    while left > 0:
        picked = _next(model, space, min(batch, left), k, threshold, rng)
        model.add(picked, ask([space[int(n)] for n in picked]))
        left -= len(picked)
    return model


def _next(
    model: _Model, space: Space, count: int, k: int, threshold: float | None, rng: np.random.Generator
) -> list[int]:
    """The slices to ask: those at the ends of functions drawn from the posterior; a third of them at the best end."""
    mean, spread = model.posterior(np.arange(len(space)))
    picked: list[int] = []
    for turn in range(count):
        drawn = mean + spread * rng.standard_normal(len(space))
        if turn % 4 == 3:
            end = np.argpartition(-drawn, k - 1)[:k]
        elif threshold is not None and turn % 4 == 2:
            end = np.argpartition(np.abs(drawn - threshold), k - 1)[:k]
        else:
            end = np.argpartition(drawn, k - 1)[:k]
        picked.append(int(end[int(rng.integers(len(end)))]))
    return picked


def _confirm(
    made: Probe, ask: Ask, space: Space, groups: Mapping[str, np.ndarray], mean: np.ndarray, fresh: int,
    threshold: float | None, confidence: float,
) -> None:  # fmt: skip
    """Fresh questions about the slices found, as many for each, and the statements that they allow."""
    found = list(dict.fromkeys(int(n) for members in groups.values() for n in members))
    each = fresh // max(len(found), 1)
    asked = [n for n in found for _ in range(each)]
    outcomes = np.array(ask([space[n] for n in asked]), float) if asked else np.zeros(0)
    made.asked = made.budget - fresh + len(asked)
    results = dict(zip(found, outcomes.reshape(len(found), each))) if each else {}
    level = 1 - (1 - confidence) / max(len(found), 1)
    limit = threshold if threshold is not None else made.overall["mean"]
    for name, members in groups.items():
        rows = [_row(space[int(n)], float(mean[n]), results.get(int(n)), level, limit, name) for n in members]
        setattr(made, name, rows)


def _row(
    named: dict[str, Any], estimate: float, outcomes: Any, level: float, limit: float, group: str
) -> dict[str, Any]:
    made: dict[str, Any] = {"slice": named, "estimate": round(min(max(estimate, 0.0), 1.0), 4), "n": 0, "fresh": None}
    made.update(low=None, high=None, state="likely")
    if outcomes is None or not len(outcomes):
        return made
    share = float(np.mean(outcomes))
    # outcomes between 0 and 1 vary less than yes and no with the same mean: the interval holds for them too
    low, high = (float(v) for v in clopper_pearson(np.floor(share * len(outcomes)), len(outcomes), level))
    high = max(high, float(clopper_pearson(np.ceil(share * len(outcomes)), len(outcomes), level)[1]))
    shown = high < limit if group in ("worst", "under") else low > limit
    return {**made, "n": len(outcomes), "fresh": round(share, 4), "low": round(low, 4), "high": round(high, 4),
            "state": "shown" if shown else "likely"}  # fmt: skip


def common(space: Space, model: _Model, most: int = 8) -> list[dict[str, Any]]:
    """Levels and pairs of levels whose questions fail more than the others': share wrong within, outside, and their
    exact intervals (Bonferroni over all levels and pairs tried). From the search, where more was asked of weak slices:
    it compares slices, it does not estimate their rate.
    """
    codes = space.codes[model.numbers]
    wrong = 1.0 - np.array(model.outcomes)
    terms: list[tuple[tuple[int, int], ...]] = [
        ((f, v),) for f in range(codes.shape[1]) for v in range(len(space.levels[f]))
    ]
    singles = [term[0] for term in terms]
    terms += [(a, b) for a, b in itertools.combinations(singles, 2) if a[0] != b[0]]
    found = []
    for term in terms:
        inside = np.all([codes[:, f] == v for f, v in term], axis=0)
        n = int(inside.sum())
        if n >= 5 and n < len(codes):
            fails = float(wrong[inside].sum())
            low = float(clopper_pearson(np.floor(fails), n, 1 - 0.05 / len(terms))[0])
            outside = float(wrong[~inside].mean())
            if fails / n > outside:
                found.append((low - outside, term, n, fails / n, outside, low))
    found.sort(key=lambda item: (-item[0], item[1]))
    return [
        {
            "where": {space.names[f]: space.levels[f][v] for f, v in term}, "n": n, "wrong": round(rate, 4),
            "wrong_elsewhere": round(outside, 4), "low": round(low, 4), "state": "shown" if low > outside else "likely",
        }
        for _, term, n, rate, outside, low in found[:most]
    ]  # fmt: skip
