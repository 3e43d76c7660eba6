"""Do the audit's 95 % intervals hold the truth 95 times in 100? `python -m benchmarks.coverage`.

Every group of a simulated table is one trial: its rows are drawn from a known law, and its interval is compared with
the value of that law (exact for rates, F1 and balanced accuracy, from a million rows otherwise). Rates are averaged over true values
from 5 to 95 %, since the coverage of any interval of a count jumps with the true value.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

import seedbed as sb

GROUPS, CHUNK, EXACT = 2000, 100, 1_000_000
SIZES = (30, 60, 200)
RATES = ("accuracy", "selection_rate")
TABLE = ("f1", "balanced_accuracy")
SCORES = ("brier_score", "log_loss", "roc_auc", "average_precision")
NUMBERS = ("mean_error", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2")


def rates(size: int, seed: int) -> dict[str, float]:
    """Wilson's interval where each group has a true rate of its own."""
    rng = np.random.default_rng(seed)
    truth = np.resize(np.linspace(0.05, 0.95, 19), GROUPS)
    chosen = (rng.random((GROUPS, size)) < truth[:, None]).astype(int)
    found = audited({"y": np.ones_like(chosen), "p": chosen}, RATES, positive=1)
    return {name: held(found, name, truth) for name in RATES}


def of_table(size: int, seed: int) -> dict[str, float]:
    """F1 and balanced accuracy of a classifier that is right 8 times in 10."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, (GROUPS, size))
    p = np.where(rng.random(y.shape) < 0.8, y, 1 - y)
    found = audited({"y": y, "p": p}, TABLE, positive=1)
    return {name: held(found, name, 0.8) for name in TABLE}


def scores(size: int, seed: int) -> dict[str, float]:
    """Metrics of a calibrated score."""

    def drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        score = 1 / (1 + np.exp(-rng.normal(0, 1.5, shape)))
        y = (rng.random(shape) < score).astype(int)
        return {"y": y, "p": (score > 0.5).astype(int), "s": score}

    return simulated(drawn, SCORES, size, seed, score="s", positive=1)


def of_numbers(size: int, seed: int) -> dict[str, float]:
    """Metrics of numbers with normal errors around 0.5."""

    def drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        y = rng.normal(0, 2, shape)
        return {"y": y, "p": y + rng.normal(0.5, 1, shape)}

    return simulated(drawn, NUMBERS, size, seed)


def of_long_tails(size: int, seed: int) -> dict[str, float]:
    """r2 of labels with a long tail: the worst of the laws tried."""

    def drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        y = rng.exponential(2, shape)
        return {"y": y, "p": y + rng.normal(0.5, 1, shape)}

    return {"r2, exponential labels": simulated(drawn, ("r2",), size, seed)["r2"]}


def simulated(drawn: Any, metrics: tuple[str, ...], size: int, seed: int, **how: Any) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    large = audited(drawn(rng, (1, EXACT)), metrics, replicates=10, **how)
    found = audited(drawn(rng, (GROUPS, size)), metrics, **how)
    return {name: held(found, name, large[name][0][0]) for name in metrics}


def audited(columns: dict[str, np.ndarray], metrics: tuple[str, ...], **how: Any) -> dict[str, np.ndarray]:
    """metric -> (groups, 3): value, low, high of every group."""
    groups, size = columns["y"].shape
    found: dict[str, list[Any]] = {name: [] for name in metrics}
    how = {"score": None, "positive": None, "replicates": 400, **how}
    for start in range(0, groups, CHUNK):
        part = {name: values[start : start + CHUNK] for name, values in columns.items()}
        names = np.repeat([f"g{k:05d}" for k in range(len(part["y"]))], size)
        table = pa.table({"g": names, **{name: values.ravel() for name, values in part.items()}})
        made = sb.audit(table, label="y", prediction="p", by=["g"], metrics=list(metrics), min_count=1, **how)
        for row in sorted(made.table.to_pylist(), key=lambda r: r["g"] or ""):
            if row["depth"] == 1:
                ends = [row["value"], row["low"], row["high"]]
                found[row["metric"]].append([np.nan if v is None else v for v in ends])
    return {name: np.array(rows) for name, rows in found.items()}


def held(found: dict[str, np.ndarray], name: str, truth: Any) -> float:
    """Share of the groups with an interval whose interval holds the truth, in percent."""
    _, low, high = found[name].T
    known = ~np.isnan(low)
    truth = np.broadcast_to(truth, low.shape)
    return round(100 * float(((low <= truth) & (truth <= high))[known].mean()), 1)


def main() -> dict[str, Any]:
    out: dict[str, Any] = {}
    for size in SIZES:
        for work in (rates, of_table, scores, of_numbers, of_long_tails):
            for name, share in work(size, size).items():
                out.setdefault(name, {})[str(size)] = share
                print(f"{name}, {size} rows: {share} %", flush=True)
    return out


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))
