"""Plans of a probe's space as a Parquet file: every combination of levels, a million and more a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

BLOCK = 1 << 20


def enumerate_plans(factors: Mapping[str, Sequence[Any]], path: str | Path, *, most: int | None = None) -> int:
    """Write all combinations (or the first `most`) as rows of dictionary-encoded columns; returns how many.

    Row i has the levels of i written in the mixed base of the factors, the last one fastest. Memory stays flat.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, levels = list(factors), [list(v) for v in factors.values()]
    steps = np.cumprod([1, *[len(v) for v in levels[:0:-1]]], dtype=object)[::-1]
    total = int(steps[0]) * len(levels[0])
    count = total if most is None else min(most, total)
    words = [pa.array([str(w) for w in v]) for v in levels]
    schema = pa.schema([pa.field(name, pa.dictionary(pa.int32(), pa.string())) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=True, write_statistics=False) as writer:
        for start in range(0, count, BLOCK):
            rows = np.arange(start, min(start + BLOCK, count))
            columns = [
                pa.DictionaryArray.from_arrays(pa.array((rows // int(step) % len(v)).astype(np.int32)), word)
                for step, v, word in zip(steps, levels, words)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    return count
