"""Collected rows as files that the readers read: JSON lines, Parquet, WARC and WebDataset.

Each file is written beside its place and renamed when whole. The same rows give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from seedbed.dataset.files import explained
from seedbed.dataset.readers.places import optional
from seedbed.errors import UsageError

MAGIC = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}
WARC_COLUMNS = ("source", "licence", "consent", "caption")  # in header lines `Seedbed-...`


def write_jsonl(tables: Iterable[pa.Table], path: str | Path) -> int:
    """One object a row without its nulls; `.gz` and `.zst` by name. Returns the rows. Pictures are refused."""
    rows = 0
    with _partial(Path(path)) as file, _packed(file, str(path)) as out:
        for row in _rows(tables):
            if row.get("image") is not None:
                raise UsageError("JSON lines hold no pictures", where=str(path), hint="write Parquet or WebDataset")
            out.write(json.dumps(_flat(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            rows += 1
    return rows


def write_parquet(tables: Iterable[pa.Table], path: str | Path, *, group_rows: int = 4096) -> int:
    """One Parquet file, zstd, row groups of at most `group_rows`. Returns the rows. No table: UsageError."""
    rows, writer = 0, None
    with _partial(Path(path)) as file:
        for table in tables:
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=group_rows)
            rows += table.num_rows
        if writer is None:
            raise UsageError("no table to write", where=str(path), hint="an empty one gives the columns")
        writer.close()
    return rows


def write_webdataset(tables: Iterable[pa.Table], path: str | Path) -> int:
    """One tar: `key.jpg` (png, webp), `key.txt` (the caption, else the text) and `key.json` of the rest."""
    rows = 0
    with (
        _partial(Path(path)) as file,
        _packed(file, str(path)) as out,
        tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for row in _rows(tables):
            for ending, data in _members(row):
                about = tarfile.TarInfo(f"{rows:08d}.{ending}")
                about.size = len(data)
                tar.addfile(about, io.BytesIO(data))
            rows += 1
    return rows


def write_warc(records: Iterable[Mapping[str, Any]], path: str | Path) -> int:
    """Records of `url` with `text` (conversion), `html` or `image` (resource); `.gz`, `.zst` by record.

    `crawled` (ISO date), `source`, `licence`, `consent` and `caption` go into the record's header.
    """
    count = 0
    with _partial(Path(path)) as file:
        pack = _packer(str(path))
        for record in records:
            file.write(pack(_warc_record(record)))
            count += 1
    return count


def _rows(tables: Iterable[pa.Table]) -> Iterator[dict[str, Any]]:
    for table in tables:
        for batch in table.to_batches(max_chunksize=256):
            yield from batch.to_pylist()


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without nulls, with the fields of its meta among its own."""
    found = {name: value for name, value in row.items() if value is not None and name != "meta"}
    return {**json.loads(row.get("meta") or "{}"), **found}


def _members(row: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    image = row.pop("image", None)
    told = row.pop("caption" if image is not None else "text", None)
    if image is not None:
        yield _ending(image), image
    yield "json", json.dumps(_flat(row), ensure_ascii=False, sort_keys=True).encode()
    if told is not None:
        yield "txt", told.encode()


def _ending(image: bytes) -> str:
    return next((ending for magic, ending in MAGIC.items() if image.startswith(magic)), "png")


def _warc_record(record: Mapping[str, Any]) -> bytes:
    kind, media, block = _block(record)
    name = hashlib.sha256(f"{record.get('url')}\0".encode() + block).digest()[:16]
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(bytes=name)}>",
        "WARC-Date": f"{record.get('crawled') or '1970-01-01'}T00:00:00Z",
        "WARC-Target-URI": record.get("url"),
        "Content-Type": media,
        **{f"Seedbed-{column.title()}": record.get(column) for column in WARC_COLUMNS},
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {' '.join(str(value).split())}\r\n" for name, value in lines.items() if value)
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def _block(record: Mapping[str, Any]) -> tuple[str, str, bytes]:
    """(type of record, content type, bytes)."""
    if record.get("html") is not None:
        return "resource", "text/html; charset=utf-8", record["html"].encode()
    if record.get("image") is not None:
        ending = _ending(record["image"])
        return "resource", f"image/{'jpeg' if ending == 'jpg' else ending}", record["image"]
    return "conversion", "text/plain; charset=utf-8", (record.get("text") or "").encode()


def _packer(name: str) -> Any:
    """How one record is packed in a file of this name."""
    if name.endswith(".gz"):
        return lambda data: gzip.compress(data, 6, mtime=0)
    if name.endswith(".zst"):
        return optional("zstandard", "writing .zst files", name).ZstdCompressor().compress
    return bytes


@contextmanager
def _packed(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The file, packed as its name says."""
    if name.endswith((".gz", ".tgz")):
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as out:
            yield cast(BinaryIO, out)
    elif name.endswith(".zst"):
        zstandard = optional("zstandard", "writing .zst files", name)
        with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as out:
            yield out
    else:
        yield file


@contextmanager
def _partial(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when it is whole."""
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
