"""Croissant: `croissant.json` and one Parquet file, for `mlcroissant.Dataset(jsonld=...).records("rows")`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from seedbed.dataset import store
from seedbed.dataset.files import read_json, write_json
from seedbed.dataset.policy import policy_of
from seedbed.dataset.writers import write_parquet
from seedbed.document.croissant import About, File, data_type, describe, left_out
from seedbed.lineage import file_digest
from seedbed.registry import register
from seedbed.run.export.base import BATCH, Exporter, without_errors

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

DATA, ABOUT = "data.parquet", "croissant.json"


@register("exporter", "croissant")
class Croissant(Exporter):
    """Every flat column; pictures as the bytes that the dataset holds. Nested columns are named with a reason."""

    needs = ()

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        flat = [f.name for f in dataset.schema if data_type(f.type) is not None]
        made = without_errors(dataset)
        count = write_parquet(_tables(made, flat), folder / DATA)
        data = folder / DATA
        file = File(DATA, file_digest(data), data.stat().st_size)
        results = dataset.path / "curation.json"
        about = About(
            dataset.path.name or "dataset", dataset.version, store.committed_at(dataset.path), policy_of(dataset.path),
            read_json(results) if results.is_file() else {},
        )  # fmt: skip
        write_json(folder / ABOUT, describe(made, file, about))
        return {"rows": count, "fields": len(flat), "columns_left_out": left_out(dataset.schema)}


def _tables(dataset: Dataset, columns: list[str]) -> Iterator[pa.Table]:
    yield dataset.schema.empty_table().select(columns)  # so that an empty dataset has its columns too
    yield from dataset.batches(columns, batch_size=BATCH)
