"""What can be counted in a dataset's rows, as plain data that can be counted again.

`measure` is also how evidence is checked: a datasheet's number is a JSON pointer into what it returns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

MOST_LEVELS = 40
ALWAYS = ("licence", "source", "consent", "split", "reason")
PEOPLE = (
    "person", "people", "gender", "sex", "race", "ethnicity", "age", "skin_tone", "nationality", "religion", "name",
    "email", "phone", "address", "subject", "face_boxes", "score.faces", "score.private",
)  # fmt: skip
LINKS = ("url", "path", "href")


class Source(Protocol):
    """What `measure` needs of a dataset."""

    def __len__(self) -> int: ...

    @property
    def schema(self) -> pa.Schema: ...

    @property
    def lineage(self) -> dict[str, Any]: ...

    def table(self, columns: list[str]) -> pa.Table: ...

    def stream(self, columns: list[str]) -> Iterator[pa.Table]: ...


def measure(dataset: Source) -> dict[str, Any]:
    """rows, columns, missing values, levels with counts, exact copies of images, columns about people.

    `levels` holds columns of text with at most 40 different values (and always licence, source, consent, split,
    reason: their 40 most frequent). `people` maps a column about people to its rows with a value.
    """
    names = dataset.schema.names
    plain = [name for name in names if not _heavy(dataset.schema.field(name).type)]
    table = dataset.table(plain)
    found: dict[str, Any] = {
        "rows": len(dataset),
        "columns": len(names),
        "missing": {name: table[name].null_count for name in plain if table[name].null_count},
        "levels": {name: levels for name in plain if (levels := _levels(table, name)) is not None},
        "people": _people(dataset, table),
    }
    if "image" in names:
        found["images"] = _copies(dataset)
    for name in ("keep", "withdrawn", "error"):
        if name in plain:
            found[f"{name}_rows"] = _count(table[name])
    return found


def _heavy(kind: pa.DataType) -> bool:
    return pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _count(column: pa.ChunkedArray) -> int:
    if pa.types.is_boolean(column.type):
        return int(pc.sum(column).as_py() or 0)
    return len(column) - int(column.null_count)


def _levels(table: pa.Table, name: str) -> dict[str, int] | None:
    column = table[name]
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)) and name not in ALWAYS:
        return None
    counts = {str(row["values"]): int(row["counts"]) for row in pc.value_counts(column).to_pylist()}
    if len(counts) > MOST_LEVELS and name not in ALWAYS:
        return None
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_LEVELS]
    return dict(most if name in ALWAYS else sorted(most))


def _people(dataset: Source, table: pa.Table) -> dict[str, int]:
    found = {}
    for name in dataset.schema.names:
        if name.lower() in PEOPLE:
            values = table[name] if name in table.column_names else dataset.table([name])[name]
            found[name] = len(values) - int(values.null_count)
    return found


def _copies(dataset: Source) -> dict[str, int]:
    """Images, and how many of them repeat an earlier one byte for byte."""
    seen, images = set(), 0
    for part in dataset.stream(["image"]):
        for value in part["image"].to_pylist():
            if value is not None:
                images += 1
                seen.add(hashlib.sha256(value).digest())
    return {"count": images, "copies": images - len(seen)}
