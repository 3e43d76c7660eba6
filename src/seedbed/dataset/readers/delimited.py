"""CSV and TSV with a header, one part a file; and the records of small tables beside pictures."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from seedbed.dataset.readers.base import Reader, Reading, Refused, Row
from seedbed.dataset.readers.columns import Columns
from seedbed.dataset.readers.images import check_image
from seedbed.dataset.readers.jsonl import record_of
from seedbed.dataset.readers.lines import BOM, Line, lines
from seedbed.dataset.readers.places import open_binary
from seedbed.dataset.readers.streams import pieces, plain_name
from seedbed.registry import register

Record = tuple[int, bytes, dict[str, Any]]  # offset, raw bytes, fields


@register("reader", "csv")
class Delimited(Reader):
    endings = (".csv", ".tsv")

    def rows(self, reading: Reading) -> Iterator[Row]:
        path, place, columns = reading.part.path, reading.place(), Columns(reading.fields)
        for offset, raw, record in delimited(path, reading, columns):
            row = columns.take(record)
            try:
                if row.get("image"):
                    check_image(row["image"])
            except Refused as refused:
                reading.refuse(offset, refused.reason, refused.detail)
            else:
                yield place.row(offset, (raw,), len(raw), row)


def records(path: str, reading: Reading) -> Iterator[dict[str, Any]]:
    """The records of a JSON lines or CSV file; damaged ones are refused."""
    if plain_name(path).endswith((".csv", ".tsv")):
        yield from (record for _, _, record in delimited(path, reading))
        return
    with open_binary(path) as raw:
        data = (piece for _, piece in pieces(raw, path, reading))
        for offset, line in lines(data, limit=reading.max_bytes, refuse=reading.refuse):
            try:
                if line.strip():
                    yield record_of(line, offset)
            except Refused as refused:
                reading.refuse(offset, refused.reason, refused.detail, path)


def delimited(path: str, reading: Reading, columns: Columns | None = None) -> Iterator[Record]:
    """(offset, raw bytes, record) of each row; nothing where the header lacks what `columns` needs."""
    with open_binary(path) as raw:
        data = (piece for _, piece in pieces(raw, path, reading))
        source = Source(lines(data, limit=reading.max_bytes, refuse=reading.refuse), reading.max_bytes)
        csv.field_size_limit(max(csv.field_size_limit(), reading.max_bytes + 1))
        rows = csv.reader(source, delimiter="\t" if plain_name(path).endswith(".tsv") else ",")
        header: list[str] | None = None
        while (values := _next(rows, source, reading, path)) is not None:
            offset = source.offset or 0
            if header is None:
                header = values
                if columns and not _usable(columns, header, reading):
                    return
            elif len(values) != len(header):
                detail = f"{len(values)} fields, the header has {len(header)}"
                reading.refuse(offset, "bad_record", detail, path)
            else:
                yield offset, b"\n".join(source.block), {k: v if v != "" else None for k, v in zip(header, values)}


def _usable(columns: Columns, header: list[str], reading: Reading) -> bool:
    try:
        columns.plan(tuple(dict.fromkeys(header)))
    except Refused as refused:
        reading.refuse(0, refused.reason, refused.detail)
        return False
    return True


class Source:
    """Lines for `csv.reader`, remembering the bytes of the record that is being read."""

    def __init__(self, found: Iterator[Line], limit: int) -> None:
        self.found, self.limit = found, limit
        self.begin()

    def begin(self) -> None:
        self.offset: int | None = None
        self.block: list[bytes] = []
        self.size, self.sound = 0, True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        offset, line = next(self.found)
        if self.offset is None:
            self.offset = offset
        self.size += len(line) + 1
        if self.size > self.limit + 1:
            raise csv.Error(f"a record of more than {self.limit} bytes: a quote may be missing")
        self.block.append(line)
        line = line.removeprefix(BOM) if offset == 0 else line
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError:
            self.sound = False  # the record is refused when it is whole: its quotes still count
            return line.decode(errors="surrogateescape") + "\n"


def _next(rows: Iterator[list[str]], source: Source, reading: Reading, path: str) -> list[str] | None:
    """The next sound row, stepping over bad ones; None at the end."""
    while True:
        source.begin()
        try:
            values = next(rows)
        except StopIteration:
            return None
        except csv.Error as error:
            reading.refuse(source.offset or 0, "bad_record", str(error), path)
            continue
        if not source.sound:
            reading.refuse(source.offset or 0, "invalid_utf8", "", path)
        elif values:
            return values
