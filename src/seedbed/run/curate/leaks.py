"""Rows that are in an evaluation set: texts that share runs of 13 words, images with near hashes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seedbed.run.curate.recipe import Curation

if TYPE_CHECKING:
    from seedbed.dataset import Dataset


def leak_column(dataset: Dataset, recipe: Curation, home: Path) -> tuple[pa.Table, dict[str, Any]]:
    """leak_of: the id of the evaluation row that a row shares a run with, null where there is none; and figures."""
    held = held_out([home / name if not Path(name).is_absolute() else Path(name) for name in recipe.duplicates.against])
    found: list[str | None] = [None] * len(dataset)
    if any(held["text"].to_pylist()):
        _texts(dataset, held, found)
    if "phash" in dataset.schema.names:
        _images(dataset, held, found, recipe)
    leaked = [row for row in found if row is not None]
    facts = {
        "evaluation_rows": held.num_rows,
        "rows_that_share": len(leaked),
        "evaluation_rows_found": len(set(leaked)),
    }
    return pa.table({"leak_of": pa.array(found, pa.string())}), facts


def held_out(paths: list[Path]) -> pa.Table:
    """Every row of the evaluation sets, which must fit in memory; ids, texts, images."""
    from seedbed.dataset.readers import parts_of, read

    tables = [t.select(["id", "text", "image"]) for part in parts_of(paths) for t in read(part)]
    schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("image", pa.binary())])
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _texts(dataset: Dataset, held: pa.Table, found: list[str | None]) -> None:
    from seedbed.curate.duplicates.contamination import Runs

    runs = Runs([t or "" for t in held["text"].to_pylist()])
    ids = held["id"].to_pylist()
    place = 0
    for table in dataset.stream(["text"]):
        _, whose = runs.shared(table["text"])
        for row in np.flatnonzero(whose >= 0).tolist():
            found[place + row] = ids[int(whose[row])]
        place += table.num_rows


def _images(dataset: Dataset, held: pa.Table, found: list[str | None], recipe: Curation) -> None:
    from seedbed.curate.images.near import near_pairs
    from seedbed.curate.images.perceptual_hash import hashes

    theirs = hashes(held["image"].to_pylist())
    ours = dataset.table(["phash"])["phash"].combine_chunks()
    mine, other = (np.flatnonzero(np.asarray(column.is_valid())) for column in (ours, theirs))
    both = np.concatenate([ours.drop_null().to_numpy(), theirs.drop_null().to_numpy()]).astype(np.uint64)
    distance = recipe.duplicates.images.distance if recipe.duplicates.images else 6
    left, right, _ = near_pairs(both, distance)
    across = (left < len(mine)) & (right >= len(mine))
    ids = held["id"].to_pylist()
    for a, b in zip(left[across].tolist(), right[across].tolist()):
        if found[mine[a]] is None:
            found[mine[a]] = ids[other[b - len(mine)]]
