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
    help="coco, yolo, clevr, vqa, chat, webdataset, huggingface, croissant, gltf, passes, credentials, "
    "credentials-sidecar.",
)
@click.option("--out", required=True, metavar="FOLDER", help="A new or empty folder.")
@click.option(
    "--use",
    "uses",
    multiple=True,
    metavar="USE",
    help="What the export is for, such as research; may be given again. Needed where DATASET has a use policy.",
)
@click.option("--override", metavar="'NAME: REASON'", help="Go on although the use is refused; this is recorded.")
@shared
def command(
    dataset: str, form: str, out: str, uses: tuple[str, ...], override: str | None, as_json: bool, progress: str
) -> None:
    """Write DATASET in another tool's format. Its rows are not changed; its use policy is checked and goes along."""
    from seedbed.run.export import export

    written = export(dataset, to=form, out=out, use=uses, override=override)
    if as_json:
        emit({"format": form, "folder": out, "uses": list(uses), **written})
        return
    counts = ", ".join(f"{value:,} {name}" for name, value in written.items() if isinstance(value, int))
    say(f"wrote {counts} to {out}")
    for name, items in written.items():
        if isinstance(items, dict) and items:
            say(f"{name.replace('_', ' ')}: {', '.join(f'{key} ({value})' for key, value in items.items())}")
    if override is not None:
        say(f"the override is recorded in {dataset}/overrides.jsonl and {out}/overrides.jsonl")
