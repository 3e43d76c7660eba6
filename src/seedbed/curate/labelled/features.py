"""How rows become vectors: the user's embedding if there is one, else thumbnails of images, else hashed text.

    column of numbers (list)    as it is: one vector a row, all of one length
    column of bytes (image)     8 x 8 gray thumbnail (area average), 0..1: 64 numbers
    column of strings (text)    words and pairs of words hashed into 256 signed counts, length 1

Nothing is learnt and nothing is drawn at random, so the same row always gives the same vector. Thumbnails and
hashed text tell coarse things apart; for photographs, bring an `embedding` column.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from seedbed.errors import UsageError, nearest

PREFERRED = ("embedding", "image", "caption", "text")  # the first of these that a table has
SIDE = 8  # pixels a side of a thumbnail
WIDTH = 256  # numbers of a text's vector
LUMA = (0.2126, 0.7152, 0.0722)  # Rec. 709


def vector_column(columns: Sequence[str], wanted: str | None = None) -> str:
    """The column that vectors come from: `wanted`, or the first of embedding, image, caption, text."""
    if wanted is not None:
        if wanted not in columns:
            raise UsageError(f"no column '{wanted}'", where="vectors", hint=nearest(wanted, columns))
        return wanted
    for name in PREFERRED:
        if name in columns:
            return name
    hint = f"name one with vectors: …, or add one of {', '.join(PREFERRED)}"
    raise UsageError("no column to make vectors from", where="vectors", hint=hint)


def vectors(table: pa.Table, column: str | None = None) -> np.ndarray:
    """One vector a row, float64 (n, d). UsageError where a row has none, or lengths differ."""
    name = vector_column(table.column_names, column)
    kind = table[name].type
    _refuse_missing(table, name, table[name].is_null().to_numpy())
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind) or pa.types.is_large_list(kind):
        found = _stacked(table[name], name)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        found = np.array([thumbnail(data) for data in table[name].to_pylist()]).reshape(table.num_rows, SIDE * SIDE)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        found = np.array([hashed_text(text) for text in table[name].to_pylist()]).reshape(table.num_rows, WIDTH)
    else:
        raise UsageError(f"'{name}' holds {kind}", where="vectors", hint="lists of numbers, images or text")
    _refuse_missing(table, name, ~np.isfinite(found).all(axis=1))
    return found


def thumbnail(data: bytes) -> np.ndarray:
    """An encoded image as SIDE * SIDE gray values 0..1: the mean of each block (smaller images are enlarged)."""
    with Image.open(io.BytesIO(data)) as image:
        gray = image if image.mode == "L" else image.convert("RGB").convert("L", (*LUMA, 0.0))
        small = gray if gray.size == (SIDE, SIDE) else gray.resize((SIDE, SIDE), Image.Resampling.BOX)
        return np.asarray(small, float).ravel() / 255


def hashed_text(text: str) -> np.ndarray:
    """Words and pairs of words, hashed with CRC-32 into WIDTH signed counts, scaled to length 1."""
    words = text.lower().split()
    counts = np.zeros(WIDTH)
    for term in [*words, *(f"{a} {b}" for a, b in pairwise(words))]:
        code = zlib.crc32(term.encode())
        counts[(code >> 1) % WIDTH] += 1 if code & 1 else -1
    return counts / max(float(np.linalg.norm(counts)), 1e-12)


def standardised(found: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """Minus the mean of `reference` (default: itself), over one overall deviation.

    One deviation for all numbers, not one each: a border pixel that is black but once stays unimportant.
    """
    base = found if reference is None else reference
    if len(base) == 0:
        return found
    centred = found - base.mean(axis=0)
    return centred / (float(base.std(axis=0).max(initial=0.0)) or 1.0)


def labels_of(table: pa.Table, column: str) -> tuple[list[object], np.ndarray]:
    """(the classes in order, the class number of each row). UsageError where the column or a label is missing."""
    if column not in table.column_names:
        raise UsageError(f"no label column '{column}'", where="label", hint=nearest(column, table.column_names))
    values = table[column].to_pylist()
    missing = sum(value is None for value in values)
    if missing:
        raise UsageError(f"{missing} of {len(values)} rows have no label", where=column, hint="leave them out")
    classes = sorted(set(values), key=lambda value: (str(type(value)), value))
    place = {value: k for k, value in enumerate(classes)}
    return list(classes), np.array([place[value] for value in values], dtype=np.int64)


def _stacked(column: pa.ChunkedArray, name: str) -> np.ndarray:
    lengths = np.unique(pc.list_value_length(column).to_numpy())
    if len(lengths) > 1:
        what = f"vectors of different lengths ({lengths[0]} to {lengths[-1]})"
        raise UsageError(what, where=name, hint="one model makes all embeddings of a column")
    numbers = pc.cast(pc.list_flatten(column), pa.float64()).to_numpy()  # a null inside becomes nan
    return np.array(numbers).reshape(len(column), int(lengths[0]) if len(lengths) else 0)


def _refuse_missing(table: pa.Table, name: str, bad: Sequence[bool] | np.ndarray) -> None:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool))
    if len(rows):
        first = table["id"][int(rows[0])].as_py() if "id" in table.column_names else f"row {rows[0]}"
        what = f"{len(rows)} of {table.num_rows} rows have no finite vector (first: {first})"
        raise UsageError(what, where=name, hint="leave them out, or make their vectors again")
