"""Bytes of plain, gzip and zstd files in bounded pieces, stepping over damaged members.

A gzip (zstd) file is a row of members (frames). `Members` yields (member's offset, piece); after damage
it yields (offset, None), so that nothing is joined across the gap, finds the next member and goes on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Any, BinaryIO

from seedbed.dataset.readers.base import Reading
from seedbed.dataset.readers.places import open_binary, optional

CHUNK = 1 << 18  # bytes per read
FEED = 1 << 15  # bytes given to a decoder at once: what a decoder leaves over is copied, so not much more
PIECE = 1 << 20  # bytes that a decoder gives at once, at most
ZSTD_FEED = 1 << 10  # zstd has no limit on output: a block of 4 bytes can become 128 KiB
BOMB_BYTES, BOMB_RATIO = 1 << 30, 1000  # more output than both: nothing real packs so well

MAGIC = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd"}
SUFFIXES = {".gz": "gzip", ".gzip": "gzip", ".tgz": "gzip", ".zst": "zstd", ".zstd": "zstd"}

Refuse = Callable[[int, str, str], None]
Piece = tuple[int, bytes | None]


class _Bomb(Exception):
    pass


def compression_of(name: str) -> str | None:
    """The compression that a file's name tells."""
    low = name.lower()
    return next((kind for suffix, kind in SUFFIXES.items() if low.endswith(suffix)), None)


def plain_name(name: str) -> str:
    """A name in lower case without the ending of its compression (`.tgz` is `.tar`)."""
    low = name.lower()
    if low.endswith(".tgz"):
        return f"{low[:-4]}.tar"
    return next((low[: -len(suffix)] for suffix in SUFFIXES if low.endswith(suffix)), low)


def pieces(raw: BinaryIO, path: str, reading: Reading) -> Iterator[Piece]:
    """A whole file's bytes, decompressed where its name says so."""
    kind = compression_of(path)
    if kind is None:
        return ((0, data) for data in raw_chunks(raw))

    def refuse(offset: int, reason: str, detail: str) -> None:
        reading.refuse(offset, reason, detail, path)

    return iter(Members(raw, kind, refuse, path))


def raw_chunks(raw: BinaryIO) -> Iterator[bytes]:
    while data := raw.read(CHUNK):
        yield data


def read_small(path: str, reading: Reading) -> bytes | None:
    """A whole file of at most `max_bytes`; None where it was refused."""
    before, total, found = reading.refusals, 0, []
    with open_binary(path) as raw:
        for _, data in pieces(raw, path, reading):
            if data is None:
                return None
            total += len(data)
            if total > reading.max_bytes:
                reading.refuse(0, "record_too_large", f"more than {reading.max_bytes} bytes", path)
                return None
            found.append(data)
    if not total and reading.refusals == before:
        reading.refuse(0, "empty_file", "", path)
    return b"".join(found) if total else None


class Members:
    """The pieces of a gzip or zstd file."""

    def __init__(self, raw: BinaryIO, kind: str, refuse: Refuse, where: str = "") -> None:
        self.raw, self.kind, self.refuse = raw, kind, refuse
        self.zstd = optional("zstandard", "reading .zst files", where) if kind == "zstd" else None
        self.errors: tuple[type[Exception], ...] = (self.zstd.ZstdError,) if self.zstd else (zlib.error,)
        self.buffer, self.used = b"", 0  # bytes read, and how many of them are decoded
        self.at = 0  # offset in the file of the next byte to decode
        self.left = 0  # bytes of the last feed that the decoder did not take: the next member's
        self.out = 0  # bytes given so far

    def __iter__(self) -> Iterator[Piece]:
        if not self._fill(1):
            self.refuse(0, "empty_file", "")
            return
        while self._fill(1):
            member = self.at
            try:
                if self._skippable() or (member and self._padding()):
                    continue
                if not self._at_member():
                    self.refuse(member, f"not_{self.kind}", f"no {self.kind} data begins here")
                elif (yield from self._member(member)):
                    continue
                else:
                    self.refuse(member, "truncated", "the file ends inside compressed data")
                    yield member, None
                    return
            except self.errors as error:
                self.refuse(member, f"damaged_{self.kind}", str(error))
            except _Bomb:
                detail = f"{self.out} bytes out of fewer than {self.at + FEED}"
                self.refuse(member, "decompression_bomb", detail)
                yield member, None
                return
            yield member, None
            if not self._find(member + 1):
                return
        if not self.out:
            self.refuse(0, "empty_file", "nothing is compressed in it")

    def _fill(self, count: int) -> bool:
        """Have at least `count` bytes ahead, if the file has them."""
        while len(self.buffer) - self.used < count:
            more = self.raw.read(CHUNK)
            if not more:
                return False
            self.buffer, self.used = self.buffer[self.used :] + more, 0
        return True

    def _move(self, count: int) -> None:
        self.used += count
        self.at += count

    def _at_member(self) -> bool:
        self._fill(4)
        head = self.buffer[self.used : self.used + 4]
        return head.startswith(MAGIC[self.kind]) or (len(head) < 4 and MAGIC[self.kind].startswith(head))

    def _likely(self) -> bool:
        """Reserved flags and level are as they should be: the magic is no chance match inside damaged data."""
        self._fill(10)
        head = self.buffer[self.used : self.used + 10]
        return self.kind == "zstd" or len(head) < 10 or (head[3] < 32 and head[8] in (0, 2, 4))

    def _skippable(self) -> bool:
        """Step over a skippable frame of zstd."""
        if self.kind != "zstd" or not self._fill(8):
            return False
        head = self.buffer[self.used : self.used + 8]
        if head[0] & 0xF0 != 0x50 or head[1:4] != b"\x2a\x4d\x18":
            return False
        left = 8 + int.from_bytes(head[4:], "little")
        while left and self._fill(1):
            step = min(left, len(self.buffer) - self.used)
            self._move(step)
            left -= step
        return True

    def _padding(self) -> bool:
        """Step over zeros after a member: tapes and some tools pad with them."""
        if self.buffer[self.used]:
            return False
        run = self.buffer[self.used :]
        zeros = len(run) - len(run.lstrip(b"\0"))
        self._move(zeros)
        return zeros > 0

    def _member(self, member: int) -> Generator[Piece, None, bool]:
        """The pieces of one member; returns whether it ended as it should."""
        decoder: Any = self.zstd.ZstdDecompressor(max_window_size=1 << 27) if self.zstd else None
        decoder = decoder.decompressobj() if decoder else zlib.decompressobj(31)
        feed = self._feed_zstd if self.zstd else self._feed_gzip
        while self._fill(1):
            data = self.buffer[self.used : self.used + FEED]
            for piece in feed(decoder, data):
                self.out += len(piece)
                if self.out > BOMB_BYTES and self.out > BOMB_RATIO * (self.at + len(data)):
                    raise _Bomb
                yield member, piece
            self._move(len(data) - self.left)
            if decoder.eof:
                return True
        return False

    def _feed_gzip(self, decoder: Any, data: bytes) -> Iterator[bytes]:
        while True:
            out = decoder.decompress(data, PIECE)
            if out:
                yield out
            data = decoder.unconsumed_tail
            if decoder.eof or (not data and len(out) < PIECE):
                self.left = len(decoder.unused_data)
                return

    def _feed_zstd(self, decoder: Any, data: bytes) -> Iterator[bytes]:
        self.left = len(data)
        for start in range(0, len(data), ZSTD_FEED):
            some = data[start : start + ZSTD_FEED]
            out = decoder.decompress(some)
            self.left -= len(some)
            if out:
                yield out
            if decoder.eof:  # what follows belongs to the next frame
                self.left += len(decoder.unused_data)
                return

    def _find(self, start: int) -> bool:
        """Go to the next place at or after `start` where a member may begin."""
        self.raw.seek(start)
        self.buffer, self.used, self.at = b"", 0, start
        while self._fill(4):
            found = self.buffer.find(MAGIC[self.kind], self.used)
            self._move((found if found >= 0 else len(self.buffer) - 3) - self.used)
            if found >= 0:
                if self._likely():
                    return True
                self._move(1)
        return False
