"""`seedbed verify`: is it still what its lineage, or its content credentials, say?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from seedbed.cli.common import emit, say, shared
from seedbed.errors import GateError, UsageError

STATES = {
    "valid": "valid: as it was signed, by a signer that you trust",
    "untrusted": "intact: as it was signed, by a certificate that nobody vouches for here (untrusted)",
    "invalid": "INVALID: not as it was signed",
    "unreadable": "INVALID: its credentials cannot be read",
    "remote": "credentials are kept at another address, which was not visited",
    "none": "no credentials: nothing is said of it, so nothing was checked",
}


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
@click.option("--trust", metavar="FILE", help="Of an image: certificates (PEM) of signers that you trust.")
@shared
def command(
    path: str, sample: float, repair: bool, pixels: bool, trust: str | None, as_json: bool, progress: str
) -> None:
    """Check the dataset or run in PATH: hashes are compared, and a sample of rows is made again.

    Of an image file the content credentials (C2PA) are checked, and pictures of Seedbed's are made again.
    """
    from seedbed.dataset import store
    from seedbed.run.verify import verify

    if Path(path).is_file():
        if repair or pixels:
            raise UsageError("--repair and --pixels are of datasets", where=path, hint="give a dataset's folder")
        _credentials(path, trust, sample > 0, as_json)
        return
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


def _credentials(path: str, trust: str | None, again: bool, as_json: bool) -> None:
    from seedbed.run.credentials import check, trusted

    found = check(path, anchors=trusted(trust), again=again)
    if as_json:
        emit(found)
    else:
        click.echo(f"{path}: {STATES[found['state']]}")
        for name, value in _said(found):
            click.echo(f"  {name}: {value}")
    if not found["ok"]:
        raise GateError("not as it was signed", where=path, hint="do not rely on what its credentials say")


def _said(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What credentials say, as lines (name, value); empty where nothing is said."""
    origin = found["origin"]
    issued = f" (issued by {found['issuer']})" if found["issuer"] else ""
    lines = [
        ("signer", f"{found['signer']}{issued}" if found["signer"] else ""),
        ("signed", found["signed"]),
        ("generator", found["generator"]),
        *(("action", " ".join((a["action"], a.get("source_type", "").rpartition("/")[2]))) for a in found["actions"]),
        (
            "origin",
            ", ".join(f"{k} {origin[k]}" for k in ("world", "version", "seed", "index", "licence") if k in origin),
        ),
        ("made again", found["made_again"] or ""),
        ("training", ", ".join(f"{name} {use}" for name, use in found["training"].items())),
        ("kept in", found["place"]),
        *(("reason", reason) for reason in found["reasons"]),
    ]
    return [(name, " ".join(_plain(str(value)).split())) for name, value in lines if value]


def _plain(text: str) -> str:
    """Without characters that could steer a terminal: a stranger wrote this."""
    return "".join(c if c.isprintable() else " " for c in text)


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
