"""Where a fit gets its images: an array in memory, the encoded images of a dataset, or anything with `take`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from seedbed.dataset.images import decode
from seedbed.errors import UsageError
from seedbed.learn.base import as_batch


class ImageRows(Protocol):
    """Rows of images of one shape. `slow`: take() decodes or renders, so it is called ahead in a thread."""

    shape: tuple[int, int, int]  # h, w, c
    slow: bool

    def __len__(self) -> int: ...

    def take(self, rows: np.ndarray) -> np.ndarray:
        """uint8 0..255 or float 0..1 (n, h, w, c) of these row positions."""
        ...


class ArrayRows:
    """Images in memory: (n, h, w[, c])."""

    slow = False

    def __init__(self, images: np.ndarray, where: str = "images") -> None:
        self.images = as_batch(images, where)
        self.shape: tuple[int, int, int] = self.images.shape[1:]

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Copies of these rows."""
        found: np.ndarray = self.images[rows]
        return found


class EncodedRows:
    """Encoded images (PNG, JPEG, WebP), decoded when they are needed: a tenth of the memory, and more time."""

    slow = True

    def __init__(self, encoded: Sequence[bytes], where: str = "images") -> None:
        self.encoded, self.where = encoded, where
        self.shape: tuple[int, int, int] = decode(encoded[0]).shape if len(encoded) else (0, 0, 0)

    def __len__(self) -> int:
        return len(self.encoded)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Decoded rows; UsageError where one has another size."""
        return decode_equal([self.encoded[int(row)] for row in rows], self.where, self.shape, rows)


def image_rows(images: Any, where: str) -> ImageRows:
    """Arrays as ArrayRows; anything else must have shape, slow and take."""
    if isinstance(images, np.ndarray) or not hasattr(images, "take"):
        return ArrayRows(np.asarray(images), where)
    found: ImageRows = images
    return found


def decode_equal(
    encoded: Sequence[bytes],
    where: str,
    shape: tuple[int, ...] | None = None,
    rows: Sequence[int] | np.ndarray | None = None,
) -> np.ndarray:
    """Encoded images of one size as uint8 (n, h, w, c); UsageError names the first one that differs."""
    found = []
    for index, data in enumerate(encoded):
        pixels = decode(data)
        shape = pixels.shape if shape is None else shape
        if pixels.shape != shape:
            row = index if rows is None else int(rows[index])
            raise UsageError(
                f"row {row} has an image of {_size(pixels.shape)}, the first one has {_size(shape)}", where=where,
                hint="give images of one size, for example generate --size 64",
            )  # fmt: skip
        found.append(pixels)
    return np.stack(found)


def _size(shape: Sequence[int]) -> str:
    return f"{shape[1]}x{shape[0]} px, {shape[2]} channels"
