"""`seedbed label`: labels from labelling functions, without a labeller."""

from __future__ import annotations

from typing import Any

import click

from seedbed.cli.common import emit, say, shared


@click.command(
    "label",
    epilog="Example: seedbed label data/a --functions docs/examples/color_rules.py --labels red,green,blue,yellow "
    "--gold color --column weak",
)
@click.argument("dataset")
@click.option("--functions", required=True, metavar="FILE", help="A Python file of labelling functions and prompts.")
@click.option("--labels", required=True, metavar="A,B,C", help="What they may answer.")
@click.option("--gold", metavar="COLUMN", help="Known labels to compare with; the functions do not see them.")
@click.option("--method", default="dawid_skene", help="dawid_skene or majority.")
@click.option("--abstain-below", default=0.6, help="No label for rows with less confidence.", show_default=True)
@click.option("--column", metavar="NAME", help="Add NAME, NAME.confidence and NAME.probabilities to the dataset.")
@click.option("--out", metavar="FOLDER", help="Write label.json and report.html.")
@shared
def command(
    dataset: str, functions: str, labels: str, gold: str | None, method: str, abstain_below: float, column: str | None,
    out: str | None, as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Label the rows of DATASET by rules that may be wrong or silent, weighed by how they agree.

    Prints each function's coverage, overlap, conflict and accuracy. Nothing is stored without --column or --out.
    """
    from seedbed.run.label import label

    names = [name.strip() for name in labels.split(",") if name.strip()]
    found = label(
        dataset, functions, names, gold=gold, method=method, abstain_below=abstain_below, column=column, out=out
    )
    if as_json:
        emit(found.results)
    else:
        for line in summary(found.results):
            click.echo(line)
    if column:
        say(f"added {column} to {dataset}; rows without a label: seedbed view {dataset} --where '{column} == none'")
    if out:
        say(f"wrote {out}/label.json and report.html")
    if not column and not out:
        say("nothing is stored; add --column weak to keep the labels")


def summary(results: dict[str, Any]) -> list[str]:
    """The functions' table and the comparison."""
    lines = [f"{'function':<24} {'coverage':>8} {'overlap':>8} {'conflict':>8} {'learned':>8}  against gold"]
    for one in results["functions"]:
        learned = f"{100 * one['learned_accuracy']:7.1f}%" if "learned_accuracy" in one else f"{'-':>8}"
        shares = " ".join(f"{100 * one[key]:7.1f}%" for key in ("coverage", "overlap", "conflict"))
        lines.append(f"{one['function']:<24} {shares} {learned}  {_rate(one.get('accuracy'))}")
    share = 100 * results["labelled"] / max(1, results["rows"])
    lines.append(f"{results['labelled']:,} of {results['rows']:,} rows have a label ({share:.1f} %)")
    for name, one in results.get("compared", {}).items():
        sure = "" if one["mean_confidence"] is None else f", mean confidence {100 * one['mean_confidence']:.1f} %"
        lines.append(f"{name}: right on {_rate(one['accuracy'])} of {100 * one['labelled']:.1f} % of rows{sure}")
    return [*lines, *(f"note: {note}" for note in results["notes"])]


def _rate(rate: dict[str, Any] | None) -> str:
    if rate is None or rate["mean"] is None:
        return "-"
    return f"{100 * rate['mean']:.1f} % [{100 * rate['low']:.1f}, {100 * rate['high']:.1f}] n = {rate['n']}"
