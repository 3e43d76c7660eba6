"""Records of WARC out of a stream of pieces: found, bounded, and found again after damage."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from seedbed.dataset.readers.base import Reading
from seedbed.dataset.readers.streams import Piece

Headers = dict[str, str]  # names in lower case

HEAD_BYTES = 1 << 16  # a record's header is never longer
TYPE = re.compile(rb"\nwarc-type:[ \t]*(\w+)", re.I)
LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d+)", re.I)
VERSION = b"WARC/"
AGAIN = re.compile(rb"WARC/[01]\.\d+\r\n")


class Gap(Exception):
    """Bytes are missing here: what was being read is lost."""


class Window:
    """The bytes ahead of a stream, and where in the file they are."""

    def __init__(self, found: Iterator[Piece], start: int) -> None:
        self.found = found
        self.data = bytearray()
        self.used = 0  # of data
        self.gap = False  # bytes are missing after data
        self.base = start  # uncompressed offset of data[0]
        self.marks: deque[tuple[int, int]] = deque([(0, 0)])  # (uncompressed offset, offset of the member there)

    def ahead(self, count: int) -> bool:
        """Have `count` bytes ahead; False where the stream ends before. Gap where bytes are missing."""
        if self._fill(count):
            return True
        if self.gap:
            self.base += len(self.data)
            self.data, self.used, self.gap = bytearray(), 0, False
            raise Gap
        return False

    def _fill(self, count: int) -> bool:
        """Have `count` bytes ahead, unless the stream ends or has a gap before them."""
        while len(self.data) - self.used < count:
            piece = None if self.gap else next(self.found, None)
            if piece is None:
                return False
            member, data = piece
            if data is None:
                self.gap = True  # what is ahead of it can still be used
                continue
            if member != self.marks[-1][1]:
                self.marks.append((self.base + len(self.data), member))
            if self.used > 1 << 20 or self.used == len(self.data):
                self.base += self.used
                del self.data[: self.used]
                self.used = 0
            self.data += data
        return True

    @property
    def at(self) -> int:
        """Uncompressed offset of the next byte."""
        return self.base + self.used

    def offset(self) -> int:
        """Offset in the file: of the member, plus the distance into it where it holds several records."""
        while len(self.marks) > 1 and self.marks[1][0] <= self.at:
            self.marks.popleft()
        start, member = self.marks[0]
        return member + self.at - start

    def find(self, pattern: bytes, limit: int) -> int:
        """Distance to `pattern` if it begins within `limit` bytes, else -1."""
        count = 4096
        while True:
            more = self._fill(min(count, limit))
            found = self.data.find(pattern, self.used, self.used + limit)
            if found >= 0:
                return found - self.used
            if not more or count >= limit:
                self.ahead(min(count, limit))  # a gap is told
                return -1
            count *= 4

    def take(self, count: int) -> bytes:
        taken = bytes(self.data[self.used : self.used + count])
        self.used += count
        return taken

    def skip(self, count: int) -> bool:
        """Step over bytes without keeping them; False where the stream ends before."""
        while count:
            if not self.ahead(1):
                return False
            step = min(count, len(self.data) - self.used)
            self.used += step
            count -= step
        return True


class Records:
    """(offset, header's bytes, headers, block) of the records of some types."""

    def __init__(self, window: Window, types: tuple[bytes, ...], reading: Reading) -> None:
        self.window, self.types, self.reading = window, types, reading

    def until(self, stop: int | None) -> Iterator[tuple[int, bytes, Headers, bytes]]:
        """Records that begin before the offset `stop`."""
        while True:
            try:
                if not self._to_record():
                    return
                offset = self.window.offset()
                if stop is not None and offset >= stop:
                    return
                record = self._record(offset)
            except Gap:
                continue  # whoever found the gap has reported it
            if record is not None:
                yield offset, *record

    def _to_record(self) -> bool:
        """Step over line ends to the next record, and over anything else, which is reported."""
        window = self.window
        while window.ahead(1) and window.data[window.used] in b"\r\n":
            window.used += 1
        if not window.ahead(1):
            return False
        if not window.ahead(5) or window.data[window.used : window.used + 5] != VERSION:
            self.reading.refuse(window.offset(), "bad_record", "no WARC header begins here")
            return self._search()
        return True

    def _search(self) -> bool:
        """Go to the next thing that looks like a record's first line."""
        window = self.window
        window.skip(1)
        while window.ahead(16):
            found = AGAIN.search(window.data, window.used)
            if found:
                window.used = found.start()
                return True
            window.used = max(len(window.data) - 12, window.used + 1)
        window.skip(16)
        return False

    def _record(self, offset: int) -> tuple[bytes, Headers, bytes] | None:
        """The record that begins here; None where it is not wanted or not whole."""
        window, refuse = self.window, self.reading.refuse
        end = window.find(b"\r\n\r\n", HEAD_BYTES)
        head = bytes(window.data[window.used : window.used + end]) if end >= 0 else b""
        kind, length = TYPE.search(head), LENGTH.search(head)
        if kind is None or length is None:
            ended = end < 0 and not window.ahead(HEAD_BYTES)
            refuse(offset, "truncated" if ended else "bad_record", "a WARC header that is not whole")
            window.skip(5)
            self._search()
            return None
        window.used += end + 4
        size = int(length[1])
        wanted = kind[1].lower() in self.types
        if wanted and size <= self.reading.max_bytes:
            if window.ahead(size):
                return head, headers_of(head), window.take(size)
            refuse(offset, "truncated", f"the file ends inside a record of {size} bytes")
            window.skip(size)
            return None
        if wanted:
            refuse(offset, "record_too_large", f"{size} bytes, limit {self.reading.max_bytes}")
        if not window.skip(size):
            refuse(offset, "truncated", f"the file ends inside a record of {size} bytes")
        return None


def headers_of(head: bytes) -> Headers:
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def starts_of(raw: BinaryIO, size: int) -> Iterator[int]:
    """Where records of a plain WARC file begin, told by their lengths, as far as they are sound.

    Looking for "WARC/" in the bytes would be quicker and wrong: a page can hold a WARC header.
    """
    at = 0
    while at < size:
        raw.seek(at)
        head = raw.read(8192)
        end, length = head.find(b"\r\n\r\n"), LENGTH.search(head)
        if end < 0 or length is None or length.start() > end or not head.startswith(VERSION):
            if at == 0:
                yield 0
            return
        yield at
        at += end + 4 + int(length[1])
        raw.seek(at)
        rest = raw.read(64)
        at += len(rest) - len(rest.lstrip(b"\r\n"))
