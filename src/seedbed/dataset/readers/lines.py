"""Lines with their offsets out of a stream of pieces, without ever holding more than one too long line's limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from seedbed.dataset.readers.base import Part, Reading
from seedbed.dataset.readers.streams import pieces, raw_chunks

NEVER = 1 << 62
BOM = b"\xef\xbb\xbf"
Line = tuple[int, bytes]


def part_lines(raw: BinaryIO, part: Part, reading: Reading) -> Iterator[Line]:
    """The part's lines: those whose first byte lies in [start, stop). Offsets count uncompressed bytes."""
    refuse = reading.refuse
    if not part.start and part.stop is None:
        data: Iterable[bytes | None] = (piece for _, piece in pieces(raw, part.path, reading))
        return lines(data, limit=reading.max_bytes, refuse=refuse)
    begin = max(part.start - 1, 0)  # one byte early: a line that begins right at start is ours
    raw.seek(begin)
    stop = NEVER if part.stop is None else part.stop
    return lines(raw_chunks(raw), begin, stop, limit=reading.max_bytes, refuse=refuse, inside=part.start > 0)


def lines(
    data: Iterable[bytes | None],
    at: int = 0,
    stop: int = NEVER,
    *,
    limit: int,
    refuse: Callable[[int, str, str], None],
    inside: bool = False,
) -> Iterator[Line]:
    """(offset, line without its end) of pieces that begin at offset `at`, `inside` a line or not.

    A piece that is None is a gap: the unfinished line before it is dropped.
    """
    held: list[bytes] = []
    size, start = 0, at  # bytes held, and the offset of the first of them
    for piece in data:
        if start >= stop or (inside and at >= stop):
            return
        if piece is None:
            held, size, inside, start = [], 0, False, at
            continue
        cut = piece.rfind(b"\n")
        at += len(piece)
        if cut < 0:
            held.append(piece if not inside else b"")
            size += len(held[-1])
            if size > limit:
                refuse(start, "line_too_long", f"more than {limit} bytes")
                inside = True
            if inside:
                held, size, start = [], 0, at
            continue
        block = b"".join([*held, piece[:cut]])
        for line in block.split(b"\n"):
            if inside:
                inside = False
            elif start >= stop:
                return
            elif len(line) > limit:
                refuse(start, "line_too_long", f"{len(line)} bytes, limit {limit}")
            else:
                yield start, line
            start += len(line) + 1
        held = [piece[cut + 1 :]]
        size = len(held[0])
    tail = b"".join(held)
    if tail and not inside and start < stop:
        if len(tail) <= limit:
            yield start, tail
        else:
            refuse(start, "line_too_long", f"{len(tail)} bytes, limit {limit}")
