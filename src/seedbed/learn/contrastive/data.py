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

    def take(self, rows: np.ndarray) -> Captioned:
        """Rows in the order given, and the pairs of which both rows are among them."""
        place = np.full(len(self), -1)
        place[rows] = np.arange(len(rows))
        pairs = place[self.pairs]
        return Captioned(self.images[rows], [self.captions[k] for k in rows], pairs[(pairs >= 0).all(1)])


def captioned(dataset: Any, caption: str = "caption", image: str = "image", pair: str | None = None) -> Captioned:
    """Rows of a Dataset that have an image and a caption. One with the columns image, image_1, caption_0, caption_1
    (the world `pairs`) gives two rows for each of its own. `caption` is a column of text, or COLUMN.STYLE of a column
    of captions in several styles (`captions.dense`). `pair`: a column that two rows of a minimal pair share.

    Raises UsageError for columns that are missing, and where no row is left.
    """
    where = str(getattr(dataset, "path", "dataset"))
    names = dataset.schema.names
    if caption == "caption" and all(name in names for name in PAIR):
        return _pairs(dataset, where)
    column, _, style = caption.partition(".")
    wanted = list(dict.fromkeys([image, column, *([pair] if pair else [])]))
    for name in wanted:
        if name not in names:
            raise UsageError(f"no column '{name}'", where=where, hint=nearest(name, names))
    table = dataset.table(wanted)
    texts = [_text(value, style, where) for value in table[column].to_pylist()]
    both = table[pair].to_pylist() if pair else [None] * len(texts)
    kept = [row for row in zip(table[image].to_pylist(), texts, both) if row[0] is not None and row[1]]
    if not kept:
        raise UsageError(f"no row has an image and a caption in '{caption}'", where=where)
    images = decode_equal([data for data, _, _ in kept], where)
    return Captioned(images, [str(text) for _, text, _ in kept], _couples([name for _, _, name in kept]))


def joined(parts: Sequence[Captioned]) -> Captioned:
    """Several as one; UsageError where their images differ in size."""
    if len({part.images.shape[1:] for part in parts}) != 1:
        raise UsageError("images of different sizes", where="data", hint="generate them with one size")
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return Captioned(
        np.concatenate([part.images for part in parts]), [text for part in parts for text in part.captions],
        np.concatenate([part.pairs + start for part, start in zip(parts, starts)]),
    )  # fmt: skip


def _couples(names: Sequence[Any]) -> np.ndarray:
    """Positions of the two rows of each name that comes twice: int (m, 2)."""
    places: dict[Any, list[int]] = {}
    for row, name in enumerate(names):
        if name is not None:
            places.setdefault(name, []).append(row)
    return np.array([rows for rows in places.values() if len(rows) == 2], int).reshape(-1, 2)


def _text(value: Any, style: str, where: str) -> str | None:
    if value is None or (isinstance(value, str) and not style):
        return value
    if not isinstance(value, list):
        raise UsageError("this column is no text", where=where, hint="name a column of captions, or COLUMN.STYLE")
    found = {entry["style"]: entry["text"] for entry in value}
    if not style:
        hint = f"name one: COLUMN.{next(iter(found), 'dense')}"
        raise UsageError("captions in several styles", where=where, hint=hint)
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
