"""WebDataset: tar files whose neighbours of one key (`0001.jpg`, `0001.txt`, `0001.json`) are one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seedbed.dataset.readers.base import Reader, Reading, Refused, Row
from seedbed.dataset.readers.columns import Columns
from seedbed.dataset.readers.images import caption_of, check_image, decode
from seedbed.dataset.readers.jsonl import record_of
from seedbed.dataset.readers.places import open_binary
from seedbed.dataset.readers.streams import pieces
from seedbed.dataset.readers.tar import Member, Tar
from seedbed.registry import register

PICTURES = ("jpg", "jpeg", "png", "webp")
SMALL = 4096  # bytes of other members (`cls`, `id`, ...) that are kept in meta as text


@register("reader", "webdataset")
class WebDataset(Reader):
    endings = (".tar",)
    magic = ((257, b"ustar"),)

    def rows(self, reading: Reading) -> Iterator[Row]:
        place, columns = reading.place(), Columns(reading.fields, needs=())
        with open_binary(reading.part.path) as raw:
            tar = Tar(pieces(raw, reading.part.path, reading), reading)
            for group in _groups(tar):
                offset = group[0].offset
                try:
                    row = _row(group, columns, reading)
                except Refused as refused:
                    reading.refuse(offset, refused.reason, refused.detail)
                else:
                    if row is not None:
                        content = [group[0].key.encode(), *(m.data for m in group if m.data is not None)]
                        yield place.row(offset, content, sum(m.size for m in group), row)


def _wanted(member: Member) -> bool:
    return member.ending in (*PICTURES, "txt", "json") or (member.size <= SMALL and "." not in member.ending)


def _groups(tar: Tar) -> Iterator[list[Member]]:
    group: list[Member] = []
    for member in tar.members(_wanted):
        if group and member.key != group[0].key:
            yield group
            group = []
        group.append(member)
    if group and not tar.broken:  # else its other members may be lost
        yield group


def _row(group: list[Member], columns: Columns, reading: Reading) -> Row | None:
    """The row of one key's members; None where none of them says anything."""
    record: dict[str, Any] = {}
    image: bytes | None = None
    for member in group:
        if member.refused:
            raise Refused(*member.refused)
        if member.data is None:
            continue
        if member.ending in PICTURES:
            check_image(member.data)
            image = member.data
        elif member.ending == "json":
            record.update(record_of(member.data, 0))
        elif member.ending == "txt":
            record["text" if "text" not in record else "txt"] = decode(member.data)
        else:
            record.setdefault(member.ending, member.data.decode("utf-8", "replace").strip())
    if image is None and not record:
        return None
    row = columns.take(record)
    if image is None:
        return row
    row["image"] = image
    return caption_of(row, reading)
