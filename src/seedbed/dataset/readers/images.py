"""Folders of pictures, with metadata in a table of `file_name` or in `name.txt`, `name.json` beside each.

Content credentials are read from the picture, else from `name.c2pa` beside it. Pictures are looked at by
their headers only; their bytes are passed on as they are.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from seedbed.dataset.credentials import credentials_text
from seedbed.dataset.readers.base import Reader, Reading, Refused, Row
from seedbed.dataset.readers.columns import Columns
from seedbed.dataset.readers.places import join, kind_of, listing, relative
from seedbed.dataset.readers.streams import read_small
from seedbed.registry import register

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
MEGAPIXELS = 100  # a larger picture is taken for an attack on memory
TABLES = ("metadata.jsonl", "metadata.csv")
SIDECARS = (".txt", ".json", ".c2pa")


def check_image(data: bytes) -> None:
    """Refused where bytes are not a picture, or one too large to open. Pixels are not decoded."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own, lower, warning of size
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                width, height = picture.size
    except Image.DecompressionBombError as error:
        raise Refused("decompression_bomb", str(error)) from None
    except Exception as error:  # decoders fail on damaged headers in many ways
        raise Refused("not_an_image", f"{type(error).__name__}: {error}") from None
    if width * height > MEGAPIXELS * 1_000_000:
        raise Refused("decompression_bomb", f"{width} x {height} pixels, limit {MEGAPIXELS} megapixels")


def images_in(names: list[str]) -> list[str]:
    return [name for name in names if name.lower().endswith(ENDINGS)]


def sidecars_in(names: list[str]) -> set[str]:
    """Files that describe a picture of the same name."""
    stems = {name.rpartition(".")[0] for name in images_in(names)}
    return {name for name in names if name.lower().endswith(SIDECARS) and name.rpartition(".")[0] in stems}


@register("reader", "images")
class Images(Reader):
    endings = ENDINGS
    magic = ((0, b"\xff\xd8\xff"), (0, b"\x89PNG\r\n\x1a\n"), (0, b"GIF8"), (8, b"WEBP"), (0, b"BM"))

    def groups(self, names: list[str]) -> list[str]:
        return images_in(names)

    def rows(self, reading: Reading) -> Iterator[Row]:
        part = reading.part
        if kind_of(part.path) == "folder":
            names = [name for name, _ in listing(part.path)[0]]
            paths = [join(part.path, name) for name in images_in(names)[part.start : part.stop]]
            beside = {join(part.path, name) for name in sidecars_in(names)}
        else:
            paths, beside = [part.path], set()
        tables = Tables(reading, set(paths)).found if paths else {}
        columns = Columns(reading.fields, needs=())
        for path in paths:
            try:
                row = self._row(path, beside, tables.get(path, {}), reading, columns)
            except Refused as refused:
                reading.refuse(refused.offset, refused.reason, refused.detail, path)
            except OSError as error:
                reading.refuse(0, "unreadable", str(error), path)
            else:
                if row:
                    yield row

    def _row(
        self, path: str, beside: set[str], listed: dict[str, Any], reading: Reading, columns: Columns
    ) -> Row | None:
        data = read_small(path, reading)
        if data is None:
            return None
        check_image(data)
        record = {**listed, **_beside(path, beside, reading)}
        row = columns.take({k: v for k, v in record.items() if k not in ("image", "file_name")})
        row["image"] = data
        if (manifest := f"{path.rpartition('.')[0]}.c2pa") in beside:
            row["credentials"] = credentials_text(data, read_small(manifest, reading) or b"")
        return reading.place(path).row(0, (data,), len(data), caption_of(row, reading))


def caption_of(row: Row, reading: Reading) -> Row:
    """Text beside a picture is its caption, unless the user says otherwise."""
    if "text" in row and "caption" not in row and "text" not in reading.fields:
        row["caption"] = row.pop("text")
    return row


def _beside(path: str, beside: set[str], reading: Reading) -> dict[str, Any]:
    from seedbed.dataset.readers.jsonl import record_of

    stem, found = path.rpartition(".")[0], {}
    if f"{stem}.json" in beside and (data := read_small(f"{stem}.json", reading)):
        found.update(record_of(data, 0))
    if f"{stem}.txt" in beside and (data := read_small(f"{stem}.txt", reading)):
        found["txt"] = decode(data).strip()
    return found


def decode(data: bytes) -> str:
    """UTF-8 text; Refused at the byte that is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("invalid_utf8", str(error), error.start) from None


class Tables:
    """What `metadata.jsonl` and `metadata.csv` say of some pictures; the nearest folder's word wins."""

    def __init__(self, reading: Reading, wanted: set[str]) -> None:
        self.found: dict[str, dict[str, Any]] = {}
        folder = next(iter(wanted)).rpartition("/")[0]
        top = reading.part.root.rstrip("/") or folder
        while True:
            for name in TABLES:
                if kind_of(join(folder, name) if folder else name) == "file":
                    self._read(folder, name, reading, wanted)
            if folder == top or relative(folder, top) == folder or "/" not in folder:
                return
            folder = folder.rpartition("/")[0]

    def _read(self, folder: str, name: str, reading: Reading, wanted: set[str]) -> None:
        from seedbed.dataset.readers.delimited import records

        path = join(folder, name) if folder else name
        for record in records(path, reading):
            file = record.get("file_name")
            picture = join(folder, str(file)) if folder else str(file)
            if file and picture in wanted:
                self.found[picture] = {**record, **self.found.get(picture, {})}
