"""The arithmetic of weak-to-strong generalisation (Burns et al. 2023, arXiv:2312.09390).

A strong student learns from a weak supervisor's labels. Performance gap recovered: PGR = (student - weak) /
(ceiling - weak); 1 where the student is as good as the same model trained on true labels, 0 where it only imitates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seedbed.errors import UsageError

HERE = "weak_to_strong"


def performance_gap_recovered(weak: float, student: float, ceiling: float) -> float:
    """PGR of three accuracies; nan where the ceiling is not above the weak model: there is no gap to recover."""
    return (student - weak) / (ceiling - weak) if ceiling > weak else float("nan")


@dataclass(frozen=True)
class Role:
    """One seed's answers on its test rows: `rows` names them (n,), and who was right, bool (n,)."""

    rows: np.ndarray
    weak: np.ndarray
    student: np.ndarray
    ceiling: np.ndarray


def recovered(seeds: Sequence[Role], *, replicates: int = 2000, seed: int = 0) -> dict[str, float | None]:
    """PGR of the mean accuracies over seeds, with a 95 % percentile interval.

    Seeds and test rows are both resampled, each on its own, and a row that several seeds were tested on stays one row
    (the pigeonhole bootstrap, Owen 2007). `low` and `high` are None for one seed, or where a tenth of the replicates
    have no gap.
    """
    if not seeds:
        raise UsageError("no seeds", where=HERE)
    names, codes = np.unique(np.concatenate([one.rows for one in seeds]), return_inverse=True)
    ends = np.cumsum([0, *(len(one.rows) for one in seeds)])
    right = np.zeros((len(seeds), 3, len(names)))
    seen = np.zeros((len(seeds), len(names)))
    for k, one in enumerate(seeds):
        mine = codes[ends[k] : ends[k + 1]]
        seen[k, mine] = 1
        for place, answers in enumerate((one.weak, one.student, one.ceiling)):
            right[k, place, mine] = answers
    rates = right.sum(axis=2) / seen.sum(axis=1, keepdims=True)
    mean = performance_gap_recovered(*rates.mean(axis=0).tolist())
    if len(seeds) < 2:
        return {"mean": _number(mean), "low": None, "high": None}
    rng = np.random.default_rng([seed, 17])
    draws = np.array([_replicate(right, seen, rng) for _ in range(replicates)])
    good = draws[~np.isnan(draws)]
    if len(good) < 0.9 * len(draws):
        return {"mean": _number(mean), "low": None, "high": None}
    low, high = np.quantile(good, [0.025, 0.975])
    return {"mean": _number(mean), "low": float(low), "high": float(high)}


def _replicate(right: np.ndarray, seen: np.ndarray, rng: np.random.Generator) -> float:
    seeds, rows = right.shape[0], right.shape[2]
    chosen = rng.multinomial(seeds, np.full(seeds, 1 / seeds))
    weight = rng.multinomial(rows, np.full(rows, 1 / rows))
    rates = (right @ weight) / np.maximum(seen @ weight, 1)[:, None]
    weak, student, ceiling = (chosen @ rates / seeds).tolist()
    return performance_gap_recovered(weak, student, ceiling)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def agreement(truth: np.ndarray, weak: np.ndarray, student: np.ndarray) -> dict[str, float | None]:
    """How a student follows its supervisor, labels (n,): `with_errors`, the share of rows on which the weak model is
    wrong where the student gives the same wrong label; `corrected`, where it gives the true one; `spoilt`, the share of
    rows on which the weak model is right where the student is wrong. None where there are no such rows.
    """
    wrong, good = weak != truth, weak == truth

    def share(what: np.ndarray, of: np.ndarray) -> float | None:
        return float(what[of].mean()) if of.any() else None

    return {
        "with_errors": share(student == weak, wrong),
        "corrected": share(student == truth, wrong),
        "spoilt": share(student != truth, good),
    }
