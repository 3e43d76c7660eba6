"""Exact copies of images within a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.registry import register


@register("operator", "exact_duplicates")
class ExactDuplicates(Operator):
    """duplicate_of: the id of the first row with the same image bytes, null for rows that are the first."""

    reads = ("id", "image")
    writes = ("duplicate_of",)
    whole = True

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        first: dict[bytes, str] = {}
        found = []
        for row, image in zip(batch["id"].to_pylist(), batch["image"].to_pylist()):
            original = first.setdefault(image, row)
            found.append(None if original == row else original)
        return {"duplicate_of": pa.array(found, pa.string())}
