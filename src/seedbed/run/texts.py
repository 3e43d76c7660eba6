"""The texts of a column: of a dataset's folder, or of a table in a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.errors import UsageError, nearest

FILES = (".parquet", ".csv", ".jsonl")


@dataclass(frozen=True)
class Texts:
    """texts: those that hold something, in the rows' order; blank: rows without. facts: of captions, else empty lists.
    licences: those that the rows name.
    """

    texts: list[str]
    blank: int
    facts: list[list[str]]
    licences: list[str]

    def take(self, rows: np.ndarray) -> list[str]:
        return [self.texts[int(k)] for k in rows]


def texts_of(source: str | Path, column: str) -> Texts:
    """The texts of `column`: text, a list of texts, or `captions` (all styles; `captions.dense`: one). UsageError where
    there is no such column, or no text in it.
    """
    name, _, style = column.partition(".")
    table = _table(source, name, column)
    texts, facts, blank = [], [], 0
    for value in table[name if name in table.column_names else column].to_pylist():
        found = [item for item in _items(value, style, f"column {column}") if item[0].strip()]
        blank += not found
        texts += [text for text, _ in found]
        facts += [stated for _, stated in found]
    if not texts:
        raise UsageError(f"column '{column}' holds no text", where=str(source), hint="give another column")
    told = table["licence"].unique().to_pylist() if "licence" in table.column_names else []
    return Texts(texts, blank, facts, sorted({licence for licence in told if licence}))


def split_rows(count: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of training and held-out texts; at least one of each."""
    if count < 2:
        raise UsageError(f"{count} text", where="held_out", hint="two or more, one of them is held out")
    order = np.random.default_rng([seed, 17]).permutation(count)
    held = min(count - 1, max(1, round(share * count)))
    return np.sort(order[held:]), np.sort(order[:held])


def _table(source: str | Path, name: str, column: str) -> pa.Table:
    place = Path(source)
    if place.is_dir():
        from seedbed.dataset import Dataset

        dataset = Dataset(place)
        known = dataset.schema.names
        read = lambda names: dataset.table(names)  # noqa: E731
    elif place.suffix in FILES:
        from seedbed.audit.read import read_file

        table = read_file(place)
        known = table.column_names
        read = table.select
    else:
        hint = f"give a dataset's folder, or a file ({', '.join(FILES)})"
        raise UsageError("no dataset", where=str(source), hint=hint)
    wanted = column if column in known else name
    if wanted not in known:
        raise UsageError(f"no column '{column}'", where=str(source), hint=nearest(column, known))
    made: pa.Table = read([wanted, *(["licence"] if "licence" in known and wanted != "licence" else [])])
    return made


def _items(value: Any, style: str, where: str) -> list[tuple[str, list[str]]]:
    """(text, facts) in a cell."""
    if value is None:
        return []
    if isinstance(value, str):
        return [(value, [])]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [(item, []) for item in value]
    if isinstance(value, list) and all(isinstance(item, dict) and "text" in item for item in value):
        return [(i["text"], i.get("facts") or []) for i in value if style in ("", i.get("style")) and i["text"]]
    raise UsageError("not a column of texts", where=where, hint="text, lists of text, or captions")
