"""Images read no larger than they are needed: most measures want a few hundred pixels, not twelve million.

A JPEG can be decoded at 1/2, 1/4 or 1/8 for a fraction of the cost ("draft"); other formats are decoded whole. Reading
the header alone costs some ten microseconds.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from PIL import Image

from seedbed.errors import UsageError

T = TypeVar("T")


def each(images: Sequence[bytes | None], measure: Callable[[bytes], T]) -> list[T | None]:
    """`measure` of each image, None where there is none or it cannot be read."""
    return [_safely(data, measure) for data in images]


def _safely(data: bytes | None, measure: Callable[[bytes], T]) -> T | None:
    if not data:
        return None
    try:
        return measure(data)
    except UsageError:  # a missing package is the user's to mend, not a bad row
        raise
    except Exception:  # decoders raise a dozen kinds (OSError, SyntaxError, struct.error, ...): all mean a bad row
        return None


def header(data: bytes) -> tuple[int, int]:
    """Width and height as stored, from the header."""
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def small(data: bytes, side: int, mode: str) -> Image.Image:
    """The image in `mode` ("L" or "RGB"), neither side smaller than `side` unless it is stored so: for JPEG the
    smallest that the decoder offers, otherwise the whole.
    """
    with Image.open(io.BytesIO(data)) as image:
        image.draft(mode, (side, side))
        return plain(image, mode)


def plain(image: Image.Image, mode: str) -> Image.Image:
    """Decoded and converted; what is transparent is laid over white, so that hidden colours do not count."""
    image.load()
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    elif image.mode.startswith("I;16"):  # Pillow's own conversion clips 16 bits at 255
        image = Image.fromarray((np.asarray(image, np.uint16) >> 8).astype(np.uint8))
    return image if image.mode == mode else image.convert(mode)
