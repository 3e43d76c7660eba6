"""`seedbed curate`: a collection in, a dataset with a reason for every row out; other thresholds; withdrawals."""

from __future__ import annotations

from typing import Any

import click

from seedbed.cli.common import emit, say, settings, shared
from seedbed.errors import PartialError, UsageError


@click.command(
    "curate",
    epilog="Example: seedbed curate docs.jsonl.gz --recipe recipes/web_text.yaml --out data/clean; "
    "seedbed curate data/clean --recipe recipes/web_text.yaml --set rules.gopher_quality.words.least=20; "
    "seedbed curate withdraw someone@example.com --data data/clean --search runs",
)
@click.argument("given", nargs=-1, required=True, metavar="INPUT...")
@click.option("--recipe", metavar="FILE", help="What is measured and decided.")
@click.option("--out", metavar="FOLDER", help="Folder of the new dataset; without it INPUT is decided again.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the recipe: quality.least=0.4")
@click.option("--engine", default="local", help="local, daft or ray.")
@click.option("--workers", type=click.IntRange(min=0), help="Worker processes (default: one a core; 0: none).")
@click.option("--data", "datasets", multiple=True, metavar="DATASET", help="withdraw: datasets to remove rows from.")
@click.option("--search", multiple=True, metavar="FOLDER", help="withdraw: where runs and datasets made of it may be.")
@shared
def command(
    given: tuple[str, ...], recipe: str | None, out: str | None, changes: tuple[str, ...], engine: str,
    workers: int | None, datasets: tuple[str, ...], search: tuple[str, ...], as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Read, measure, deduplicate and filter a collection; every row keeps its reason (seedbed view DATA --dropped).

    \b
    INPUT: files, folders, globs or URLs (WARC, WET, Parquet, JSON lines, CSV, WebDataset, pictures, HF folders);
    or one curated dataset, without --out: then only the decisions are made again;
    or `withdraw SUBJECT` (e-mail, subject id, domain, URL or row id) with --data: that person's rows are removed.
    """
    if given[0] == "withdraw":
        _withdraw(given[1:], datasets, search, as_json)
        return
    if datasets or search:
        raise UsageError(
            "--data and --search belong to withdraw", where="curate", hint="curate withdraw SUBJECT --data D"
        )
    if recipe is None:
        raise UsageError("--recipe is missing", where="curate", hint="for example recipes/web_text.yaml")
    _curate(given, recipe, out, settings(changes), engine, workers, as_json, progress)


def _curate(
    given: tuple[str, ...], recipe: str, out: str | None, changes: dict[str, Any], engine: str, workers: int | None,
    as_json: bool, progress: str,
) -> None:  # fmt: skip
    from seedbed.run.curate.curation import QUARANTINE, curate, decide_again
    from seedbed.run.progress import Progress

    told = Progress(progress)
    if out is None:
        if len(given) != 1:
            raise UsageError("--out is missing", where="curate", hint="give the folder of the new dataset")
        made, out = decide_again(given[0], recipe, set=changes, progress=told), given[0]
    else:
        made = curate(list(given), recipe, out, set=changes, engine=engine, workers=workers, progress=told)
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


def _withdraw(words: tuple[str, ...], datasets: tuple[str, ...], search: tuple[str, ...], as_json: bool) -> None:
    from seedbed.run.curate.withdraw import withdraw

    if len(words) != 1 or not datasets:
        hint = "seedbed curate withdraw someone@example.com --data data/clean"
        raise UsageError("one subject and --data are needed", where="withdraw", hint=hint)
    found = withdraw(words[0], list(datasets), list(search))
    if as_json:
        emit(found)
    else:
        for item in found["datasets"]:
            click.echo(f"{item['path']}: {item['removed']} rows removed")
        for item in found["downstream"]:
            click.echo(f"  made from it: {item['kind']} {item['path']}")
    if not found["removed"]:
        raise UsageError("no row is known by this subject", where="withdraw", hint="an e-mail, id, domain or URL")
    say("so that it is not collected again, add it to an opt-out list (docs/privacy.md)")
