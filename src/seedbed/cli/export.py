"""`seedbed export`: a dataset in the format of another tool."""

from __future__ import annotations

import click

from seedbed.cli.common import emit, say, shared


@click.command("export", epilog="Example: seedbed export data/a --to coco --out data/a-coco")
@click.argument("dataset")
@click.option(
    "--to",
    "form",
    required=True,
    metavar="FORMAT",
    help="coco, yolo, clevr, vqa, chat, webdataset, huggingface, gltf, passes.",
)
@click.option("--out", required=True, metavar="FOLDER", help="A new or empty folder.")
@shared
def command(dataset: str, form: str, out: str, as_json: bool, progress: str) -> None:
    """Write DATASET in another tool's format. The dataset is not changed."""
    from seedbed.run.export import export

    written = export(dataset, to=form, out=out)
    if as_json:
        emit({"format": form, "folder": out, **written})
        return
    counts = ", ".join(f"{value:,} {name}" for name, value in written.items())
    say(f"wrote {counts} to {out}")
