"""Which reader a file is for: by its name, then by its first bytes (of what is compressed in it, too)."""

from __future__ import annotations

import zlib

from seedbed import registry
from seedbed.dataset.readers.base import Reader
from seedbed.dataset.readers.huggingface import ABOUT
from seedbed.dataset.readers.images import TABLES
from seedbed.dataset.readers.places import open_binary, optional
from seedbed.dataset.readers.streams import MAGIC, compression_of, plain_name

HEAD = 4096


def by_name(name: str) -> str | None:
    """The reader of a file's name."""
    plain = plain_name(name)
    for format in registry.names("reader"):
        reader: type[Reader] = registry.get("reader", format)
        if plain.endswith(reader.endings):
            return format
    return None


def by_magic(path: str) -> str | None:
    """The reader of a file's first bytes, where its name tells nothing."""
    try:
        head = head_of(path)
    except OSError:
        return None
    for format in registry.names("reader"):
        reader: type[Reader] = registry.get("reader", format)
        if any(head[at : at + len(magic)] == magic for at, magic in reader.magic):
            return format
    return None


def head_of(path: str) -> bytes:
    """The first bytes, decompressed only where the file's name says so: readers go by the name, too."""
    with open_binary(path) as raw:
        head = raw.read(HEAD)
    kind = compression_of(path)
    if kind == "gzip" and head.startswith(MAGIC[kind]):
        try:
            return zlib.decompressobj(31).decompress(head, HEAD)
        except zlib.error:
            return b""
    if kind == "zstd":
        zstandard = optional("zstandard", "reading .zst files", path)
        try:
            return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(head[:1024])[:HEAD])
        except zstandard.ZstdError:
            return b""
    return head


def is_metadata(path: str, name: str) -> bool:
    """Whether a file describes others: it is no data of its own."""
    if name in ABOUT:
        return True
    if name not in TABLES:
        return False
    try:
        return b"file_name" in head_of(path)
    except OSError:
        return False
