"""Folders that Hugging Face `datasets` saves: Arrow files named by `state.json`, or Parquet files."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from seedbed.dataset.readers.base import Reader, Reading, Row
from seedbed.dataset.readers.columns import Columns
from seedbed.dataset.readers.parquet import DAMAGE, Parquet, batch_rows, wanted
from seedbed.dataset.readers.places import is_url, open_binary
from seedbed.registry import register

SLICE = 256  # rows that are Python objects at once
ABOUT = (
    "state.json", "dataset_info.json", "dataset_dict.json", "dataset_infos.json", "croissant.json", "seedbed.json",
    "overrides.jsonl",
)  # fmt: skip


@register("reader", "hf")
class HuggingFace(Reader):
    endings = (".arrow", ".feather")
    magic = ((0, b"ARROW1"), (0, b"\xff\xff\xff\xff"))

    def cuts(self, path: str, size: int, part_bytes: int) -> list[tuple[int, int | None]]:
        return Parquet().cuts(path, size, part_bytes) if path.endswith(".parquet") else [(0, None)]

    def rows(self, reading: Reading) -> Iterator[Row]:
        path = reading.part.path
        if path.endswith(".parquet"):
            yield from Parquet().rows(reading)
            return
        # mapped, so that pages come and go: the file is not held in memory
        with open_binary(path) if is_url(path) else pa.memory_map(path) as raw:
            try:
                file, batches = _open(raw)
                names = wanted(file.schema, reading)
            except DAMAGE as error:
                reading.refuse(0, "not_arrow", str(error))
                return
            if names is not None:
                slices = (part for batch in batches for part in _slices(batch.select(names)))
                yield from batch_rows(slices, 0, reading.place(), Columns(reading.fields), reading)


def _open(raw: pa.NativeFile) -> tuple[pa.ipc.RecordBatchReader, Iterator[pa.RecordBatch]]:
    magic = raw.read(6)
    raw.seek(0)
    if bytes(magic) != b"ARROW1":
        stream = pa.ipc.open_stream(raw)
        return stream, iter(stream)
    file = pa.ipc.open_file(raw)
    return file, (file.get_batch(k) for k in range(file.num_record_batches))


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    return (batch.slice(start, SLICE) for start in range(0, batch.num_rows, SLICE))
