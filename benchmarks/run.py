"""Every benchmark, side by side with its peer: `make bench`, or `python -m benchmarks.run audit`, `... worlds`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import seedbed as sb
from benchmarks import language
from benchmarks.harness import Case, measure, write
from benchmarks.worlds import bars
from seedbed.dataset.dataset import Dataset


def main() -> None:
    """Run the cases whose names contain the words given (all without words)."""
    words = sys.argv[1:]
    rows = []
    for case in cases():
        if not words or any(word in case.name for word in words):
            row = measure(case)
            print(f"{row.name}: {row.ours:.3g} s, {row.peer_name} {row.peer:.3g} s, ratio {row.ratio:.3g}", flush=True)
            rows.append(row)
    found = bars() if not words or "worlds" in words else []
    for bar in found:
        print(
            f"{bar.name}: {bar.value:.3g} {bar.unit}{f' (wanted: {bar.goal})' if bar.goal else ''} {bar.peer}".rstrip()
        )
    if rows and not words:
        print(f"wrote {write(rows, found)} and docs/benchmarks.md")
    if not words or "language" in words:
        language.main()


def cases() -> Iterator[Case]:
    yield from start_up()
    yield audit_bootstrap()
    yield add_column()


def start_up() -> Iterator[Case]:
    def python(*words: str) -> None:
        subprocess.run([sys.executable, *words], check=True, capture_output=True)

    for name, words in (("import seedbed", ("-c", "import seedbed")), ("seedbed --help", ("-m", "seedbed", "--help"))):
        yield Case(name, lambda words=words: python(*words), lambda: python("-c", "pass"), "bare Python")


def audit_bootstrap() -> Case:
    """200 bootstrap replicates of two metrics over 12 groups: from counts, and by resampling rows."""
    rng = np.random.default_rng(0)
    n = 20_000
    g, y, p = rng.integers(0, 12, n).astype(str), rng.integers(0, 2, n), rng.integers(0, 2, n)
    table = pa.table({"g": g, "y": y, "p": p})

    def ours() -> None:
        sb.audit(
            table, label="y", prediction="p", by=["g"], metrics=["balanced_accuracy", "f1"], positive=1, replicates=200
        )

    def peer() -> None:
        from sklearn.metrics import balanced_accuracy_score, f1_score

        for _ in range(20):  # a tenth of the replicates: the harness's time is multiplied below
            rows = rng.integers(n, size=n)
            for group in np.unique(g):
                inside = rows[g[rows] == group]
                balanced_accuracy_score(y[inside], p[inside])
                f1_score(y[inside], p[inside])

    note = "the peer does 20 replicates, ours 200: multiply its time by 10"
    return Case("audit, bootstrap of 20,000 rows", ours, peer, "scikit-learn metrics on resampled rows", note)


def add_column() -> Case:
    """A score column on 5,000 rows with 12 KB images."""
    rng = np.random.default_rng(0)
    images = [rng.bytes(12_000) for _ in range(5000)]
    table = pa.table({"id": [str(k) for k in range(5000)], "caption": ["a red mug"] * 5000, "image": images})
    folder = Path(tempfile.mkdtemp())
    dataset = Dataset.create(folder / "lance", table.schema)
    dataset.append(table)
    pq.write_table(table, folder / "a.parquet", compression="zstd")
    made = iter(range(10_000))

    def ours() -> None:
        dataset.add_columns({f"score.{next(made)}": lambda batch: pc.utf8_length(batch["caption"])}, reads=["caption"])

    def peer() -> None:
        read = pq.read_table(folder / "a.parquet")
        pq.write_table(
            read.append_column("score", pc.utf8_length(read["caption"])), folder / "b.parquet", compression="zstd"
        )

    return Case("add a column to 5,000 rows with images", ours, peer, "pyarrow Parquet rewrite", "ours is fsynced")


if __name__ == "__main__":
    main()
