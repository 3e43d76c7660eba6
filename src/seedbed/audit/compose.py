"""`audit`: one composer over plain metric functions.

result = audit(table, label="y", prediction="p", by=["sex", "race"], metrics=["accuracy"])
result.table     # by-columns (null = all), slice, metric, value, low, high, n, state
result.gaps      # largest gap per metric and grouping, with its permutation null
result.worst("accuracy", k=5)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.audit.gaps import CORRECTIONS, adjust, describe_gap
from seedbed.audit.groups import (
    Grouping,
    Rows,
    counts_table,
    encode,
    groupings,
    read_table,
    right_table,
    slice_text,
)  # fmt: skip
from seedbed.audit.intervals import multinomial_draws, percentile, wilson
from seedbed.audit.metrics.kinds import better_of, kind_of
from seedbed.audit.result import Audit
from seedbed.errors import UsageError, nearest
from seedbed.lineage import row_rng

OK, FEW, UNDEFINED = "ok", "not enough data", "undefined"
RESULT_COLUMNS = ("slice", "depth", "metric", "value", "low", "high", "n", "state")
MOST_CLASSES = 64  # beyond it, accuracy and error are counted without a full confusion table
ROW_REPLICATES = 200

Metric = Callable[..., Any]


def audit(
    data: Any,
    *,
    label: str,
    prediction: str,
    by: Sequence[str],
    metrics: Sequence[str | Metric] = ("accuracy",),
    score: str | None = None,
    positive: str | int | bool | None = None,
    depth: int | None = None,
    min_count: int = 10,
    confidence: float = 0.95,
    correction: str = "holm",
    replicates: int = 1000,
    seed: int = 0,
) -> Audit:
    """Every metric for every slice up to `depth` columns of `by` (default: all), with intervals.

    `data` is a table, mapping, Parquet/CSV/JSONL file or dataset. Rates have Wilson intervals, other
    metrics a bootstrap from the counts (rows for user functions). A slice with fewer than `min_count`
    trials has the state "not enough data" (its value and interval stay), one without any "undefined".
    Rows without label or prediction are left out and counted. Raises UsageError for unknown columns or
    metrics, and where a metric needs `positive` or `score` and none is given.
    """
    _check(by, depth, confidence, correction)
    chosen = list(dict(_metric(metric) for metric in metrics).items())
    columns = [label, prediction, *by, *([score] if score else [])]
    rows = encode(read_table(data, columns), label, prediction, list(by), score)
    where_positive = _positive(rows, positive, chosen, score)
    groups = groupings(rows, len(by) if depth is None else depth)
    measured = [
        _measure(name, fn, rows, grouping, where_positive, confidence, replicates, seed)
        for grouping in groups
        for name, fn in chosen
    ]
    body = [row for part in measured for row in part.rows(list(by), min_count)]
    gaps = _gaps(measured, min_count, replicates, confidence, correction, seed)
    return Audit(
        table=pa.Table.from_pylist(body, schema=_table_schema(list(by))),
        gaps=pa.Table.from_pylist(gaps, schema=GAPS),
        about={
            "label": label,
            "prediction": prediction,
            "by": list(by),
            "metrics": {name: better_of(fn) for name, fn in chosen},
            "rows": len(rows),
            "rows_without_label_or_prediction": rows.dropped,
            "classes": len(rows.classes),
            "positive": None if positive is None else str(positive),
            "min_count": min_count,
            "confidence": confidence,
            "intervals": "Wilson score for rates; multinomial bootstrap of counts otherwise",
            "gap": f"permutation null, {replicates} draws; p-values adjusted: {correction}",
            "seed": seed,
            "reconciled": _reconciled(rows, groups),
        },
    )


class Measured:
    """One metric over the groups of one grouping."""

    def __init__(self, name: str, better: str, grouping: Grouping, rows: Rows) -> None:
        self.name, self.better, self.grouping, self.kinds = name, better, grouping, rows.kinds
        self.sizes = np.bincount(grouping.codes, minlength=len(grouping.levels))
        count = len(grouping.levels)
        self.value, self.low, self.high = (np.full(count, np.nan) for _ in range(3))
        self.successes: np.ndarray | None = None
        self.trials = self.sizes

    def rows(self, by: list[str], min_count: int) -> list[dict[str, Any]]:
        """The result's rows, one a group."""
        made = []
        for k, levels in enumerate(self.grouping.levels):
            known = dict(zip(self.grouping.columns, levels))
            n = int(self.trials[k])
            undefined = n == 0 or bool(np.isnan(self.value[k]))
            made.append(
                {
                    **{name: known.get(name) for name in by},
                    "slice": slice_text(self.grouping.columns, levels, self.kinds),
                    "depth": len(self.grouping.columns),
                    "metric": self.name,
                    "value": _plain(self.value[k]),
                    "low": _plain(self.low[k]),
                    "high": _plain(self.high[k]),
                    "n": n,
                    "state": UNDEFINED if undefined else FEW if n < min_count else OK,
                }
            )
        return made


def _measure(
    name: str, fn: Metric, rows: Rows, grouping: Grouping, positive: int | None, confidence: float,
    replicates: int, seed: int,
) -> Measured:  # fmt: skip
    made = Measured(name, better_of(fn), grouping, rows)
    if kind_of(fn) == "rate":
        simple = name in ("accuracy", "error_rate") and len(rows.classes) > MOST_CLASSES
        counts = right_table(rows, grouping) if simple else counts_table(rows, grouping)
        made.successes, made.trials = fn(counts, positive)
        with np.errstate(invalid="ignore", divide="ignore"):
            made.value = np.where(made.trials > 0, made.successes / made.trials, np.nan)
        made.low, made.high = wilson(made.successes, made.trials, confidence)
    elif kind_of(fn) == "counts":
        counts = counts_table(rows, grouping)
        made.value = np.asarray(fn(counts, positive), float)
        for k, levels in enumerate(grouping.levels):
            draws = multinomial_draws(counts[k], replicates, _rng(seed, name, grouping.columns, levels))
            made.low[k], made.high[k] = percentile(np.asarray(fn(draws, positive), float), confidence)
    else:
        _measure_rows(made, fn, rows, confidence, seed)
    return made


def _measure_rows(made: Measured, fn: Metric, rows: Rows, confidence: float, seed: int) -> None:
    classes = np.array(rows.classes)
    scored = kind_of(fn) == "scores"
    for k, levels in enumerate(made.grouping.levels):
        inside = np.flatnonzero(made.grouping.codes == k)
        rng = _rng(seed, made.name, made.grouping.columns, levels)

        def value(chosen: np.ndarray) -> float:
            parts = [classes[rows.label[chosen]], classes[rows.prediction[chosen]]]
            if scored and rows.score is not None:
                parts.append(rows.score[chosen])
            return float(fn(*parts))

        made.value[k] = value(inside)
        draws = [value(inside[rng.integers(len(inside), size=len(inside))]) for _ in range(ROW_REPLICATES)]
        made.low[k], made.high[k] = percentile(np.array(draws), confidence)


def _gaps(
    measured: list[Measured], min_count: int, replicates: int, confidence: float, correction: str, seed: int
) -> list[dict[str, Any]]:
    found = []
    for part in measured:
        if not part.grouping.columns or part.successes is None:
            continue
        enough = np.flatnonzero(part.trials >= min_count)
        row = {"metric": part.name, "by": ", ".join(part.grouping.columns), "groups": len(enough)}
        if len(enough) < 2:
            found.append({**row, "state": FEW})
            continue
        facts = describe_gap(
            part.successes[enough], part.trials[enough],
            replicates=replicates, confidence=confidence, rng=_rng(seed, part.name, part.grouping.columns, ("gap",)),
        )  # fmt: skip
        rates = part.value[enough]
        names = [slice_text(part.grouping.columns, part.grouping.levels[int(k)], part.kinds) for k in enough]
        top, bottom = names[int(np.argmax(rates))], names[int(np.argmin(rates))]
        ratio = float(rates.min() / rates.max()) if rates.max() > 0 else None
        found.append({**row, **facts, "ratio": ratio, "highest": top, "lowest": bottom, "state": OK})
    tested = [row for row in found if row["state"] == OK]
    p_values = [float(str(row["p_value"])) for row in tested]
    for row, p in zip(tested, adjust(p_values, correction)):
        row["p_adjusted"] = p
    return found


def _reconciled(rows: Rows, groups: list[Grouping]) -> bool:
    """Whether every grouping's rows and right answers add up to the whole."""
    right = rows.label == rows.prediction
    for grouping in groups:
        sizes = np.bincount(grouping.codes, minlength=len(grouping.levels))
        hits = np.bincount(grouping.codes, weights=right, minlength=len(grouping.levels))
        if sizes.sum() != len(rows) or hits.sum() != right.sum():
            return False
    return True


def _check(by: Sequence[str], depth: int | None, confidence: float, correction: str) -> None:
    if isinstance(by, str):
        raise UsageError(f"by is the text '{by}'", where="audit", hint=f"give a list: ['{by}']")
    taken = [name for name in by if name in RESULT_COLUMNS]
    if taken:
        raise UsageError(f"a column of the result is called '{taken[0]}' too", where="audit by", hint="rename yours")
    if depth is not None and not 0 <= depth <= len(by):
        raise UsageError(f"depth is {depth}", where="audit", hint=f"give 0 to {len(by)}")
    if not 0.5 <= confidence < 1:
        raise UsageError(f"confidence is {confidence}", where="audit", hint="give a share such as 0.95")
    if correction not in CORRECTIONS:
        raise UsageError(f"no correction '{correction}'", where="audit", hint=nearest(correction, CORRECTIONS))


def _metric(metric: str | Metric) -> tuple[str, Metric]:
    if isinstance(metric, str):
        return metric, registry.get("metric", metric, where="audit")
    return metric.__name__, metric


def _positive(rows: Rows, positive: Any, chosen: list[tuple[str, Metric]], score: str | None) -> int | None:
    for name, fn in chosen:
        if kind_of(fn) == "scores" and score is None:
            raise UsageError(f"{name} needs a confidence column", where="audit", hint="add score=")
        if getattr(fn, "needs_positive", False) and positive is None:
            hint = f"add positive=, one of {', '.join(rows.classes[:8])}"
            raise UsageError(f"{name} needs the positive class", where="audit", hint=hint)
    if positive is None:
        return None
    text = str(positive).lower() if isinstance(positive, bool) else str(positive)
    if text not in rows.classes:
        raise UsageError(f"no class '{text}'", where="audit positive", hint=nearest(text, rows.classes))
    return rows.classes.index(text)


def _rng(seed: int, metric: str, columns: Sequence[str], levels: Sequence[str]) -> np.random.Generator:
    """One generator a figure, so that adding a metric or a slice moves no other figure."""
    return row_rng("audit", f"{metric}|{'|'.join(columns)}|{'|'.join(levels)}", seed, 0, "bootstrap")


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _table_schema(by: list[str]) -> pa.Schema:
    return pa.schema(
        [
            *((name, pa.string()) for name in by),
            ("slice", pa.string()), ("depth", pa.int64()), ("metric", pa.string()), ("value", pa.float64()),
            ("low", pa.float64()), ("high", pa.float64()), ("n", pa.int64()), ("state", pa.string()),
        ]
    )  # fmt: skip


GAPS = pa.schema(
    [
        ("metric", pa.string()), ("by", pa.string()), ("groups", pa.int64()), ("difference", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("ratio", pa.float64()), ("highest", pa.string()),
        ("lowest", pa.string()), ("null_mean", pa.float64()), ("null_95", pa.float64()),
        ("p_value", pa.float64()), ("p_adjusted", pa.float64()), ("state", pa.string()),
    ]
)  # fmt: skip
