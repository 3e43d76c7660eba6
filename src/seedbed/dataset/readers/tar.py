"""Members of a tar file out of a stream of pieces; damaged headers are stepped over.

`tarfile` stops without a word at a damaged header, and this does not.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seedbed.dataset.readers.base import Reading
from seedbed.dataset.readers.streams import Piece
from seedbed.dataset.readers.warc_records import Gap, Window

BLOCK = 512
LONG_NAME, PAX, GLOBAL_PAX = tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE
PAX_RECORD = re.compile(rb"\d+ (path|size)=([^\n]*)\n")


@dataclass
class Member:
    """A file in the tar. `data` is None where it was not wanted; `refused` (reason, detail) where it could not be."""

    name: str
    offset: int  # of its header
    size: int
    data: bytes | None = None
    refused: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """The name up to the first dot of its last part."""
        folder, slash, last = self.name.rpartition("/")
        return folder + slash + last.partition(".")[0]

    @property
    def ending(self) -> str:
        return self.name.rpartition("/")[2].partition(".")[2].lower()


class Tar:
    """Reads the members of one tar stream."""

    def __init__(self, found: Iterator[Piece], reading: Reading) -> None:
        self.window, self.reading = Window(found, 0), reading
        self.broken = False
        self.renamed: dict[str, str] = {}  # what an extended header says of the next member

    def members(self, wanted: Callable[[Member], bool]) -> Iterator[Member]:
        """Files in order, with the bytes of those that are wanted."""
        lost = False  # after damage, until a sound header is found
        try:
            while self.window.ahead(BLOCK):
                offset = self.window.at
                header = self.window.take(BLOCK)
                if not header.strip(b"\0"):
                    continue
                try:
                    info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
                except tarfile.HeaderError as error:
                    if not lost:
                        self.reading.refuse(offset, "damaged_tar", str(error))
                    lost = True
                    continue
                lost = False
                member = self._member(info, offset, wanted)
                if member is None:
                    continue
                yield member
            if self.window.ahead(1):
                self.reading.refuse(self.window.at, "truncated", "the file ends inside a header")
        except Gap:
            self.broken = True  # reported by whoever found it: what follows cannot be told apart

    def _member(self, info: tarfile.TarInfo, offset: int, wanted: Callable[[Member], bool]) -> Member | None:
        size = int(self.renamed.get("size", info.size)) if info.isreg() else info.size
        padded = -(-size // BLOCK) * BLOCK
        if info.type in (LONG_NAME, PAX) and size <= 1 << 20:
            self._extend(info.type, self._data(size, padded) or b"")
            return None
        name = self.renamed.get("path", info.name).encode("utf-8", "replace").decode()
        member = Member(name, offset, size)
        self.renamed = {}
        if info.isreg() and wanted(member):
            if size <= self.reading.max_bytes:
                member.data = self._data(size, padded)
                if member.data is None:
                    member.refused = ("truncated", f"the file ends inside {name}")
                return member
            member.refused = ("record_too_large", f"{name}: {size} bytes, limit {self.reading.max_bytes}")
        if not self.window.skip(padded if info.isreg() or info.type == GLOBAL_PAX else 0) and not member.refused:
            self.reading.refuse(offset, "truncated", f"the file ends inside {name}")
        return member if info.isreg() else None

    def _data(self, size: int, padded: int) -> bytes | None:
        if not self.window.ahead(size):
            self.window.skip(size)
            return None
        data = self.window.take(size)
        self.window.skip(padded - size)
        return data

    def _extend(self, kind: bytes, data: bytes) -> None:
        if kind == LONG_NAME:
            self.renamed["path"] = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
        else:
            for key, value in PAX_RECORD.findall(data):
                self.renamed[key.decode()] = value.decode("utf-8", "surrogateescape")
