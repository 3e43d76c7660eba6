"""`seedbed run`: run a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seedbed.cli.common import emit, say, settings, shared


@click.command("run", epilog="Example: seedbed run recipes/loop.yaml --set generate.rows=500")
@click.argument("recipe")
@click.option("--out", metavar="FOLDER", help="Folder of the run (default: runs/<name>).")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change an argument: generate.rows=500.")
@click.option("--dry-run", is_flag=True, help="Show what would run, and stop.")
@click.option("--engine", default="local", help="local, daft or ray: where datasets are generated.")
@click.option("--workers", type=click.IntRange(min=0), help="Worker processes (default: one a core; 0: none).")
@shared
def command(
    recipe: str,
    out: str | None,
    changes: tuple[str, ...],
    dry_run: bool,
    engine: str,
    workers: int | None,
    as_json: bool,
    progress: str,
) -> None:
    """Run RECIPE: its stages in order, skipping what is done already. Run it again to resume."""
    from seedbed.run.progress import Progress
    from seedbed.run.recipe import load
    from seedbed.run.run import plan, run

    wanted = settings(changes)
    if dry_run:
        made = load(recipe, wanted)
        folder = Path(out) if out else Path("runs") / made.name
        rows = plan(made, folder)
        if as_json:
            emit({"run": made.name, "folder": str(folder), "stages": rows})
        else:
            _show_plan(made.name, folder, rows)
        return
    done = run(recipe, set=wanted, out=out, engine=engine, workers=workers, progress=Progress(progress))
    if as_json:
        emit({"folder": str(done.folder), "results": done.results})
        return
    report = done.folder / "report.html"
    say(f"wrote {done.folder}/results.json and manifest.json; check with: seedbed verify {done.folder}")
    if report.exists():
        say(f"open {report}")


def _show_plan(name: str, folder: Path, rows: list[dict[str, Any]]) -> None:
    click.echo(f"{name} into {folder}")
    for row in rows:
        amount = f", {row['rows']:,} rows each" if row["rows"] else ""
        state = "done" if row["finished"] == row["cells"] else f"{row['cells'] - row['finished']} to run"
        click.echo(f"  {row['stage']:<16} {row['do']:<14} {row['cells']:>3} cells{amount}  {state}")
    total = sum((row["cells"] - row["finished"]) * (row["rows"] or 0) for row in rows if row["do"] == "generate")
    click.echo(f"rows to generate: {total:,}")
