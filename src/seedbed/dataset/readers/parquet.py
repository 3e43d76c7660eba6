"""Parquet by row groups, and Arrow files as `save_to_disk` of Hugging Face datasets writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seedbed.dataset.readers.base import Place, Reader, Reading, Refused, Row
from seedbed.dataset.readers.columns import Columns
from seedbed.dataset.readers.images import check_image
from seedbed.dataset.readers.places import open_binary
from seedbed.registry import register

BATCH = 256  # rows that are Python objects at once
DAMAGE = (pa.ArrowException, OSError, ValueError)


@register("reader", "parquet")
class Parquet(Reader):
    endings = (".parquet", ".pq")
    magic = ((0, b"PAR1"),)

    def cuts(self, path: str, size: int, part_bytes: int) -> list[tuple[int, int | None]]:
        if size <= part_bytes:
            return [(0, None)]
        try:
            with open_binary(path) as raw, pq.ParquetFile(raw) as file:
                sizes = [file.metadata.row_group(k).total_byte_size for k in range(file.num_row_groups)]
        except DAMAGE:
            return [(0, None)]  # reading it says what is wrong
        return list(runs(sizes, part_bytes)) or [(0, None)]

    def rows(self, reading: Reading) -> Iterator[Row]:
        part = reading.part
        with open_binary(part.path) as raw:
            try:
                file = pq.ParquetFile(raw, buffer_size=1 << 20, pre_buffer=False)
            except DAMAGE as error:
                reading.refuse(0, "not_parquet", str(error))
                return
            names = wanted(file.schema_arrow, reading)
            if names is None:
                return
            stop = file.num_row_groups if part.stop is None else part.stop
            first = sum(file.metadata.row_group(k).num_rows for k in range(part.start))
            place, columns = reading.place(), Columns(reading.fields)
            for group in range(part.start, stop):
                batches = file.iter_batches(BATCH, row_groups=[group], columns=names)
                yield from batch_rows(batches, first, place, columns, reading)
                first += file.metadata.row_group(group).num_rows


def runs(sizes: list[int], limit: int) -> Iterator[tuple[int, int]]:
    """Neighbours put together until they have `limit` bytes: (start, stop) of each run."""
    start = total = 0
    for number, size in enumerate(sizes):
        total += size
        if total >= limit:
            yield start, number + 1
            start, total = number + 1, 0
    if start < len(sizes):
        yield start, len(sizes)


def wanted(schema: pa.Schema, reading: Reading) -> list[str] | None:
    """The columns to read: those that rows have, and plain others for meta; None where a needed one is missing."""
    try:
        pairs, others = Columns(reading.fields).plan(tuple(schema.names))
    except Refused as refused:
        reading.refuse(0, refused.reason, refused.detail)
        return None
    return [name for _, name in pairs] + [name for name in others if _plain(schema.field(name).type)]


def _plain(kind: pa.DataType) -> bool:
    """Whether values belong in meta: no bytes, no long vectors of numbers."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _plain(kind.value_type) and not pa.types.is_floating(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_plain(field.type) for field in kind)
    return not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def batch_rows(
    batches: Iterable[pa.RecordBatch], first: int, place: Place, columns: Columns, reading: Reading
) -> Iterator[Row]:
    """Rows of batches whose first row has the number `first`. Damage ends them, and is refused."""
    found = iter(batches)
    while True:
        try:
            batch = next(found, None)
            if batch is not None:
                batch.validate(full=True)  # Arrow trusts a file's offsets: damaged ones point outside memory
            records = [] if batch is None else batch.to_pylist()
        except DAMAGE as error:
            reading.refuse(first, "damaged_rows", str(error))
            return
        if batch is None:
            return
        for offset, record in enumerate(records, first):
            try:
                row = checked(columns.take(record), reading.max_bytes)
            except Refused as refused:
                reading.refuse(offset, refused.reason, refused.detail)
            else:
                content = contents(row)
                yield place.row(offset, content, sum(map(len, content)), row)
        first += batch.num_rows


def checked(row: Row, limit: int) -> Row:
    """The row, if its picture is one and nothing in it is over the limit."""
    if row.get("image"):
        check_image(row["image"])
    for column in ("text", "image", "caption", "meta"):
        if len(row.get(column) or "") > limit:
            raise Refused("record_too_large", f"{column} has {len(row[column])}, limit {limit}")
    return row


def contents(row: Row) -> list[bytes]:
    """What identifies a row that has no raw bytes of its own."""
    values: list[Any] = [row.get(column) for column in ("text", "image", "caption", "url")]
    return [value if isinstance(value, bytes) else value.encode() for value in values if value]
