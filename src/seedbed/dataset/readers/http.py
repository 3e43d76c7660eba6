"""The body of a stored HTTP answer: status, headers, chunks and compression."""

from __future__ import annotations

import re
import zlib

from seedbed.dataset.readers.base import Refused

STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})")
BODY_BYTES = 64 << 20  # of a compressed body, unpacked


def body_of(block: bytes) -> tuple[str, bytes] | None:
    """(content type, body) of an answer with status 200; None for others; Refused where it is none."""
    status = STATUS.match(block)
    if status is None:
        raise Refused("bad_record", "no HTTP status line")
    if status[1] != b"200":
        return None
    end = block.find(b"\r\n\r\n")
    head, body = (block[:end], block[end + 4 :]) if end >= 0 else (block, b"")
    headers = {
        name.strip().lower(): value.strip().decode("latin-1")
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if headers.get(b"transfer-encoding", "").lower() == "chunked":
        body = _joined(body)
    return headers.get(b"content-type", ""), _unpacked(body, headers.get(b"content-encoding", "").lower())


def _joined(body: bytes) -> bytes:
    """A body of chunks as one; as it is where it is joined already (crawlers do so and keep the header)."""
    found: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 64)
        try:
            size = int(body[at:end].partition(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0 or body[end + 2 + size : end + 4 + size] not in (b"\r\n", b""):
            return b"".join(found) if found else body
        found.append(body[end + 2 : end + 2 + size])
        at = end + 4 + size
        if size == 0:
            return b"".join(found)


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity") or not body:
        return body
    if encoding in ("gzip", "x-gzip") and not body.startswith(b"\x1f\x8b"):
        return body  # unpacked by the crawler, which kept the header
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Refused("bad_record", f"content encoding {encoding}")
    for bits in (47, -15):  # gzip or zlib, told by its header; raw deflate
        decoder = zlib.decompressobj(bits)
        try:
            out = decoder.decompress(body, BODY_BYTES)
        except zlib.error:
            continue
        if decoder.unconsumed_tail:
            raise Refused("decompression_bomb", f"a body of more than {BODY_BYTES} bytes")
        return out
    return body
