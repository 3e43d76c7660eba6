"""`seedbed view`: look at a dataset."""

from __future__ import annotations

from typing import Any

import click

from seedbed.cli.common import emit, say, shared


@click.command("view", epilog="Example: seedbed view data/a --where \"category == 'mug'\" --sheet mugs.png")
@click.argument("path")
@click.option("--where", default="", metavar="SLICE", help="Only rows in this slice.")
@click.option("--rows", type=click.IntRange(1, 400), default=8, show_default=True, help="How many rows.")
@click.option("--sheet", metavar="FILE", help="Write the images as a contact sheet (PNG).")
@click.option("--dropped", is_flag=True, help="Of a curated dataset: rows that were dropped, with their reasons.")
@click.option("--questions", is_flag=True, help="Show questions, programs and captions, in the sheet too.")
@shared
def command(
    path: str, where: str, rows: int, sheet: str | None, dropped: bool, questions: bool, as_json: bool, progress: str
) -> None:  # fmt: skip
    """Show what the dataset in PATH holds, and its first rows."""
    from seedbed.dataset import Dataset

    whole = Dataset(path)
    dataset = whole.where(where) if where else whole
    plain = [name for name in dataset.schema.names if _plain(dataset.schema.field(name).type)]
    if dropped:
        dataset = _dropped(dataset, path)
    if questions:
        _questions(dataset, path, rows, sheet, as_json)
        return
    shown = dataset.take(range(min(rows, len(dataset))), plain).to_pylist()
    if as_json:
        emit(
            {
                "path": path,
                "rows": len(dataset),
                "columns": {f.name: str(f.type) for f in dataset.schema},
                "first": shown,
            }
        )
    else:
        click.echo(f"{len(dataset):,} rows, {len(dataset.schema)} columns: {', '.join(dataset.schema.names)}")
        for row in shown:
            names = ("reason", "id", "source", "url", "text") if dropped else _telling(row)
            click.echo("  " + "  ".join(_short(row[n]) for n in names if row.get(n) is not None))
    if sheet:
        _write_sheet(dataset.take(range(min(rows, len(dataset))), ["image"]), sheet)
        say(f"wrote {sheet}")


def _dropped(dataset: Any, path: str) -> Any:
    """The rows that are not kept; how many there are of each reason goes to stderr."""
    from collections import Counter

    from seedbed.errors import UsageError

    if "reason" not in dataset.schema.names:
        raise UsageError("nothing was dropped from it", where=path, hint="--dropped is for datasets of seedbed curate")
    found = dataset.where("keep == False")
    for reason, count in Counter(found.table(["reason"])["reason"].to_pylist()).most_common():
        say(f"{count:>9,}  {reason}")
    return found


def _questions(dataset: Any, path: str, rows: int, sheet: str | None, as_json: bool) -> None:
    from pathlib import Path

    from seedbed.dataset.files import explained
    from seedbed.document.question_sheet import lines_of, question_sheet
    from seedbed.errors import UsageError

    names = [name for name in ("id", "image", "questions", "captions") if name in dataset.schema.names]
    if not {"questions", "captions"} & set(names):
        raise UsageError(
            "there are no questions", where=path, hint="make some: seedbed generate ... --questions default"
        )
    shown = [row for row in dataset.take(range(min(rows, len(dataset))), names).to_pylist() if row["image"]]
    if as_json:
        emit({"path": path, "rows": [{k: v for k, v in row.items() if k != "image"} for row in shown]})
    else:
        for row in shown:
            click.echo("\n".join([row["id"], *(f"  {text}" for text, _ in lines_of(row))]))
    if sheet:
        if not shown:
            raise UsageError("no row to show", where="--sheet", hint="loosen --where")
        with explained(Path(sheet)):
            Path(sheet).write_bytes(question_sheet(shown))
        say(f"wrote {sheet}")


def _plain(kind: Any) -> bool:
    import pyarrow as pa

    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _short(value: Any) -> str:
    """A value on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 120 else text[:119] + "…"


def _telling(row: dict[str, Any]) -> list[str]:
    """The columns that say something about a row at a glance."""
    dull = ("world", "version", "seed", "index", "source", "licence", "consent")
    return [name for name in row if name not in dull and row[name] is not None]


def _write_sheet(table: Any, path: str) -> None:
    from pathlib import Path

    import numpy as np

    from seedbed.dataset.files import explained
    from seedbed.dataset.images import decode, encode
    from seedbed.errors import UsageError

    images = [decode(data) for data in table["image"].to_pylist()]
    if not images:
        raise UsageError("no row to show", where="--sheet", hint="loosen --where")
    across = min(len(images), 10)
    blank = np.full_like(images[0], 255)
    images += [blank] * (-len(images) % across)
    lines = [np.concatenate(images[k : k + across], axis=1) for k in range(0, len(images), across)]
    with explained(Path(path)):
        Path(path).write_bytes(encode(np.concatenate(lines)))
