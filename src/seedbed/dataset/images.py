"""Encoded images to arrays and back. PNG is lossless; level 1 costs a tenth of the default's time."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image


def decode(data: bytes) -> np.ndarray:
    """An encoded image as uint8 (height, width, channels); gray images have one channel."""
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def decode_all(encoded: Sequence[bytes]) -> np.ndarray:
    """Encoded images of one size as uint8 (n, height, width, channels)."""
    return np.stack([decode(data) for data in encoded])


def encode(pixels: np.ndarray) -> bytes:
    """uint8 (height, width[, channels]) as PNG bytes."""
    plain = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    buffer = io.BytesIO()
    Image.fromarray(plain).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
