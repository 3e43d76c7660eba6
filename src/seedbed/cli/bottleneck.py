"""`seedbed bottleneck`: model, data or compute - what does doubling each buy at your point, and what does it cost?"""

from __future__ import annotations

from typing import Any

import click

from seedbed.cli.common import emit, say, settings, shared
from seedbed.errors import UsageError

POINT = ("parameters", "rows", "epochs")


@click.command(
    "bottleneck",
    epilog="Example: seedbed bottleneck recipes/bottleneck.yaml --point rows=4000,epochs=4 --prices my_prices.yaml",
)
@click.argument("recipe")
@click.option("--point", metavar="KEY=N,...", help="Your point: parameters=6178,rows=1024,epochs=8 (each optional).")
@click.option("--prices", metavar="FILE", help="Your price table (default: seedbed's prices.yaml; copy and edit it).")
@click.option("--budget", type=float, metavar="FLOP", help="Compute of the whole grid; cells beyond it are dropped.")
@click.option("--out", metavar="FOLDER", help="Folder of the run (default: runs/<name>).")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the recipe: each.seed='[0, 1]'.")
@click.option("--workers", type=click.IntRange(min=0), help="Cells at a time, one core each (default: one a core).")
@shared
def command(
    recipe: str, point: str | None, prices: str | None, budget: float | None, out: str | None,
    changes: tuple[str, ...], workers: int | None, as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Run RECIPE's grid, fit the law, and answer at your point. Run it again to resume or to ask at another point."""
    from seedbed.run.progress import Progress
    from seedbed.run.recipe import load
    from seedbed.run.run import run

    wanted = settings(changes)
    made = load(recipe, wanted)
    wanted.update(_asked(made, point, prices, budget))
    done = run(recipe, set=wanted, out=out, workers=workers, progress=Progress(progress))
    results = done.results
    if as_json:
        kept = {key: results[key] for key in ("bottleneck", "scaling_law")}
        emit({"folder": str(done.folder), **kept})
    else:
        for line in summary(results):
            click.echo(line)
    report = done.folder / "report.html"
    say(f"open {report}" if report.exists() else f"wrote {done.folder}/results.json")


def _asked(recipe: Any, point: str | None, prices: str | None, budget: float | None) -> dict[str, Any]:
    """The options as changes of the recipe's stages, which are known by their steps."""
    stages = {stage.do: stage.name for stage in recipe.stages}
    for step in ("scaling_law", "bottleneck"):
        if step not in stages:
            hint = "see recipes/bottleneck.yaml"
            raise UsageError(f"no stage does '{step}'", where=recipe.path, hint=hint)
    found: dict[str, Any] = {}
    for key, value in settings(filter(None, (point or "").split(","))).items():
        if key not in POINT:
            raise UsageError(f"'{key}' is no part of a point", where="--point", hint=", ".join(POINT))
        found[f"{stages['bottleneck']}.point.{key}"] = value
    if budget is not None:
        if "compute_plan" not in stages:
            raise UsageError("the recipe has no compute_plan stage", where="--budget", hint="add one")
        found[f"{stages['compute_plan']}.budget"] = budget
    if prices is not None:
        for step in ("bottleneck", "bottleneck_report"):
            if step in stages:
                found[f"{stages[step]}.prices"] = prices
    return found


def summary(results: dict[str, Any]) -> list[str]:
    """The answer in a few lines."""
    a, check = results["bottleneck"], results["scaling_law"]["check"]
    p, dropped = a["point"], results["scaling_law"]["dropped"]
    lines = [
        f"bottleneck: {a['verdict']} ({a['why']})",
        f"at {p['parameters']:,.0f} parameters, {p['rows']:,.0f} rows, {p['epochs']:g} epochs: "
        f"loss {_span(a['loss'])}, {a['here']['flop']:.3g} FLOP",
    ]
    for row in a["doublings"]:
        cost = row["cost"]
        rows = f", {row['new_rows']:,.0f} further rows (${cost['row_dollars']:.2f})" if row["new_rows"] else ""
        lines.append(
            f"  twice the {row['doubled']:<8} loss -{_span(row['gain'])}  {row['flop']:.3g} FLOP, "
            f"{cost['hours']:.2g} h or ${cost['dollars']:.2g} on {a['device']}, {cost['core_hours']:.2g} core-h here"
            f"{rows}"
        )
    lines.append(
        f"law off by {check['error'] * 100:.0f} % on {check['points']} held-out cells; nearest cell "
        f"{check['nearest'] * 100:.0f} %, power law of compute {check['power_law'] * 100:.0f} %"
    )
    if dropped:
        lines.append(f"dropped, beyond the budget: {'; '.join(dropped)}")
    return lines


def _span(found: dict[str, float]) -> str:
    return f"{found['mean']:.3g} [{found['low']:.3g}, {found['high']:.3g}]"
