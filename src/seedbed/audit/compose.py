"""`audit`: one composer over plain metric functions.

result = audit(table, label="y", prediction="p", by=["sex", "race"], metrics=["accuracy"])
result.table        # by-columns (null = all), slice, metric, value, low, high, n, state
result.gaps         # largest gap per metric and grouping, with its permutation null
result.differences  # every group beside the rest or a named group: difference, ratio, p-value
result.worst("accuracy", k=5)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.audit.differences import Reference, check_reference, differences, plain
from seedbed.audit.gaps import CORRECTIONS, adjust, gap_of_metric
from seedbed.audit.groups import Rows, encode, groupings, slice_text
from seedbed.audit.intervals import mover_ratio
from seedbed.audit.measure import Measured, Method, Metric, Views, class_of, measure, rng_of
from seedbed.audit.metrics.kinds import better_of, kind_of, needs_score
from seedbed.audit.read import read_table
from seedbed.audit.reconcile import reconcile
from seedbed.audit.reliability import reliability
from seedbed.audit.result import Audit
from seedbed.errors import UsageError, nearest

OK, FEW, UNDEFINED = "ok", "not enough data", "undefined"
RESULT_COLUMNS = ("slice", "depth", "metric", "value", "low", "high", "n", "state")


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
    reference: Reference = "rest",
    replicates: int = 1000,
    seed: int = 0,
) -> Audit:
    """Every metric for every slice up to `depth` columns of `by` (default: all), with intervals.

    `data` is a table, mapping, Parquet/CSV/JSONL file or dataset. Rates have Wilson intervals, means Hall's, other
    metrics a formula or a bootstrap from counts or sums (from rows for user functions, `f(y_true, y_pred)`).
    A slice with fewer than `min_count` trials has the state "not enough data" (its value and interval stay), one
    without any "undefined". `reference`: what `differences` compares with, "rest", "largest" or levels such as
    {"sex": "male"}. Rows without label, prediction or score are left out and counted. Raises UsageError for unknown
    columns or metrics, and where a metric needs `positive` or `score` and none is given.
    """
    _check(by, depth, confidence, correction)
    chosen = list(dict(_metric(metric) for metric in metrics).items())
    columns = [label, prediction, *by, *([score] if score else [])]
    rows = encode(read_table(data, columns), label, prediction, list(by), score)
    place = _positive(rows, positive, chosen, score)
    views, method = Views(rows, place), Method(confidence, replicates, seed, place)
    cells, _ = views.cells(registry.get("metric", "accuracy"))
    groups = groupings(rows, cells, len(by) if depth is None else depth)
    measured = [measure(name, fn, views, grouping, method) for grouping in groups for name, fn in chosen]
    body = [row for part in measured for row in _rows_of(part, rows, list(by), min_count)]
    check_reference(reference, rows)
    faults = reconcile(body, list(by), [n for n, fn in chosen if kind_of(fn) == "rate" and _comparable(fn)])
    return Audit(
        table=pa.Table.from_pylist(body, schema=_table_schema(list(by))),
        gaps=pa.Table.from_pylist(_gaps(measured, views, min_count, method, correction), schema=GAPS),
        differences=differences(measured, rows, reference, min_count, confidence, correction),
        reliability=None if rows.score is None else reliability(rows, groups, views.outcome, confidence),
        about={
            "label": label,
            "prediction": prediction,
            "by": list(by),
            "metrics": {name: better_of(fn) for name, fn in chosen},
            "rows": len(rows),
            "rows_without_label_or_prediction": rows.dropped,
            "rows_without": rows.excluded,
            "classes": len(rows.classes),
            "positive": None if positive is None else str(positive),
            "score": score,
            "min_count": min_count,
            "confidence": confidence,
            "intervals": "Wilson score for rates; Hall's for means; formula or bootstrap of counts otherwise",
            "gap": f"permutation null, {replicates} draws; p-values adjusted: {correction}",
            "correction": correction,
            "reference": reference if isinstance(reference, str) else dict(reference),
            "seed": seed,
            "reconciled": not faults,
            "discrepancies": faults,
        },
    )


def _comparable(fn: Metric) -> bool:
    return bool(getattr(fn, "comparable", True))


def _rows_of(part: Measured, rows: Rows, by: list[str], min_count: int) -> list[dict[str, Any]]:
    """The result's rows, one a group."""
    made = []
    for k, levels in enumerate(part.grouping.levels):
        known = dict(zip(part.grouping.columns, levels))
        n = int(part.trials[k])
        undefined = n == 0 or bool(np.isnan(part.value[k]))
        made.append(
            {
                **{name: known.get(name) for name in by},
                "slice": slice_text(part.grouping.columns, levels, rows.kinds),
                "depth": len(part.grouping.columns),
                "metric": part.name,
                "value": plain(part.value[k]),
                "low": plain(part.low[k]),
                "high": plain(part.high[k]),
                "n": n,
                "state": UNDEFINED if undefined else FEW if n < min_count else OK,
            }
        )
    return made


def _gaps(
    measured: list[Measured], views: Views, min_count: int, method: Method, correction: str
) -> list[dict[str, Any]]:
    found = [
        _gap(part, views, min_count, method) for part in measured if part.grouping.columns and _comparable(part.fn)
    ]
    tested = [row for row in found if row.get("p_value") is not None]
    for row, p in zip(tested, adjust([row["p_value"] for row in tested], correction)):
        row["p_adjusted"] = p
    return found


def _gap(part: Measured, views: Views, min_count: int, method: Method) -> dict[str, Any]:
    enough = np.flatnonzero((part.trials >= min_count) & ~np.isnan(part.value))
    row = {"metric": part.name, "by": ", ".join(part.grouping.columns), "groups": len(enough)}
    if len(enough) < 2:
        return {**row, "state": FEW}
    columns = views.columns(part.fn) if part.kind in ("scores", "rows") else None
    facts = gap_of_metric(
        part, enough, columns, replicates=method.replicates, confidence=method.confidence,
        rng=rng_of(method.seed, part.name, part.grouping.columns, ("gap",)),
    )  # fmt: skip
    values = part.value[enough]
    top, bottom = int(enough[np.argmax(values)]), int(enough[np.argmin(values)])
    names = [slice_text(part.grouping.columns, part.grouping.levels[k], views.rows.kinds) for k in (top, bottom)]
    positive = part.value[bottom] >= 0 and part.value[top] > 0
    ends = [(part.value[k], part.low[k], part.high[k]) for k in (bottom, top)]
    ratio_low, ratio_high = mover_ratio(*ends[0], *ends[1]) if positive else (np.nan, np.nan)
    return {
        **row, **facts, "ratio": float(part.value[bottom] / part.value[top]) if positive else None,
        "ratio_low": plain(ratio_low), "ratio_high": plain(ratio_high), "highest": names[0], "lowest": names[1],
        "state": OK,
    }  # fmt: skip


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
        if needs_score(fn) and score is None:
            raise UsageError(f"{name} needs a confidence column", where="audit", hint="add score=")
        if needs_score(fn) and kind_of(fn) == "sums" and rows.score is not None and len(rows):
            least, most = float(rows.score.min()), float(rows.score.max())
            if least < 0 or most > 1:
                hint = "roc_auc takes any score"
                raise UsageError(
                    f"{name} needs scores from 0 to 1, not {least:g} to {most:g}", where="audit", hint=hint
                )
        if getattr(fn, "needs_positive", False) and positive is None:
            hint = f"add positive=, one of {', '.join(rows.classes[:8])}"
            raise UsageError(f"{name} needs the positive class", where="audit", hint=hint)
    return class_of(rows, positive)


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
        ("low", pa.float64()), ("high", pa.float64()), ("ratio", pa.float64()), ("ratio_low", pa.float64()),
        ("ratio_high", pa.float64()), ("highest", pa.string()),
        ("lowest", pa.string()), ("null_mean", pa.float64()), ("null_95", pa.float64()),
        ("p_value", pa.float64()), ("p_adjusted", pa.float64()), ("state", pa.string()),
    ]
)  # fmt: skip
