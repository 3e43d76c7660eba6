"""Images with captions, and which of them are minimal pairs, from any dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seedbed.errors import UsageError, nearest
from seedbed.learn.images import decode_equal

PAIR = ("image", "image_1", "caption_0", "caption_1")


@dataclass(frozen=True)
class Captioned:
    """images uint8 (n, h, w, c), captions (n), and pairs int (m, 2): rows that are one minimal pair; may be empty."""

    images: np.ndarray
    captions: list[str]
    pairs: np.ndarray

    def __len__(self) -> int:
        return len(self.captions)


def captioned(dataset: Any, caption: str = "caption", image: str = "image") -> Captioned:
    """Rows of a Dataset that have an image and a caption. One with the columns image, image_1, caption_0, caption_1
    (the world `pairs`) gives two rows for each of its own. `caption` is a column of text, or COLUMN.STYLE of a column
    of captions in several styles (`captions.dense`).

    Raises UsageError for columns that are missing, and where no row is left.
    """
    where = str(getattr(dataset, "path", "dataset"))
    names = dataset.schema.names
    if caption == "caption" and all(name in names for name in PAIR):
        return _pairs(dataset, where)
    column, _, style = caption.partition(".")
    for name in (image, column):
        if name not in names:
            raise UsageError(f"no column '{name}'", where=where, hint=nearest(name, names))
    table = dataset.table([image, column])
    texts = [_text(value, style, where) for value in table[column].to_pylist()]
    kept = [(data, text) for data, text in zip(table[image].to_pylist(), texts) if data is not None and text]
    if not kept:
        raise UsageError(f"no row has an image and a caption in '{caption}'", where=where)
    return Captioned(decode_equal([data for data, _ in kept], where), [t for _, t in kept], np.zeros((0, 2), int))


def _text(value: Any, style: str, where: str) -> str | None:
    if not style or value is None:
        return None if value is None else str(value)
    found = {entry["style"]: entry["text"] for entry in value}
    if style not in found:
        raise UsageError(f"no captions of style '{style}'", where=where, hint=nearest(style, found))
    return str(found[style])


def _pairs(dataset: Any, where: str) -> Captioned:
    images: list[bytes] = []
    captions: list[str] = []
    for row in dataset.table([*PAIR]).to_pylist():
        if all(row[name] is not None for name in PAIR):
            images += [row["image"], row["image_1"]]
            captions += [row["caption_0"], row["caption_1"]]
    if not captions:
        raise UsageError("no row has both captions", where=where)
    return Captioned(decode_equal(images, where), captions, np.arange(len(captions)).reshape(-1, 2))


def numbered(texts: Sequence[str]) -> np.ndarray:
    """A number for each text, equal for equal texts: int (n,)."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts], int)
