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


FORMATS = ("png", "jpeg", "webp")


def encode(pixels: np.ndarray, form: str = "png") -> bytes:
    """uint8 (height, width[, channels]) or uint16 (height, width) as PNG (lossless, level 1), or as JPEG or WebP
    at quality 95 without colour subsampling (JPEG) in the fastest method (WebP).
    """
    plain = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    buffer = io.BytesIO()
    options: dict[str, int] = {
        "png": {"compress_level": 1},
        "jpeg": {"quality": 95, "subsampling": 0},
        "webp": {"quality": 95, "method": 0},
    }[form]
    Image.fromarray(plain).save(buffer, form.upper(), **options)
    return buffer.getvalue()
