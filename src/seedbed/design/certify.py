"""The balance certificate: what a design asked for and what the rows hold, counted from the rows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.design.factors import Factor

VERSION = 2


def certificate(
    table: pa.Table, factors: Sequence[Factor], asked: dict[str, Any], shards: Sequence[int] = ()
) -> dict[str, Any]:
    """Count every factor and every pair of factors in the rows; `shards` are the rows of each shard, in order.

    Returns rows, per factor {level: count}, `marginal_deviation` (largest |count / even count - 1| over
    levels), `pairwise_deviation` (the same over pairs of factors), `empty_pairs` (pairs of levels without
    a row), `cramers_v` (association of each pair, 0 none to 1 complete) and `balanced`: whether no count
    differs from another of its factor or pair by more than the rows force. `conditional`: for each factor
    that depends on another, how far its levels are from even within a level of that one (it counts neither
    for the deviations nor for `balanced`). `per_shard`: the deviations of each shard alone.
    """
    present = [f for f in factors if f.name in table.column_names]
    free = [f for f in present if f.name not in asked.get("fixed", {}) and not f.given]  # fixed: one level only
    codes = {f.name: _codes(table, f) for f in present}
    by_name = {f.name: f for f in present}
    counts = {f.name: np.bincount(codes[f.name], minlength=len(f.levels)) for f in present}
    pairs = {
        f"{a.name} x {b.name}": _cross(codes[a.name], codes[b.name], len(a.levels), len(b.levels))
        for a, b in itertools.combinations(free, 2)
    }
    return {
        "certificate_version": VERSION,
        "rows": table.num_rows,
        "asked": asked or {"balanced": [f.name for f in free]},
        "counts": {f.name: {str(v): int(c) for v, c in zip(f.levels, counts[f.name])} for f in present},
        "marginal_deviation": _worst({f.name: _deviation(counts[f.name]) for f in free}),
        "pairwise_deviation": _worst({name: _deviation(c) for name, c in pairs.items()}),
        "empty_pairs": {name: int((c == 0).sum()) for name, c in pairs.items()},
        "conditional": {
            f"{f.name} given {f.given}": _within(codes[f.name], codes[f.given], f, by_name[f.given])
            for f in present
            if f.given in codes
        },
        "per_shard": _per_shard(codes, free, shards),
        "cramers_v": {name: _cramers_v(c) for name, c in pairs.items()},
        "balanced": all(int(np.ptp(counts[f.name])) <= 1 for f in free)
        and all(int(np.ptp(c)) <= 2 for c in pairs.values()),
    }


def _within(codes: np.ndarray, given: np.ndarray, factor: Factor, parent: Factor) -> dict[str, Any]:
    """The largest deviation from even within a level of the given factor, and combinations that must not be."""
    counts = _cross(given, codes, len(parent.levels), len(factor.levels))
    worst, impossible = 0.0, 0
    for row, level in zip(counts, parent.levels):
        allowed = np.array([other in factor.possible(level) for other in factor.levels])
        impossible += int(row[~allowed].sum())
        worst = max(worst, _deviation(row[allowed])) if row.sum() else worst
    return {"largest_deviation": worst, "impossible_rows": impossible}


def _per_shard(codes: dict[str, np.ndarray], free: Sequence[Factor], shards: Sequence[int]) -> list[dict[str, Any]]:
    """Deviations of each shard, from the rows that it holds."""
    found, start = [], 0
    for rows in shards:
        part = {f.name: codes[f.name][start : start + rows] for f in free}
        single = {
            n: _deviation(np.bincount(c, minlength=len(f.levels))) for f in free for n, c in [(f.name, part[f.name])]
        }
        double = {
            f"{a.name} x {b.name}": _deviation(_cross(part[a.name], part[b.name], len(a.levels), len(b.levels)))
            for a, b in itertools.combinations(free, 2)
        }
        found.append({
            "first": start, "rows": rows,
            "marginal_deviation": _worst(single)["largest"], "pairwise_deviation": _worst(double)["largest"],
        })  # fmt: skip
        start += rows
    return found


def _codes(table: pa.Table, factor: Factor) -> np.ndarray:
    place = {str(level): k for k, level in enumerate(factor.levels)}
    return np.array([place[str(v)] for v in table[factor.name].to_pylist()], dtype=np.int64)


def _cross(a: np.ndarray, b: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.bincount(a * columns + b, minlength=rows * columns).reshape(rows, columns)


def _deviation(counts: np.ndarray) -> float:
    even = counts.sum() / counts.size
    return round(float(np.abs(counts / even - 1).max()), 4) if even else 0.0


def _worst(deviations: dict[str, float]) -> dict[str, Any]:
    if not deviations:
        return {"largest": 0.0, "of": None, "each": {}}
    name = max(deviations, key=lambda key: deviations[key])
    return {"largest": deviations[name], "of": name, "each": deviations}


def _cramers_v(counts: np.ndarray) -> float | None:
    """Cramér's V; undefined (None) when a factor has one level only in these rows."""
    used = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    smaller = min(used.shape) - 1 if used.size else 0
    if smaller < 1:
        return None
    total = used.sum()
    expected = np.outer(used.sum(1), used.sum(0)) / total
    chi2 = float(((used - expected) ** 2 / expected).sum())
    return round(float(np.sqrt(chi2 / total / smaller)), 4)
