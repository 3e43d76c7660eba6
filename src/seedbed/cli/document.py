"""`seedbed document`: join the reports of runs into one file."""

from __future__ import annotations

from pathlib import Path

import click

from seedbed.cli.common import emit, say, shared
from seedbed.errors import UsageError


@click.command("document", epilog="Example: seedbed document runs/loop runs/digits --out runs/demo")
@click.argument("runs", nargs=-1, required=True)
@click.option("--out", required=True, metavar="FOLDER", help="Where report.html is written.")
@click.option("--title", default="Seedbed: one report of several runs", show_default=True)
@shared
def command(runs: tuple[str, ...], out: str, title: str, as_json: bool, progress: str) -> None:
    """Write one self-contained report.html for the RUNS, which must be finished."""
    from seedbed.document.report import write_report
    from seedbed.document.report.archive import join, load

    found = []
    for run in runs:
        archives = list(Path(run).glob("stages/*/report.json"))
        if not archives:
            raise UsageError("no finished run with a report is here", where=run, hint="run its recipe first")
        newest = max(archives, key=lambda p: p.stat().st_mtime)
        found.append((Path(run).name, load(newest)))
    joined = join(found, title=title, subtitle=f"Runs: {', '.join(name for name, _ in found)}")
    path = write_report(joined, Path(out) / "report.html")
    if as_json:
        emit(
            {
                "report": str(path),
                "bytes": path.stat().st_size,
                "runs": list(runs),
                "evidence": len(joined.evidence),
            }
        )
    else:
        say(f"wrote {path} ({path.stat().st_size / 2**20:.1f} MB)")
        say(f"open {path}")
