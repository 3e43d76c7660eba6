"""Paired timing: ours and a named peer in turn, A B A B ..., the ratio pair by pair, medians to quote.

Machines drift and have neighbours, so a single time says little; the median of paired ratios says more.
"""

from __future__ import annotations

import datetime
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.worlds import Bar, table
from seedbed.lineage import code_version, machine, packages

HISTORY = Path(__file__).parent / "history"
TABLE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Case:
    """What is timed: two functions that do the same job."""

    name: str
    ours: Callable[[], object]
    peer: Callable[[], object]
    peer_name: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """Medians over the pairs, in seconds, and of the ratio ours / peer with its range."""

    name: str
    ours: float
    peer: float
    peer_name: str
    ratio: float
    ratio_low: float
    ratio_high: float
    pairs: int
    note: str


def measure(case: Case, pairs: int = 7) -> Row:
    """Time a case; one pair before is not counted."""
    times = [(_seconds(case.ours), _seconds(case.peer)) for _ in range(pairs + 1)][1:]
    ratios = [a / b for a, b in times]
    ours, peer = (statistics.median(column) for column in zip(*times))
    return Row(
        case.name, ours, peer, case.peer_name, statistics.median(ratios), min(ratios), max(ratios), pairs, case.note
    )


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def write(rows: list[Row], bars: list[Bar]) -> Path:
    """Add the rows to the history (JSON) and replace the table in docs."""
    HISTORY.mkdir(exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    record = {
        "when": now.isoformat(timespec="seconds"),
        "code": code_version(),
        "machine": machine(),
        "packages": packages(),
    }
    path = HISTORY / f"{now:%Y%m%dT%H%M%S}.json"
    path.write_text(
        json.dumps({**record, "rows": [asdict(row) for row in rows], "worlds": [asdict(bar) for bar in bars]}, indent=1)
    )
    lines = _table(rows, record["machine"], now.date()).rstrip("\n").split("\n")
    TABLE.write_text("\n".join([*lines, *table(bars)]) + "\n")
    return path


def _table(rows: list[Row], where: dict, day: datetime.date) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"`make bench` on {day}: {where['cpu']}, {where['cores']} cores, Python {where['python']}. Medians of pairs run in turn;",
        "the ratio is ours / peer, with the range over the pairs. Below 1 is faster than the peer.",
        "",
        "| job | ours, s | peer, s | peer | ratio | range | note |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        span = f"{r.ratio_low:.3g} to {r.ratio_high:.3g}"
        lines.append(f"| {r.name} | {r.ours:.3g} | {r.peer:.3g} | {r.peer_name} | {r.ratio:.3g} | {span} | {r.note} |")
    return "\n".join(lines) + "\n"
