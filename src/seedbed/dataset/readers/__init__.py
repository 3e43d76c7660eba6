"""Raw collections (WARC, Parquet, JSON lines, CSV, tar, pictures, texts) as Arrow tables of one schema.

    parts = parts_of(["crawl/", "s3://bucket/books/*.jsonl.gz"])   # units that any process can read alone
    for part in parts:
        for table in read(part, quarantine=damaged):               # tables of COLLECTED, in bounded memory
            ...

A reader is a class registered under the kind "reader", one module each. Whatever cannot be read is put
in `quarantine` with its place and the reason; reading goes on.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["COLLECTED", "Part", "Quarantined", "parts_of", "read"]

if TYPE_CHECKING:
    from seedbed.dataset.readers.base import COLLECTED, Part, Quarantined
    from seedbed.dataset.readers.parts import parts_of
    from seedbed.dataset.readers.reading import read

_HOMES = {"COLLECTED": "base", "Part": "base", "Quarantined": "base", "parts_of": "parts", "read": "reading"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:  # pyarrow and the readers are imported when they are used
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
