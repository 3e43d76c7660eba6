"""Rows to groups: codes, counts tables and the slices that name them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seedbed.errors import UsageError, nearest
from seedbed.slices import Slice

MISSING = "(missing)"


@dataclass(frozen=True)
class Rows:
    """The audited rows as integer codes. Rows without label or prediction are left out and counted."""

    classes: list[str]
    label: np.ndarray
    prediction: np.ndarray
    by: dict[str, tuple[np.ndarray, list[str]]]  # column -> (codes, levels)
    kinds: dict[str, pa.DataType]  # column -> its type before it was compared as text
    score: np.ndarray | None
    dropped: int

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True)
class Grouping:
    """The groups of one combination of columns: each row's group, and each group's levels."""

    columns: tuple[str, ...]
    codes: np.ndarray
    levels: list[tuple[str, ...]]


def read_table(data: Any, columns: Sequence[str]) -> pa.Table:
    """The named columns of a table, a mapping, a Parquet/CSV/JSONL file, or anything with `.table(columns)`."""
    if isinstance(data, (str, Path)):
        table = _read_file(Path(data))
    elif isinstance(data, pa.Table):
        table = data
    elif isinstance(data, dict):
        table = pa.table(data)
    elif hasattr(data, "table"):
        names = list(data.schema.names)
        _check(columns, names)
        return data.table(list(dict.fromkeys(columns)))
    else:
        raise UsageError(f"cannot audit a {type(data).__name__}", where="audit", hint="give a table or a file")
    _check(columns, table.column_names)
    return table.select(list(dict.fromkeys(columns)))


def _check(columns: Sequence[str], known: Sequence[str]) -> None:
    for name in columns:
        if name not in known:
            raise UsageError(f"no column '{name}'", where="audit", hint=nearest(name, known))


def _read_file(path: Path) -> pa.Table:
    if path.is_dir():
        from seedbed.dataset import Dataset

        dataset = Dataset(path)
        return dataset.table([n for n in dataset.schema.names if not pa.types.is_nested(dataset.schema.field(n).type)])
    if not path.is_file():
        raise UsageError("no such file", where=str(path), hint="give a .parquet, .csv or .jsonl file")
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            return pq.read_table(path)
        if path.suffix == ".csv":
            from pyarrow import csv

            return csv.read_csv(path)
        if path.suffix in (".jsonl", ".ndjson", ".json"):
            from pyarrow import json

            return json.read_json(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UsageError(f"cannot be read ({str(error).splitlines()[0]})", where=str(path)) from None
    raise UsageError(f"unknown format '{path.suffix}'", where=str(path), hint="give .parquet, .csv or .jsonl")


def encode(table: pa.Table, label: str, prediction: str, by: Sequence[str], score: str | None) -> Rows:
    """Code the columns; every value is compared as text, so 1 and "1" are one class."""
    keep = pc.and_(pc.is_valid(table[label]), pc.is_valid(table[prediction]))
    if score is not None:
        keep = pc.and_(keep, pc.is_valid(table[score]))
    kept = table.filter(keep)
    truth, said = _text(kept[label]), _text(kept[prediction])
    classes = sorted({*pc.unique(truth).to_pylist(), *pc.unique(said).to_pylist()})
    place = pa.array(classes, pa.string())
    return Rows(
        classes,
        _codes(truth, place),
        _codes(said, place),
        {name: _levels(_text(kept[name])) for name in by},
        {name: table.schema.field(name).type for name in by},
        None if score is None else kept[score].cast(pa.float64()).to_numpy(),
        table.num_rows - kept.num_rows,
    )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_boolean(column.type) or not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return column.fill_null(MISSING)


def _codes(column: pa.ChunkedArray, classes: pa.Array) -> np.ndarray:
    if len(column) == 0:
        return np.zeros(0, dtype=np.int64)
    return pc.index_in(column, value_set=classes).to_numpy().astype(np.int64)


def _levels(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    levels = sorted(pc.unique(column).to_pylist())
    return _codes(column, pa.array(levels, pa.string())), levels


def groupings(rows: Rows, depth: int) -> list[Grouping]:
    """Every combination of 1 .. depth of the columns, and the whole (no column) first."""
    made = [Grouping((), np.zeros(len(rows), dtype=np.int64), [()])]
    for size in range(1, depth + 1):
        made += [_grouping(rows, columns) for columns in itertools.combinations(rows.by, size)]
    return made


def _grouping(rows: Rows, columns: tuple[str, ...]) -> Grouping:
    sizes = [len(rows.by[name][1]) for name in columns]
    if len(rows) == 0:
        return Grouping(columns, np.zeros(0, dtype=np.int64), [])
    flat = np.ravel_multi_index([rows.by[name][0] for name in columns], sizes)
    present, codes = np.unique(flat, return_inverse=True)
    parts = np.unravel_index(present, sizes)
    levels = [tuple(rows.by[name][1][int(part[k])] for name, part in zip(columns, parts)) for k in range(len(present))]
    return Grouping(columns, codes, levels)


def slice_text(columns: Sequence[str], levels: Sequence[str], kinds: Mapping[str, pa.DataType]) -> str | None:
    """The predicate that selects a group's rows; None where a level is missing, which no predicate selects."""
    if MISSING in levels:
        return None
    return str(Slice.of({name: _literal(level, kinds[name]) for name, level in zip(columns, levels)}))


def _literal(level: str, kind: pa.DataType) -> str | int | float | bool:
    if pa.types.is_boolean(kind):
        return level == "true"
    if pa.types.is_integer(kind):
        return int(level)
    return float(level) if pa.types.is_floating(kind) else level


def counts_table(rows: Rows, grouping: Grouping) -> np.ndarray:
    """How often each label got each prediction: int64 of shape (groups, classes, classes)."""
    size = len(rows.classes)
    flat = (grouping.codes * size + rows.label) * size + rows.prediction
    made = np.bincount(flat, minlength=len(grouping.levels) * size * size)
    return made.reshape(len(grouping.levels), size, size)


def right_table(rows: Rows, grouping: Grouping) -> np.ndarray:
    """As `counts_table` with two classes, wrong and right: enough for accuracy with many classes."""
    right = (rows.label == rows.prediction).astype(np.int64)
    made = np.bincount(grouping.codes * 2 + right, minlength=len(grouping.levels) * 2).reshape(-1, 2)
    table = np.zeros((len(grouping.levels), 2, 2), dtype=np.int64)
    table[:, 0, 1], table[:, 1, 1] = made[:, 0], made[:, 1]
    return table
