"""The world `glyphs`: a digit, a way of writing it, and a hand that is never twice the same.

`plan` draws one vector of standard normal numbers a row; `render` does the geometry for all rows at once:
jitter the control points, bend and shear the plane, follow the strokes, map them into the sensor's box,
take the pixels nearest to the stroke, count blocks. No real digit is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.dataset.digits import SIDE, counts_to_gray
from seedbed.dataset.images import encode
from seedbed.registry import register
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.glyphs.sensor import BITMAP, block_counts, ink, normalise, stroke_distance
from seedbed.worlds.glyphs.strokes import DIGITS, POINTS, STYLES, programs

SLANTS = {"left": -0.12, "upright": 0.0, "right": 0.12}  # shear: x shift over the whole height, in heights
WIDTHS = {"thin": 280.0, "medium": 315.0, "thick": 350.0}  # dark pixels of 1,024

# Standard deviations of the hand; lengths in units of the digit's height unless said otherwise.
JITTER = 0.04  # each control point
SHEAR = 0.08
ROTATION = 4.0  # degrees
BEND = 0.10  # quadratic warps of the plane
ASPECT = 0.10  # of log(width / height)
PRESSURE = 0.35  # pixels, between the ends of the pen's way
INK = 14.0  # pixels of 1,024
SHIFT = 0.7  # pixels
BOX = (20.0, 32.0)  # pixels, ink included

_GLOBAL = 12  # numbers a row beside the control points' jitter
_CHUNK = 16  # rows drawn at a time: 16 x 35 segments x 1,024 pixels stay in cache


@register("world", "glyphs")
class Glyphs:
    """Digits 0-9 as 8x8 counts of a 32x32 bitmap. Columns: `image` (8x8 gray PNG, 16 gray levels a count)
    and `pixels` (64 counts 0..16, row by row)."""

    name = "glyphs"
    version = "2"
    licence = "CC0-1.0"
    factors = (
        Factor("digit", DIGITS, "the class"),
        Factor("style", STYLES, "the way of writing it: a to f mean something else for each digit"),
        Factor("slant", tuple(SLANTS), "which way the stems lean"),
        Factor("width", tuple(WIDTHS), "how much ink the pen leaves"),
    )

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([("image", pa.binary()), ("pixels", pa.list_(pa.uint8(), SIDE * SIDE))])

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """The levels, and the hand as standard normal numbers: (POINTS, 2) for the points, 12 for the rest."""
        return {
            **{factor.name: str(levels[factor.name]) for factor in self.factors},
            "points": rng.standard_normal((POINTS, 2)),
            "hand": rng.standard_normal(_GLOBAL),
        }

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns `image` and `pixels` for these plans, in their order."""
        counts = block_counts(self.bitmaps(plans))
        images = [encode(gray) for gray in counts_to_gray(counts)]
        flat = pa.FixedSizeListArray.from_arrays(pa.array(counts.reshape(-1)), SIDE * SIDE)
        return pa.record_batch([pa.array(images, pa.binary()), flat], schema=self.schema)

    def bitmaps(self, plans: Sequence[Plan]) -> np.ndarray:
        """The 32x32 bitmaps (n, 32, 32) bool that the sensor divides into blocks."""
        parts = [_draw(plans[start : start + _CHUNK]) for start in range(0, len(plans), _CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, BITMAP, BITMAP), dtype=bool)


def _draw(plans: Sequence[Plan]) -> np.ndarray:
    hand = np.stack([plan["hand"] for plan in plans])
    which = np.array([DIGITS.index(p["digit"]) * len(STYLES) + STYLES.index(p["style"]) for p in plans])
    control, basis, pen_down = (table[which] for table in programs())
    control = control + JITTER * np.stack([plan["points"] for plan in plans])
    slant = np.array([SLANTS[plan["slant"]] for plan in plans]) + SHEAR * hand[:, 0]
    samples = _bend(basis @ control, hand, slant)
    wanted = np.array([WIDTHS[plan["width"]] for plan in plans]) + INK * np.clip(hand[:, 1], -2.5, 2.5)
    samples = normalise(samples, _box(hand), BITMAP / 2 + SHIFT * hand[:, 2:4] * (1.0, 0.3))
    tilt = np.linspace(-0.5, 0.5, pen_down.shape[1])[None] * PRESSURE * 2 * hand[:, 4:5]
    return ink(stroke_distance(samples, pen_down, tilt), np.rint(wanted).astype(int))


def _box(hand: np.ndarray) -> np.ndarray:
    """The box of the pen's way (n, 2) pixels: the ink's box less a pen of about 4 pixels."""
    width = (BOX[0] - 4.0) * np.exp(ASPECT * hand[:, 5])
    return np.stack([width, np.full(len(hand), BOX[1] - 4.0)], axis=1)


def _bend(samples: np.ndarray, hand: np.ndarray, slant: np.ndarray) -> np.ndarray:
    """Quadratic warp, shear and rotation of the plane about the digit's middle."""
    x, y = samples[:, :, 0] - 0.3, samples[:, :, 1] - 0.5
    a, b, c, d = (BEND * hand[:, i : i + 1] for i in range(6, 10))
    bent_x = x + a * 2 * y**2 + b * 2 * x * y - slant[:, None] * y
    bent_y = y + c * y**2 + d * 2 * x * y
    angle = np.deg2rad(ROTATION) * hand[:, 10:11]
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cos * bent_x - sin * bent_y, sin * bent_x + cos * bent_y], axis=2)
