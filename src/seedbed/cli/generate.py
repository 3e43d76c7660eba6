"""`seedbed generate`: make a dataset."""

from __future__ import annotations

import click

from seedbed.cli.common import emit, say, settings, shared
from seedbed.errors import PartialError, UsageError

# settings that are arguments of `generate` itself; every other one is an option of the world
OWN = ("design", "questions", "questions_per_row", "captions", "first")


@click.command(
    "generate",
    epilog="Example: seedbed generate tabletop --rows 100 --out data/a --questions default --captions dense,alt",
)
@click.argument("world")
@click.option("--rows", type=int, required=True, help="How many rows.")
@click.option("--out", required=True, metavar="FOLDER", help="Folder of the dataset.")
@click.option("--seed", type=int, default=0, show_default=True, help="The seed of every row.")
@click.option("--where", default="", metavar="SLICE", help="Only rows in this slice.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="An option of the world, or design, questions_per_row, first.",
)
@click.option("--questions", metavar="FAMILIES", help="`default`, or a YAML file of question families.")
@click.option("--captions", metavar="STYLES", help="With commas: alt, dense, facts, relational.")
@click.option("--strict", is_flag=True, help="Exit 3 when the questions' certificate fails.")
@click.option("--engine", default="local", help="local, daft or ray.")
@shared
def command(
    world: str, rows: int, out: str, seed: int, where: str, changes: tuple[str, ...], questions: str | None,
    captions: str | None, strict: bool, engine: str, as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Make a balanced dataset of WORLD. Running it again on an unfinished folder goes on."""
    from seedbed.dataset.files import read_json
    from seedbed.run.generate import CERTIFICATE, failures, generate
    from seedbed.run.language import summary_of
    from seedbed.run.progress import Progress

    wanted = settings(changes)
    own = {key: wanted.pop(key) for key in OWN if key in wanted}
    for name, value in (("questions", questions), ("captions", captions)):
        if value is not None:
            own[name] = value
    if not isinstance(own.get("design", {}), dict):
        raise UsageError("design is not a mapping", where="--set design", hint="write --set 'design={skew: ...}'")
    made = generate(
        world,
        rows=rows,
        out=out,
        seed=seed,
        where=where,
        engine=engine,
        strict=strict,
        progress=Progress(progress),
        **own,
        **wanted,
    )
    lineage = made.lineage
    broken = failures(made)
    certified = read_json(made.path / CERTIFICATE).get("questions")
    if as_json:
        emit(
            {
                "folder": str(made.path),
                "rows": len(made),
                "fingerprint": lineage["fingerprint"],
                "columns": made.schema.names,
                "errors": broken,
                "questions": certified,
            }
        )
    else:
        say(f"wrote {len(made):,} rows to {out} (fingerprint {lineage['fingerprint'][:12]}); look: seedbed view {out}")
        if certified:
            say(summary_of(certified))
    if broken:
        raise PartialError(f"some rows could not be made: {broken[0]}", where=out, hint="see the column error")
