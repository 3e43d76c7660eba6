"""WARC and WET: pages, texts and pictures of crawls, plain or compressed by record.

Records of type response (status 200), resource and conversion become rows; `offset` is where the record's
gzip member (zstd frame) begins, as indexes of crawls give it. HTML becomes the text of its main content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from seedbed.dataset.readers.base import Reader, Reading, Refused, Row
from seedbed.dataset.readers.columns import iso_date, meta_text
from seedbed.dataset.readers.html import charset_of, decoded, html_text
from seedbed.dataset.readers.http import body_of
from seedbed.dataset.readers.images import check_image
from seedbed.dataset.readers.places import open_binary
from seedbed.dataset.readers.streams import compression_of, pieces, raw_chunks
from seedbed.dataset.readers.warc_records import Headers, Records, Window, starts_of
from seedbed.registry import register

USED = (b"response", b"resource", b"conversion")
OURS = "seedbed-"  # header lines of our own writer that carry columns
COLUMNS = ("source", "licence", "consent", "caption")
KEPT = {"content-type": "content_type", "warc-identified-content-language": "language"}
EPOCH = "1970-01-01"  # the standard wants a date: writers that have none give this one


@register("reader", "wet")
@register("reader", "warc")
class Warc(Reader):
    endings = (".warc", ".wet")
    magic = ((0, b"WARC/"),)

    def cuts(self, path: str, size: int, part_bytes: int) -> list[tuple[int, int | None]]:
        if compression_of(path) or size <= part_bytes or "://" in path:
            return [(0, None)]
        with open_binary(path) as raw:
            starts = list(_spaced(starts_of(raw, size), part_bytes))
        return list(zip(starts, [*starts[1:], None]))

    def rows(self, reading: Reading) -> Iterator[Row]:
        part, place = reading.part, reading.place()
        with open_binary(part.path) as raw:
            for offset, head, headers, block in _records(raw, reading):
                try:
                    row = columns_of(headers, block, reading.html, part.path)
                except Refused as refused:
                    reading.refuse(offset, refused.reason, refused.detail)
                else:
                    if row is not None:
                        yield place.row(offset, (head, block), len(head) + len(block), row)


def _spaced(starts: Iterator[int], part_bytes: int) -> Iterator[int]:
    """Some of the starts, so that each piece has about `part_bytes`."""
    due = 0
    for start in starts:
        if start >= due:
            yield start
            due = start + part_bytes


def _records(raw: BinaryIO, reading: Reading) -> Iterator[tuple[int, bytes, Headers, bytes]]:
    part = reading.part
    if part.start or part.stop is not None:
        raw.seek(part.start)
        window = Window(((0, data) for data in raw_chunks(raw)), part.start)
    else:
        window = Window(pieces(raw, part.path, reading), 0)
    return Records(window, USED, reading).until(part.stop)


def columns_of(headers: Headers, block: bytes, html: bool, where: str) -> Row | None:
    """The row of a record; None where there is nothing in it for us."""
    kind, body = headers.get("content-type", ""), block
    if headers["warc-type"] == "response":
        answer = body_of(block)
        if answer is None:
            return None
        kind, body = answer
    row = content_of(kind.lower(), body, html, where)
    if row is None:
        return None
    date = iso_date(headers.get("warc-date"))
    row["url"] = headers.get("warc-target-uri", "").strip("<>") or None
    row["crawled"] = None if date == EPOCH else date
    row.update({name: headers[OURS + name] for name in COLUMNS if OURS + name in headers})
    kept = {name: headers[header] for header, name in KEPT.items() if header in headers}
    if headers["warc-type"] == "response":
        kept["content_type"] = kind
    row["meta"] = meta_text({k: v for k, v in kept.items() if v}) if any(kept.values()) else None
    return row


def content_of(kind: str, body: bytes, html: bool, where: str) -> Row | None:
    """Text or picture of a body of this content type."""
    if kind.startswith("image/"):
        check_image(body)
        return {"image": body}
    if "html" in kind or (not kind and body[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))):
        return {"text": html_text(body, charset=charset_of(kind), extract=html, where=where)}
    if kind.startswith("text/plain"):
        return {"text": decoded(body, charset_of(kind), where)}
    return None
