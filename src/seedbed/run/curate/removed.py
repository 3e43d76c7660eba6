"""The audit of the filter itself: who is removed, by which rule, how sharply thresholds decide, rows to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seedbed.audit.intervals import wilson
from seedbed.curate.policy import Rule
from seedbed.run.curate.decide import Decisions
from seedbed.run.curate.recipe import Curation

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

LEVELS = 25  # of a group that are shown; the others are summed up
FACTORS = (0.5, 0.7, 0.85, 0.95, 1.0, 1.05, 1.15, 1.3, 1.5, 2.0)
LOOKED_AT = 20  # random rows for each reason
HEAD = 240  # characters of a row's text that are shown
FLAGGED = 1.5  # times the rate of the other rows, with intervals apart


def audit_of_filter(
    dataset: Dataset, table: pa.Table, decisions: Decisions, rules: Sequence[Rule], recipe: Curation
) -> dict[str, Any]:
    """Everything that is said of the filter, as plain values."""
    groups = {name: by_group(table[name], decisions) for name in recipe.groups if name in table.column_names}
    return {
        "reasons": _reasons(decisions),
        "groups": groups,
        "flags": _flags(groups),
        "sensitivity": [
            _sensitivity(rule, table, decisions) for rule in rules if rule.least is not None or rule.most is not None
        ],
        "look_at": _look_at(dataset, decisions, recipe.seed),
    }


def _reasons(decisions: Decisions) -> list[dict[str, Any]]:
    """For each reason: rows that have it, for which it is the first, and that nothing else would drop."""
    names = list(decisions.broken)
    if not names:
        return []
    matrix = np.stack([decisions.broken[n] for n in names], 1)
    many, first = matrix.sum(1), np.where(matrix.any(1), matrix.argmax(1), -1)
    return [
        {
            "reason": name,
            "rows": int(matrix[:, k].sum()),
            "first": int((first == k).sum()),
            "alone": int((matrix[:, k] & (many == 1)).sum()),
        }
        for k, name in enumerate(names)
    ]


def by_group(column: pa.ChunkedArray, decisions: Decisions) -> list[dict[str, Any]]:
    """Dropped share of each level with its Wilson interval, and by reason where it stands out."""
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    labels = ["(none)" if v is None else str(v) for v in coded.dictionary.to_pylist()] + ["(none)"]
    codes = coded.indices.fill_null(len(labels) - 1).to_numpy().astype(int)
    counts = np.bincount(codes, minlength=len(labels))
    order = np.argsort(-counts, kind="stable")
    shown = [k for k in order[:LEVELS].tolist() if counts[k]]
    made = [_level(labels[k], codes == k, decisions) for k in shown]
    rest = [k for k in order[LEVELS:].tolist() if counts[k]]
    if rest:
        made.append(_level(f"({len(rest)} others)", np.isin(codes, rest), decisions))
    return made


def _level(name: str, rows: np.ndarray, decisions: Decisions) -> dict[str, Any]:
    count, lost = int(rows.sum()), ~decisions.keep
    dropped = int((rows & lost).sum())
    low, high = _wilson(dropped, count)
    return {
        "level": name,
        "rows": count,
        "dropped": dropped,
        "share": round(dropped / count, 5),
        "low": low,
        "high": high,
        "stands_out": _stands_out(rows, decisions),
    }


def _stands_out(rows: np.ndarray, decisions: Decisions) -> list[dict[str, Any]]:
    """Reasons that drop this group far more than the other rows: intervals apart, and `FLAGGED` times as often."""
    inside, outside = int(rows.sum()), int((~rows).sum())
    found = []
    for reason, broken in decisions.broken.items():
        here, there = int((broken & rows).sum()), int((broken & ~rows).sum())
        if not here or not outside or inside < 5:
            continue
        low, _ = _wilson(here, inside)
        _, high = _wilson(there, outside)
        ratio = (here / inside) / max(there / outside, 1e-9)
        if low > high and ratio >= FLAGGED:
            found.append({"reason": reason, "share": round(here / inside, 5), "elsewhere": round(there / outside, 5)})
    return found


def _wilson(hits: int, count: int) -> tuple[float, float]:
    low, high = wilson(hits, count)
    return round(float(low), 5), round(float(high), 5)


def _flags(groups: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    found = [
        {"group": group, "level": level["level"], **item}
        for group, levels in groups.items()
        for level in levels
        for item in level["stands_out"]
    ]
    return sorted(found, key=lambda f: -(f["share"] - f["elsewhere"]))[:100]


def _sensitivity(rule: Rule, table: pa.Table, decisions: Decisions) -> dict[str, Any]:
    """The kept share as this rule's thresholds move, everything else as it is."""
    others = np.ones(decisions.count, bool)
    for reason, rows in decisions.broken.items():
        if reason != rule.reason:
            others &= ~rows
    values = table[rule.stored(table.column_names)].to_numpy(zero_copy_only=False).astype(float)
    curves = []
    for bound in ("least", "most"):
        threshold = getattr(rule, bound)
        if threshold is None:
            continue
        fixed = np.ones(decisions.count, bool)
        other = rule.most if bound == "least" else rule.least
        with np.errstate(invalid="ignore"):
            if other is not None:
                fixed = ~(values > other) if bound == "least" else ~(values < other)
            points = []
            for factor in FACTORS:
                moved = threshold * factor if threshold else factor - 1.0
                inside = ~(values < moved) if bound == "least" else ~(values > moved)
                points.append({"threshold": round(moved, 6), "kept": round(float((others & fixed & inside).mean()), 5)})
        curves.append({"bound": bound, "threshold": threshold, "points": points})
    return {"reason": rule.reason, "curves": curves}


def _look_at(dataset: Dataset, decisions: Decisions, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Random rows of each reason (and of those kept), with the head of their text."""
    wanted: dict[str, np.ndarray] = {"(kept)": np.flatnonzero(decisions.keep)}
    for reason, rows in decisions.broken.items():
        if rows.any():
            wanted[reason] = np.flatnonzero(rows)
    names = [n for n in ("id", "source", "url", "path", "text", "caption") if n in dataset.schema.names]
    made = {}
    for place, (reason, rows) in enumerate(wanted.items()):
        rng = np.random.default_rng([seed, place])
        chosen = np.sort(rng.choice(rows, min(LOOKED_AT, len(rows)), replace=False)) if len(rows) else rows
        made[reason] = [_shown(row) for row in dataset.take(chosen, names).to_pylist()]
    return made


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    text = row.pop("text", None) or row.get("caption") or ""
    return {**{k: v for k, v in row.items() if v is not None and k != "caption"}, "head": text[:HEAD]}
