"""Decorators that say how a metric is computed, which way is better, and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def _mark(**facts: Any) -> Callable[[F], F]:
    def add(fn: F) -> F:
        fn.__dict__.update(facts)
        return fn

    return add


def rate(better: str, *, needs_positive: bool = False, comparable: bool = True) -> Callable[[F], F]:
    """A share of rows: the function returns (successes, trials). `better`: "higher", "lower" or "neither".

    `comparable` is False where groups of different sizes differ by definition: no gaps, no differences.
    """
    return _mark(kind="rate", better=better, needs_positive=needs_positive, comparable=comparable)


def of_counts(
    better: str, *, needs_positive: bool = False, interval: Callable[..., Any] | None = None
) -> Callable[[F], F]:
    """A value computed from the counts table; `interval(counts, positive, confidence)` where there is a formula."""
    return _mark(kind="counts", better=better, needs_positive=needs_positive, interval=interval)


def mean_of(sums: Any, n: Any) -> Any:
    """The value of metrics that are means of one feature: their interval needs no resampling."""
    return sums[..., 0] / n


def of_sums(better: str, *, value: Callable[..., Any], reads: str, interval: Callable[..., Any] | None = None) -> Any:
    """A value of sums over rows: the function turns rows into features (n, k), `value(sums, n)` into the figure.

    reads: "numbers" (label and prediction as floats), "text" (as text) or "probability" (0/1 outcome and score).
    `interval(features, confidence)` of one group's rows where there is a formula; bootstrap of the sums otherwise.
    """
    return _mark(kind="sums", better=better, value=value, reads=reads, interval=interval)


def of_scores(better: str, *, interval: Callable[..., Any] | None = None) -> Callable[[F], F]:
    """A value of rows that carry a score: (outcome 0/1, score) -> value; bootstrap by rows without `interval`."""
    return _mark(kind="scores", better=better, reads="probability", interval=interval)


def kind_of(fn: Callable[..., Any]) -> str:
    """How the metric is computed; a function without a mark is a plain function of rows."""
    return str(getattr(fn, "kind", "rows"))


def better_of(fn: Callable[..., Any]) -> str:
    """ "higher", "lower" or "neither"; unmarked functions count as higher."""
    return str(getattr(fn, "better", "higher"))


def needs_score(fn: Callable[..., Any]) -> bool:
    """Whether the metric reads a score."""
    return getattr(fn, "reads", "") == "probability"
