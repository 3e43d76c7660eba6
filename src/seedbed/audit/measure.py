"""One metric over the groups of one grouping: values, intervals, and what a null distribution needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from seedbed.audit.groups import Cells, Grouping, Rows, count_cells, counts_table
from seedbed.audit.intervals import mean_intervals, multinomial_draws, percentile, wilson
from seedbed.audit.metrics.kinds import better_of, kind_of, mean_of, needs_score
from seedbed.errors import UsageError, nearest
from seedbed.lineage import row_rng

Metric = Callable[..., Any]
MOST_CLASSES = 64  # beyond it, metrics are counted without a full confusion table
MOST_CELLS = 20_000_000
ROW_REPLICATES = 200
WEIGHED = 4000  # rows of a group up to which they are resampled one by one; beyond it their moments are enough


@dataclass(frozen=True)
class Method:
    """How intervals are made."""

    confidence: float
    replicates: int
    seed: int
    positive: int | None


@dataclass
class Measured:
    """One metric over the groups of one grouping; arrays of shape (groups,), nan where undefined."""

    name: str
    fn: Any  # a metric: a function with the marks of `metrics.kinds`
    grouping: Grouping
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    trials: np.ndarray
    successes: np.ndarray | None = None
    counts: np.ndarray | None = None  # (groups, classes, classes)
    positive: int | None = None
    features: np.ndarray | None = field(default=None, repr=False)  # (rows, k)

    @property
    def kind(self) -> str:
        return kind_of(self.fn)

    @property
    def better(self) -> str:
        return better_of(self.fn)


@dataclass(frozen=True)
class Recoded:
    """Label and prediction of each row as codes below `classes`, and the positive class's place among them."""

    name: str
    label: np.ndarray
    prediction: np.ndarray
    classes: int
    positive: int | None


def class_of(rows: Rows, positive: Any) -> int | None:
    """The positive class's place; UsageError where there is no such class. Without rows any class will do."""
    if positive is None:
        return None
    text = str(positive).lower() if isinstance(positive, bool) else str(positive)
    if not rows.classes:
        return 0
    if text not in rows.classes:
        raise UsageError(f"no class '{text}'", where="audit positive", hint=nearest(text, rows.classes))
    return rows.classes.index(text)


class Views:
    """The audited rows as the metrics want them: cells of classes, numbers, text, outcomes."""

    def __init__(self, rows: Rows, positive: int | None) -> None:
        self.rows, self.positive, self._cells = rows, positive, {}  # type: ignore[var-annotated]

    def recoded(self, fn: Metric, *, most_classes: int = MOST_CLASSES) -> Recoded:
        """Label and prediction with no more classes than the metric tells apart."""
        rows, needs = self.rows, getattr(fn, "needs_positive", False)
        if needs and self.positive is not None and len(rows.classes) > 2:
            return Recoded("binary", rows.label == self.positive, rows.prediction == self.positive, 2, 1)
        if getattr(fn, "__name__", "") in ("accuracy", "error_rate") and len(rows.classes) > most_classes:
            right = rows.label == rows.prediction
            return Recoded("right", right, np.ones(len(right), dtype=bool), 2, self.positive)
        return Recoded("full", rows.label, rows.prediction, max(len(rows.classes), 1), self.positive)

    def cells(self, fn: Metric) -> tuple[Cells, int | None]:
        """Cells for a metric of counts, and the positive class's place in them."""
        own = self.recoded(fn)
        if own.name not in self._cells:
            codes = (own.label.astype(np.int64), own.prediction.astype(np.int64))
            self._cells[own.name] = count_cells(self.rows, *codes, own.classes)
        return self._cells[own.name], own.positive

    def columns(self, fn: Metric) -> tuple[np.ndarray, np.ndarray]:
        """What the metric reads of every row: (label, prediction), or (outcome, score)."""
        if needs_score(fn):
            assert self.rows.score is not None
            return self.outcome, self.rows.score
        reads = getattr(fn, "reads", "native")
        return self.texts if reads == "text" else self.numbers if reads == "numbers" else self.native

    @cached_property
    def outcome(self) -> np.ndarray:
        truth = self.rows.prediction if self.positive is None else self.positive
        return (self.rows.label == truth).astype(float)

    @cached_property
    def texts(self) -> tuple[np.ndarray, np.ndarray]:
        words = np.array(self.rows.classes, dtype=object)
        return words[self.rows.label], words[self.rows.prediction]

    @cached_property
    def native(self) -> tuple[np.ndarray, np.ndarray]:
        import pyarrow as pa

        made = []
        for column in self.rows.values:
            plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
            made.append(plain.to_numpy())
        return made[0], made[1]

    @cached_property
    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        import pyarrow as pa

        try:
            made = [column.cast(pa.float64()).to_numpy() for column in self.rows.values]
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            hint = "metrics of numbers need numeric columns"
            raise UsageError("label or prediction holds no numbers", where="audit", hint=hint) from None
        return made[0], made[1]


def measure(name: str, fn: Metric, views: Views, grouping: Grouping, method: Method) -> Measured:
    """The metric in every group, with intervals."""
    count = len(grouping.levels)
    value, low, high = (np.full(count, np.nan) for _ in range(3))
    made = Measured(name, fn, grouping, value, low, high, np.zeros(count, dtype=np.int64))
    if made.kind in ("rate", "counts"):
        _of_counts(made, views, method)
    elif made.kind == "sums":
        _of_sums(made, views, method)
    else:
        _of_rows(made, views, method)
    return made


def _of_counts(made: Measured, views: Views, method: Method) -> None:
    cells, positive = views.cells(made.fn)
    if len(made.grouping.levels) * cells.classes**2 > MOST_CELLS:
        hint = "give positive=, fewer columns, or a metric such as accuracy"
        raise UsageError(f"{made.name} has too many classes here ({cells.classes})", where="audit", hint=hint)
    counts = counts_table(cells, made.grouping)
    made.counts, made.positive = counts, positive
    with np.errstate(invalid="ignore", divide="ignore"):
        if made.kind == "rate":
            successes, made.trials = (np.asarray(part) for part in made.fn(counts, positive))
            made.successes = successes
            made.value = np.where(made.trials > 0, successes / made.trials, np.nan)
            made.low, made.high = wilson(successes, made.trials, method.confidence)
            return
        made.trials = counts.sum((1, 2))
        made.value = np.asarray(made.fn(counts, positive), float)
        if getattr(made.fn, "interval", None) is not None:
            made.low, made.high = made.fn.interval(counts, positive, method.confidence)
            return
    for k, levels in enumerate(made.grouping.levels):
        rng = rng_of(method.seed, made.name, made.grouping.columns, levels)
        made.low[k], made.high[k] = _resampled_counts(made.fn, counts[k], positive, method, rng)


def _resampled_counts(
    fn: Any, counts: np.ndarray, positive: int | None, method: Method, rng: np.random.Generator
) -> tuple[float, float]:
    draws = np.asarray(fn(multinomial_draws(counts, method.replicates, rng), positive), float)
    if _varies(draws):
        return percentile(draws, method.confidence)
    # every resample is alike, as with no error at all: one row's worth of prior over all cells (Perks 1947) widens it
    total = int(counts.sum())
    if total == 0:
        return np.nan, np.nan
    shares = rng.dirichlet(counts.ravel() + 1 / counts.size, size=method.replicates)
    drawn = np.asarray(fn((shares * total).reshape(-1, *counts.shape), positive), float)
    low, high = percentile(drawn, method.confidence)
    value = float(fn(counts, positive))
    return min(low, value), max(high, value)


def _of_sums(made: Measured, views: Views, method: Method) -> None:
    label, prediction = views.columns(made.fn)
    made.features = np.asarray(made.fn(label, prediction), float)
    codes, count = made.grouping.codes, len(made.grouping.levels)
    made.trials = np.bincount(codes, minlength=count)
    if len(codes) == 0:
        return
    sums = group_sums(made.features, codes, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        made.value = np.where(made.trials > 0, made.fn.value(sums, np.maximum(made.trials, 1)), np.nan)
    if made.fn.value is mean_of:
        made.low, made.high = _mean_intervals(made.features[:, 0], sums[:, 0], codes, made.trials, method.confidence)
        return
    for k, inside in enumerate(rows_of_groups(codes, made.trials)):
        if getattr(made.fn, "interval", None) is not None:
            made.low[k], made.high[k] = made.fn.interval(made.features[inside], method.confidence)
            continue
        rng = rng_of(method.seed, made.name, made.grouping.columns, made.grouping.levels[k])
        drawn = made.fn.value(_resampled_sums(made.features[inside], method.replicates, rng), max(len(inside), 1))
        if _varies(np.asarray(drawn, float)):
            made.low[k], made.high[k] = percentile(np.asarray(drawn, float), method.confidence)


def _varies(draws: np.ndarray) -> bool:
    """Whether resamples differ at all; equal ones say nothing of the spread."""
    known = draws[~np.isnan(draws)]
    return len(known) > 1 and bool(known.max() > known.min())


def rows_of_groups(codes: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
    """The rows of each group."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(sizes)[:-1]) if len(sizes) else []


def group_sums(features: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """Sums of features (n, k) by group: (groups, k)."""
    return np.stack([np.bincount(codes, weights=column, minlength=groups) for column in features.T], -1)


def _mean_intervals(
    x: np.ndarray, sums: np.ndarray, codes: np.ndarray, n: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Wilson for 0/1, else Hall's, which is Student's t without skewness; nan where all values are alike."""
    if np.isin(x, (0, 1)).all():
        return wilson(np.rint(sums), n, confidence)
    low, high = mean_intervals(x, codes, n, confidence)
    return (np.maximum(low, 0) if (x >= 0).all() else low), high


def _resampled_sums(features: np.ndarray, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Sums of rows drawn with replacement: (replicates, k); of many rows by their normal limit."""
    n = len(features)
    if n == 0:
        return np.full((replicates, features.shape[1]), np.nan)
    if n <= WEIGHED:
        weights = rng.multinomial(n, np.full(n, 1 / n), size=replicates)
        return weights @ features
    spread = np.atleast_2d(np.cov(features, rowvar=False, bias=True)) * n
    return rng.multivariate_normal(features.sum(0), spread, size=replicates, method="eigh")


def _of_rows(made: Measured, views: Views, method: Method) -> None:
    first, second = views.columns(made.fn)
    codes, count = made.grouping.codes, len(made.grouping.levels)
    made.trials = np.bincount(codes, minlength=count)
    for k, inside in enumerate(rows_of_groups(codes, made.trials)):
        a, b = first[inside], second[inside]
        made.value[k] = value_of(made.fn, a, b)
        if getattr(made.fn, "interval", None) is not None:
            made.low[k], made.high[k] = made.fn.interval(a, b, method.confidence)
        elif len(inside):
            rng = rng_of(method.seed, made.name, made.grouping.columns, made.grouping.levels[k])
            chosen = rng.integers(len(inside), size=(ROW_REPLICATES, len(inside)))
            drawn = np.array([value_of(made.fn, a[rows], b[rows]) for rows in chosen])
            if _varies(drawn):
                made.low[k], made.high[k] = percentile(drawn, method.confidence)


def value_of(fn: Metric, first: np.ndarray, second: np.ndarray) -> float:
    """A metric of rows; nan for no rows, and an error of a user's function in one line."""
    if len(first) == 0:
        return float("nan")
    try:
        return float(fn(first, second))
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"the metric failed: {error!r}", where=getattr(fn, "__name__", "metric")) from error


def rng_of(seed: int, metric: str, columns: Any, levels: Any) -> np.random.Generator:
    """One generator a figure, so that adding a metric or a slice moves no other figure."""
    return row_rng("audit", f"{metric}|{'|'.join(columns)}|{'|'.join(levels)}", seed, 0, "bootstrap")
