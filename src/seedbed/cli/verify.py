"""`seedbed verify`: is it still what its lineage says?"""

from __future__ import annotations

from pathlib import Path

import click

from seedbed.cli.common import emit, say, shared
from seedbed.errors import GateError, UsageError


def _share(context: click.Context, parameter: click.Parameter, value: str) -> float:
    try:
        return float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError:
        raise UsageError(f"sample is {value}", where="--sample", hint="give a share such as 0.01 or 1%") from None


@click.command("verify", epilog="Example: seedbed verify data/a --sample 1%")
@click.argument("path")
@click.option("--sample", default="2%", show_default=True, callback=_share, help="Rows to make again: 0.01 or 1%.")
@click.option("--repair", is_flag=True, help="First walk a damaged dataset back to its newest whole version.")
@click.option("--pixels", is_flag=True, help="Instead derive the answers of its questions again from its own buffers.")
@shared
def command(path: str, sample: float, repair: bool, pixels: bool, as_json: bool, progress: str) -> None:
    """Check the dataset or run in PATH: hashes are compared, and a sample of rows is made again."""
    from seedbed.dataset import store
    from seedbed.run.verify import verify

    if pixels:
        _from_pixels(path, as_json)
        return
    if repair:
        version = store.repair(Path(path))
        say(f"{path} is at version {version}")
    verdict = verify(path, sample=sample)
    if as_json:
        emit(verdict.to_dict())
    else:
        facts = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in verdict.checked.items() if isinstance(v, int))
        click.echo(f"{verdict.kind} {path}: {'verified' if verdict.ok else 'NOT as recorded'} ({facts})")
        if "comparison" in verdict.checked:
            click.echo(f"  compared: {verdict.checked['comparison']}")
        for fault in verdict.faults:
            click.echo(f"  {fault}")
    if not verdict.ok:
        raise GateError(f"{len(verdict.faults)} differences", where=path, hint="run the recipe again to make it anew")


def _from_pixels(path: str, as_json: bool) -> None:
    from seedbed.run.recheck import recheck_dataset

    found = recheck_dataset(path)
    if as_json:
        emit(found)
    else:
        click.echo(
            f"{path}: {found['agree']:,} answers agree, {found['disagree']:,} do not, {found['undecided']:,} undecided"
        )
        for name, counts in found["families"].items():
            if counts.get("disagree"):
                click.echo(f"  {name}: {counts['disagree']} of {sum(counts.values())} disagree")
        for row in found["rows_that_disagree"][:10]:
            click.echo(f"  {row}")
    if found["disagree"]:
        raise GateError(f"{found['disagree']} answers are not what the pixels show", where=path)
