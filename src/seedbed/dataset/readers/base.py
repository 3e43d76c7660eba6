"""What a part, a reader and a quarantined record are, and the one schema of everything that is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import pyarrow as pa

from seedbed.dataset.readers.places import relative

Row = dict[str, Any]  # column of COLLECTED -> value; absent means null

COLLECTED = pa.schema(
    [
        ("id", pa.string()),  # sha256 over (path below the input, offset, content): see Reading.row
        ("text", pa.string()),
        ("image", pa.binary()),  # the file's bytes as they are
        ("caption", pa.string()),
        ("url", pa.string()),
        ("domain", pa.string()),  # host of the URL, lower case, without "www."
        ("source", pa.string()),
        ("licence", pa.string()),
        ("consent", pa.string()),
        ("credentials", pa.string()),  # JSON of a picture's content credentials (C2PA): see dataset.credentials
        ("crawled", pa.string()),  # ISO date
        ("path", pa.string()),  # below the input that was given; the whole address where it is a URL
        ("offset", pa.int64()),  # bytes into the file; row number in Parquet and Arrow files
        ("bytes", pa.int64()),  # of the raw record
        ("meta", pa.string()),  # canonical JSON of the record's other fields
    ]
)

REFUSALS = 10_000  # a part that is all damage is counted beyond this, so that the list stays small

HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#]+)", re.I)


@dataclass(frozen=True)
class Part:
    """A unit of work that can be read alone, by any process, in any order."""

    path: str  # local path or fsspec URL; the folder, for formats that group a folder's files
    format: str
    start: int = 0  # meaning belongs to the format: byte offset, row group, number of the first file
    stop: int | None = None
    root: str = ""  # the input folder that it was found in: paths of rows are relative to it
    source: str = ""  # the input's name, for rows that name no source

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Part:
        return cls(**data)


@dataclass(frozen=True)
class Quarantined:
    """What could not be read: `offset` is where in the file, `reason` a slug, `detail` for people."""

    path: str
    offset: int
    reason: str
    detail: str = ""


class Refused(Exception):
    """A record that cannot be used; the reader turns it into a Quarantined and goes on."""

    def __init__(self, reason: str, detail: str = "", offset: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.offset = reason, detail, offset


@dataclass
class Reading:
    """One part being read: its options, and where damage goes."""

    part: Part
    fields: Mapping[str, str]
    html: bool
    max_bytes: int
    quarantine: list[Quarantined]
    refusals: int = 0
    beyond: dict[str, int] = field(default_factory=dict)

    def refuse(self, offset: int, reason: str, detail: str = "", path: str = "") -> None:
        self.refusals += 1
        if self.refusals > REFUSALS:
            self.beyond[reason] = self.beyond.get(reason, 0) + 1
            return
        short = " ".join(detail.split())[:300]
        self.quarantine.append(Quarantined(path or self.part.path, offset, reason, short))

    def finish(self) -> None:
        """Say how much more was refused than is listed."""
        if self.beyond:
            told = ", ".join(f"{count} {reason}" for reason, count in sorted(self.beyond.items()))
            self.quarantine.append(Quarantined(self.part.path, 0, "more", told))

    def place(self, path: str = "") -> Place:
        return Place(path or self.part.path, self.part)


class Place:
    """Where rows of one file come from: names and hashes them."""

    def __init__(self, path: str, part: Part) -> None:
        name = relative(path, part.root)
        self.path = path
        self._shown = path if "://" in path else name
        self._source = part.source or None
        self._hash = hashlib.sha256(f"{name}\0".encode())

    def row(self, offset: int, content: Iterable[bytes], size: int, columns: Row) -> Row:
        """Complete a row: identity, place, host and source."""
        total = self._hash.copy()
        total.update(b"%d\0" % offset)
        for piece in content:
            total.update(piece)
        columns["id"] = f"sha256:{total.hexdigest()}"
        columns["path"], columns["offset"], columns["bytes"] = self._shown, offset, size
        columns["source"] = columns.get("source") or self._source
        columns["domain"] = columns.get("domain") or host_of(columns.get("url"))
        return columns


def host_of(url: str | None) -> str | None:
    """The host of a URL in lower case without "www."; None where there is none."""
    found = HOST.match(url) if url else None
    return found[1].lower().removeprefix("www.").rstrip(".") or None if found else None


class Reader:
    """Reads one format. Subclasses register themselves and say which names they know."""

    endings: ClassVar[tuple[str, ...]] = ()  # of file names, lower case, without ".gz" and the like
    magic: ClassVar[tuple[tuple[int, bytes], ...]] = ()  # (offset, bytes) at the start of such files

    def groups(self, names: list[str]) -> list[str]:
        """Those of a folder's files that are read in runs: a part is the folder, `start` and `stop` count these."""
        return []

    def cuts(self, path: str, size: int, part_bytes: int) -> list[tuple[int, int | None]]:
        """How a file of `size` bytes is cut: (start, stop) of each part, in order."""
        return [(0, None)]

    def rows(self, reading: Reading) -> Iterator[Row]:
        """The part's rows in order; damage goes to `reading.refuse`."""
        raise NotImplementedError
