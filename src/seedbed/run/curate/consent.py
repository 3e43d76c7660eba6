"""Opt-outs and block lists: at reading, and again whenever a dataset is decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from seedbed.dataset.credentials import training_label
from seedbed.errors import UsageError
from seedbed.run.curate.recipe import Curation

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

LABELS = ("robots", "x-robots-tag", "tdm-reservation", "tdm_reservation")  # keys of `meta` that may refuse


def with_subject(table: pa.Table) -> pa.Table:
    """The rows with the column subject: an opaque id of whom the row is about or by, from the record's own field."""
    return table.append_column("subject", from_meta(table, ("subject",))["subject"])


def from_meta(table: pa.Table, keys: Sequence[str]) -> dict[str, pa.Array]:
    """Fields of the records' `meta` as text, null where a record has none; it is read only where a key's name is."""
    found: dict[str, list[str | None]] = {key: [] for key in keys}
    for text in table["meta"].to_pylist():
        named = text is not None and any(f'"{key}"' in text for key in keys)
        known = json.loads(text) if named else {}
        for key, values in found.items():
            values.append(None if known.get(key) is None else str(known[key]))
    return {key: pa.array(values, pa.string()) for key, values in found.items()}


def opted_out(table: pa.Table, recipe: Curation, root: str) -> pa.Array:
    """The opt-out that holds for each row (`opt_out.domain`...), null where none is known.

    Labels that came with a record (robots, tdm-reservation, a picture's content credentials) are honoured always,
    lists where the recipe names them.
    """
    columns: dict[str, Any] = {"url": table["url"], "subject": table["subject"], **from_meta(table, LABELS)}
    if "credentials" in table.column_names and table["credentials"].null_count < len(table):
        told = [training_label(text) for text in table["credentials"].to_pylist()]
        columns["training-mining"] = pa.array(told, pa.string())
    paths = tuple(paths_of(recipe.opt_out, root))
    rules = _opt_out(paths, tuple(recipe.agents), _written(paths))
    found: pa.Array = rules.decide(pa.table(columns))
    return found


@lru_cache(maxsize=4)
def _opt_out(paths: tuple[str, ...], agents: tuple[str, ...], written: tuple[int, ...]) -> Any:
    from seedbed.curate.consent.opt_out import OptOut

    return OptOut.load(list(paths), agents=agents)


def _written(paths: tuple[str, ...]) -> tuple[int, ...]:
    """When the lists were last written: a list that has changed is read again."""
    files = [f for path in map(Path, paths) for f in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return tuple(file.stat().st_mtime_ns for file in files if file.exists())


def paths_of(names: Sequence[str], root: str | Path) -> list[str]:
    """Paths of a recipe, which start from its folder."""
    return [str(Path(root) / name) for name in names]


def refused_columns(dataset: Dataset, recipe: Curation, home: Path) -> pa.Table:
    """opt_out and listed as the lists say today: a refusal that came after reading holds too."""
    from seedbed.curate.lists import BlockList

    names = [n for n in ("url", "subject", "meta", "opt_out") if n in dataset.schema.names]
    listed = BlockList(paths_of(recipe.lists, home)) if recipe.lists else None
    refused: list[str | None] = []
    blocked: list[str | None] = []
    for table in dataset.stream(names, batch_size=8192):
        now = opted_out(table, recipe, str(home)).to_pylist()
        refused += [a or b for a, b in zip(table["opt_out"].to_pylist(), now)]
        if listed is not None:
            blocked += listed.run(table)["listed"].to_pylist()
    made = {"opt_out": pa.array(refused, pa.string())}
    if listed is not None:
        made["listed"] = pa.array(blocked, pa.string())
    return pa.table(made)


def stamps(recipe: Curation, home: Path) -> dict[str, str]:
    """The hash of every list that a recipe names; UsageError for one that is not there."""
    from seedbed.lineage import digest, file_digest

    found = {}
    for name in [*recipe.opt_out, *recipe.lists]:
        path = home / name
        if not path.exists():
            raise UsageError("no such list", where=name, hint=f"paths in a recipe start from {home}")
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found[name] = digest([[f.name, file_digest(f)] for f in files])
    return found
