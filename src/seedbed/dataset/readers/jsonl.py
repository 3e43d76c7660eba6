"""JSON lines: one object a line, plain (cut in byte ranges) or compressed (one part a file)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from seedbed.dataset.readers.base import Reader, Reading, Refused, Row
from seedbed.dataset.readers.columns import Columns
from seedbed.dataset.readers.images import check_image
from seedbed.dataset.readers.lines import BOM, part_lines
from seedbed.dataset.readers.places import open_binary
from seedbed.dataset.readers.streams import compression_of
from seedbed.registry import register


@register("reader", "jsonl")
class JsonLines(Reader):
    endings = (".jsonl", ".ndjson", ".json")
    magic = ((0, b"{"), (0, BOM + b"{"))

    def cuts(self, path: str, size: int, part_bytes: int) -> list[tuple[int, int | None]]:
        if compression_of(path) or size <= part_bytes:
            return [(0, None)]
        return [(start, min(start + part_bytes, size)) for start in range(0, size, part_bytes)]

    def rows(self, reading: Reading) -> Iterator[Row]:
        part, place, columns = reading.part, reading.place(), Columns(reading.fields)
        with open_binary(part.path) as raw:
            for offset, line in part_lines(raw, part, reading):
                if not line or line.isspace():
                    continue
                try:
                    row = columns.take(record_of(line, offset))
                    if row.get("image"):
                        check_image(row["image"])
                except Refused as refused:
                    reading.refuse(offset, refused.reason, refused.detail)
                else:
                    yield place.row(offset, (line,), len(line), row)


def record_of(line: bytes, offset: int = -1) -> dict[str, Any]:
    """A line's object; Refused with what is wrong with it."""
    if offset == 0:
        line = line.removeprefix(BOM)
    try:
        record = json.loads(line.decode())
        if b"\\ud" in line or b"\\uD" in line:  # half of a surrogate pair cannot be written as UTF-8
            json.dumps(record, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise Refused("invalid_utf8", str(error)) from None
    except (ValueError, RecursionError) as error:
        raise Refused("bad_json", str(error)) from None
    if not isinstance(record, dict):
        raise Refused("bad_record", f"{type(record).__name__}, not an object")
    return record
