"""`read`: one part's rows as tables of COLLECTED, in batches bounded by rows and by bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from seedbed import registry
from seedbed.dataset.credentials import credentials_text
from seedbed.dataset.readers.base import COLLECTED, Part, Quarantined, Reader, Reading, Row
from seedbed.dataset.readers.columns import check_fields
from seedbed.dataset.readers.places import kind_of, size_of
from seedbed.errors import UsageError

BATCH_BYTES = 32 << 20  # a batch is closed here: pictures are large
HEAVY = ("text", "image", "caption", "meta")


def read(
    part: Part,
    *,
    fields: Mapping[str, str] | None = None,
    html: bool = True,
    batch_rows: int = 512,
    quarantine: list[Quarantined] | None = None,
    max_bytes: int = 16 << 20,
) -> Iterator[pa.Table]:
    """The part's records in order. What is damaged is appended to `quarantine`, and reading goes on.

    `fields` maps a column of COLLECTED to the input's name for it. With `html` pages become the text of
    their main content; without, `text` is their markup. A record of more than `max_bytes` is not read.
    """
    if batch_rows < 1 or max_bytes < 1:
        raise UsageError("batch_rows and max_bytes are at least 1", where=part.path)
    check_fields(fields or {})
    reader: Reader = registry.get("reader", part.format, where=part.path)()
    reading = Reading(part, fields or {}, html, max_bytes, [] if quarantine is None else quarantine)
    return _tables(_rows(reader, reading), batch_rows)


def _rows(reader: Reader, reading: Reading) -> Iterator[Row]:
    path = reading.part.path
    try:
        if kind_of(path) == "file" and size_of(path) == 0:
            reading.refuse(0, "empty_file")
        else:
            for row in reader.rows(reading):
                yield _with_credentials(row)
    except OSError as error:  # gone, not permitted, a network that fails
        reading.refuse(0, "unreadable", str(error))
    finally:
        reading.finish()


def _with_credentials(row: Row) -> Row:
    """Pictures keep what their content credentials say; the others pay for a search of their bytes, nothing more."""
    image = row.get("image")
    if image is not None and "credentials" not in row:
        row["credentials"] = credentials_text(image)
    return row


def _tables(rows: Iterator[Row], batch_rows: int) -> Iterator[pa.Table]:
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += sum(len(row.get(column) or "") for column in HEAVY)
        if len(held) >= batch_rows or size >= BATCH_BYTES:
            yield _table(held)
            held, size = [], 0
    if held:
        yield _table(held)


def _table(rows: list[Row]) -> pa.Table:
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in COLLECTED]
    return pa.Table.from_arrays(arrays, schema=COLLECTED)
