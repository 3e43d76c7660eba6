"""`seedbed curate`: a collection in, a dataset with a reason for every row out; other thresholds; withdrawals."""

from __future__ import annotations

from typing import Any

import click

from seedbed.cli.common import emit, say, settings, shared
from seedbed.errors import PartialError, UsageError


class OrInputs(click.Group):
    """`seedbed curate withdraw ...`, or else inputs: `seedbed curate docs.jsonl.gz --recipe ...`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "inputs", inputs, args

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["inputs", *args]
        return super().parse_args(ctx, args)


@click.group(
    "curate",
    cls=OrInputs,
    invoke_without_command=True,
    options_metavar="INPUT... --recipe FILE --out FOLDER",
    subcommand_metavar="",
    epilog="Example: seedbed curate docs.jsonl.gz --recipe recipes/web_text.yaml --out data/clean; "
    "seedbed curate data/clean --recipe recipes/web_text.yaml --set rules.gopher_quality.words.least=20; "
    "seedbed curate withdraw someone@example.com --data data/clean --search runs",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Read, measure, deduplicate and filter a collection; every row keeps its reason (seedbed view DATA --dropped).

    \b
    INPUT: files, folders, globs or URLs (WARC, WET, Parquet, JSON lines, CSV, WebDataset, images, HF folders);
    or one curated dataset, without --out: then only the decisions are made again.
    `seedbed curate withdraw SUBJECT --data DATA` removes a person's rows.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("inputs", hidden=True)
@click.argument("given", nargs=-1, required=True, metavar="INPUT...")
@click.option("--recipe", required=True, metavar="FILE", help="What is measured and decided.")
@click.option("--out", metavar="FOLDER", help="Folder of the dataset.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="duplicates.near.similarity=0.8")
@click.option("--engine", default="local", help="local, daft or ray.")
@click.option("--workers", type=click.IntRange(min=0), help="Worker processes (default: one a core; 0: none).")
@shared
def inputs(
    given: tuple[str, ...], recipe: str, out: str | None, changes: tuple[str, ...], engine: str, workers: int | None,
    as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Curate INPUT into the dataset --out; run it again to go on after an interruption."""
    from seedbed.run.curate.curation import QUARANTINE, curate, decide_again
    from seedbed.run.progress import Progress

    told = Progress(progress)
    if out is None:
        if len(given) != 1:
            raise UsageError("--out is missing", where="curate", hint="give the folder of the new dataset")
        made = decide_again(given[0], recipe, set=settings(changes), progress=told)
        out = given[0]
    else:
        made = curate(list(given), recipe, out, set=settings(changes), engine=engine, workers=workers, progress=told)
    if as_json:
        emit({"path": out, **made.results})
    else:
        for line in summary(made.results):
            click.echo(line)
    say(f"wrote {out}/curation.json and report.html; look at dropped rows: seedbed view {out} --dropped")
    if made.quarantined:
        raise PartialError(
            f"{made.quarantined} records could not be read",
            where=f"{out}/{QUARANTINE}",
            hint="every other row is there; the reasons are in that file",
        )


def summary(results: dict[str, Any]) -> list[str]:
    """What a person wants to know first."""
    rows = results["rows"]
    share = f" ({100 * results['kept'] / rows:.1f} %)" if rows else ""
    lines = [f"{rows:,} rows, {results['kept']:,} kept{share}"]
    lines += [
        f"  {r['first']:>9,} {r['reason']:<34} (breaks it: {r['rows']:,}; nothing else would drop: {r['alone']:,})"
        for r in sorted(results["reasons"], key=lambda r: -r["first"])
        if r["rows"]
    ]
    planted = results.get("planted")
    if planted:
        recall = ", ".join(f"{100 * float(rate):g} % edits {p['recall']:.2f}" for rate, p in planted["recall"].items())
        lines.append(f"planted copies found: {recall}; pairs that are right: {planted['precision']}")
    for flag in results["flags"][:5]:
        lines.append(
            f"look: {flag['reason']} drops {100 * flag['share']:.1f} % of {flag['group']} '{flag['level']}', "
            f"{100 * flag['elsewhere']:.1f} % elsewhere"
        )
    return lines


@command.command("withdraw")
@click.argument("subject")
@click.option("--data", "datasets", multiple=True, required=True, metavar="DATASET", help="Datasets to remove from.")
@click.option("--search", multiple=True, metavar="FOLDER", help="Where runs and datasets made from them may be.")
@shared
def withdraw(subject: str, datasets: tuple[str, ...], search: tuple[str, ...], as_json: bool, progress: str) -> None:
    """Remove SUBJECT's rows (e-mail, subject id, domain, URL or row id) and list what was made from them.

    Example: seedbed curate withdraw someone@example.com --data data/clean --search runs
    """
    from seedbed.run.curate.withdraw import withdraw as remove

    found = remove(subject, list(datasets), list(search))
    if as_json:
        emit(found)
    else:
        for item in found["datasets"]:
            click.echo(f"{item['path']}: {item['removed']} rows removed")
        for item in found["downstream"]:
            click.echo(f"  made from it: {item['kind']} {item['path']}")
    if not found["removed"]:
        raise UsageError(f"no row is known by '{subject}'", where="withdraw", hint="give an e-mail, id, domain or URL")
