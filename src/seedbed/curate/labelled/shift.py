"""Do two tables come from the same source? The classifier two-sample test (Lopez-Paz and Oquab 2017,
arXiv:1610.06545), for each column and for the rows' vectors as a whole.

Half of each table trains a classifier to tell the tables apart, and it scores the other halves. If the tables come
from one source, the held-out scores of one are no larger than those of the other. The p-value is that of Mann and
Whitney's U of the scores (one-sided): given the scores, every way to share them out is equally likely under the null
hypothesis, so it holds whatever the classifier. The AUC is U as a share. p-values of columns are corrected
together (Holm 1979), and fewer than FEWEST held-out rows of a table give no p-value but "not enough data".

A column's classifier is a histogram: each of its values (or tenths of a numeric column, nulls apart) scores the
second table's share in it among the training halves. For vectors it is a logistic regression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.labelled.auc import auc_interval, one_sided_p
from seedbed.curate.labelled.draws import stream
from seedbed.curate.labelled.features import standardised
from seedbed.curate.labelled.label_errors import fitted, logistic
from seedbed.errors import UsageError

FEWEST = 20  # held-out rows of each table
BINS = 10  # of a numeric column
STRENGTH = 0.1  # C of the vectors' logistic regression
NOT_ENOUGH, SHIFT, NO_SHIFT = "not enough data", "shift", "no shift shown"

Scorer = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class ShiftTest:
    """One test. `auc`: how often a held-out row of the second table scores above one of the first (0.5: chance)."""

    column: str
    first: int  # held-out rows
    second: int
    auc: float | None
    low: float | None  # 95 % interval of the AUC
    high: float | None
    p: float | None
    p_holm: float | None  # corrected for the tests reported with it
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class VectorShift:
    """The test of whole rows, and each row's probability of being of the second table, by the half without it."""

    test: ShiftTest
    first: np.ndarray
    second: np.ndarray


def vector_shift(first: np.ndarray, second: np.ndarray, *, seed: int = 0, alpha: float = 0.05) -> VectorShift:
    """Test the vectors (n, d) and (m, d). The rows of `first` with large scores look most like the second table."""
    if len(first) and len(second) and first.shape[1] != second.shape[1]:
        what = f"vectors of {first.shape[1]} and {second.shape[1]} numbers"
        raise UsageError(what, where="shift", hint="make both with the same model")
    if min(len(first), len(second)) < 2 * FEWEST:
        test = _judge("vectors", np.zeros(len(first) // 2), np.zeros(len(second) // 2), alpha)
        return VectorShift(test, np.full(len(first), np.nan), np.full(len(second), np.nan))
    together = standardised(np.concatenate([first, second]))
    of_second, held = _halves(len(first), len(second), seed)
    scores = np.empty(len(together))
    scores[held] = _logistic_scores(together[~held], of_second[~held], together[held])
    test = _judge("vectors", scores[held & ~of_second], scores[held & of_second], alpha)
    scores[~held] = _logistic_scores(together[held], of_second[held], together[~held])  # for use, not for the test
    return VectorShift(test, scores[~of_second], scores[of_second])


def column_shift(
    first: pa.Table, second: pa.Table, columns: Sequence[str], *, seed: int = 0, alpha: float = 0.05
) -> list[ShiftTest]:
    """Test each column (numbers, text or truth values); p-values are Holm's over the columns that were tested."""
    of_second, held = _halves(first.num_rows, second.num_rows, seed)
    found = []
    for name in columns:
        values = [*_plain(first, name), *_plain(second, name)]
        scores = _histogram_scores(values, of_second, held)
        found.append(_judge(name, scores[held & ~of_second], scores[held & of_second], alpha))
    return _holm(found, alpha)


def importance_weights(scores: np.ndarray, rows_first: int, rows_second: int, *, largest: float = 20.0) -> np.ndarray:
    """Weights with which the first table's rows stand for the second's: the odds of their scores (Bickel et al. 2009).

    Corrected for the tables' sizes, cut at `largest` and scaled to mean 1. All 1 where there are no scores.
    """
    if len(scores) == 0 or np.isnan(scores).any():
        return np.ones(len(scores))
    safe = np.clip(scores, 1e-6, 1 - 1e-6)
    odds = np.minimum(safe / (1 - safe) * rows_first / max(rows_second, 1), largest)
    return odds / odds.mean()


def _halves(first: int, second: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(whether a row is of the second table, whether it is held out): half of each table, at random."""
    rng = stream(seed, "shift")
    held = np.concatenate([rng.permutation(n) < n // 2 for n in (first, second)])
    return np.arange(first + second) >= first, held


def _logistic_scores(found: np.ndarray, of_second: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    scores: np.ndarray = fitted(logistic(STRENGTH), found, of_second).predict_proba(wanted)[:, 1]
    return scores


def _histogram_scores(values: list[Any], of_second: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The second table's share among the training halves, in each row's bin (one row of each table added)."""
    bins = _bins(values, ~held)
    count = int(bins.max(initial=0)) + 1
    ours = np.bincount(bins[~held & of_second], minlength=count) + 1.0
    others = np.bincount(bins[~held & ~of_second], minlength=count) + 1.0
    ours, others = ours / ours.sum(), others / others.sum()
    scores: np.ndarray = (ours / (ours + others))[bins]
    return scores


def _bins(values: list[Any], training: np.ndarray) -> np.ndarray:
    """A bin's number for each value: tenths of the training halves for numbers, one for each other value."""
    if not any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        place = {value: k for k, value in enumerate(sorted(set(map(str, values))))}
        return np.array([place[str(value)] for value in values], dtype=np.int64)
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    known = numbers[training & np.isfinite(numbers)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
    return np.where(np.isnan(numbers), len(edges) + 1, np.searchsorted(edges, numbers, side="left"))


def _plain(table: pa.Table, name: str) -> list[Any]:
    if name not in table.column_names:
        raise UsageError(f"no column '{name}'", where="shift", hint="both tables need it")
    kind = table.schema.field(name).type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise UsageError(f"'{name}' holds {kind}", where="shift", hint="name it in vectors instead")
    return list(table[name].to_pylist())


def _judge(column: str, first: np.ndarray, second: np.ndarray, alpha: float) -> ShiftTest:
    if min(len(first), len(second)) < FEWEST:
        return ShiftTest(column, len(first), len(second), None, None, None, None, None, NOT_ENOUGH)
    auc, low, high = auc_interval(first, second)
    p = one_sided_p(first, second)
    return ShiftTest(column, len(first), len(second), auc, low, high, p, p, SHIFT if p < alpha else NO_SHIFT)


def _holm(tests: list[ShiftTest], alpha: float) -> list[ShiftTest]:
    order = sorted((k for k, test in enumerate(tests) if test.p is not None), key=lambda k: tests[k].p or 0.0)
    found, largest = list(tests), 0.0
    for rank, k in enumerate(order):
        largest = max(largest, min((tests[k].p or 0.0) * (len(order) - rank), 1.0))
        found[k] = replace(tests[k], p_holm=largest, verdict=SHIFT if largest < alpha else NO_SHIFT)
    return found
