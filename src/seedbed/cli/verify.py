"""`seedbed verify`: is it still what its lineage says?"""

from __future__ import annotations

from pathlib import Path

import click

from seedbed.cli.common import emit, say, shared
from seedbed.errors import GateError


@click.command("verify", epilog="Example: seedbed verify runs/loop --sample 0.01")
@click.argument("path")
@click.option("--sample", type=float, default=0.02, show_default=True, help="Share of rows to make again.")
@click.option("--repair", is_flag=True, help="First walk a damaged dataset back to its newest whole version.")
@shared
def command(path: str, sample: float, repair: bool, as_json: bool, progress: str) -> None:
    """Check the dataset or run in PATH: hashes are compared, and a sample of rows is made again."""
    from seedbed.dataset import store
    from seedbed.run.verify import verify

    if repair:
        version = store.repair(Path(path))
        say(f"{path} is at version {version}")
    verdict = verify(path, sample=sample)
    if as_json:
        emit(verdict.to_dict())
    else:
        facts = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in verdict.checked.items() if isinstance(v, int))
        click.echo(f"{verdict.kind} {path}: {'verified' if verdict.ok else 'NOT as recorded'} ({facts})")
        for fault in verdict.faults:
            click.echo(f"  {fault}")
    if not verdict.ok:
        raise GateError(f"{len(verdict.faults)} differences", where=path, hint="run the recipe again to make it anew")
