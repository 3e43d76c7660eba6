"""Decorators that say how a metric is computed and which way is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def _mark(kind: str, better: str, *, needs_positive: bool) -> Callable[[F], F]:
    def add(fn: F) -> F:
        fn.__dict__.update(kind=kind, better=better, needs_positive=needs_positive)
        return fn

    return add


def rate(better: str, *, needs_positive: bool = False) -> Callable[[F], F]:
    """A share of rows: the function returns (successes, trials). `better`: "higher", "lower" or "neither"."""
    return _mark("rate", better, needs_positive=needs_positive)


def of_counts(better: str, *, needs_positive: bool = False) -> Callable[[F], F]:
    """A value computed from the counts table."""
    return _mark("counts", better, needs_positive=needs_positive)


def of_scores(better: str) -> Callable[[F], F]:
    """A value computed from rows that carry a score (confidence of the prediction, 0..1)."""
    return _mark("scores", better, needs_positive=False)


def kind_of(fn: Callable[..., Any]) -> str:
    """How the metric is computed; a function without a mark is a plain function of rows."""
    return str(getattr(fn, "kind", "rows"))


def better_of(fn: Callable[..., Any]) -> str:
    """ "higher", "lower" or "neither"; unmarked functions count as higher."""
    return str(getattr(fn, "better", "higher"))
