"""From strokes to the 8x8 counts of the UCI digits: normalise, draw a 32x32 bitmap, count blocks.

The form-based preprocessing of NIST (Garris et al., NISTIR 5469, 1994), which the real digits went
through, scales each digit to a fixed box in a 32x32 bitmap and adjusts the stroke width until the amount
of ink is ordinary. Here both are exact: the strokes' box is mapped to the wanted box, and the bitmap's
pixels are those nearest to the stroke, as many as the wanted ink.
"""

from __future__ import annotations

import numpy as np

from seedbed.dataset.digits import SIDE

BITMAP = 32  # pixels a side
BLOCK = BITMAP // SIDE
NARROW = 0.45  # width over height


def block_counts(bitmap: np.ndarray) -> np.ndarray:
    """(n, 32, 32) on/off pixels to (n, 8, 8) uint8: the number of on-pixels in each 4x4 block, 0..16."""
    blocks = np.asarray(bitmap, dtype=bool).reshape(-1, SIDE, BLOCK, SIDE, BLOCK)
    return blocks.sum(axis=(2, 4), dtype=np.uint8)


def normalise(samples: np.ndarray, box: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Map the bounding box of each row's samples (n, k, 2) to `box` (n, 2: width, height) pixels.

    A digit narrower than `NARROW` of its height is widened as if it were that wide: a bar stays a bar.
    """
    low, high = samples.min(axis=1), samples.max(axis=1)
    extent = np.maximum(high - low, 1e-6)
    extent[:, 0] = np.maximum(extent[:, 0], NARROW * extent[:, 1])
    scale = box / extent
    middle = (low + high) / 2
    return (samples - middle[:, None]) * scale[:, None] + center[:, None]


def stroke_distance(samples: np.ndarray, pen_down: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    """Distance from every pixel centre to the nearest stroke, less the pen's local extra radius.

    samples (n, k, 2) in pixels, pen_down (n, k - 1) 1 or 0, pressure (n, k - 1) pixels. Returns (n, 1024)
    float32. Source: the usual point-to-segment distance, over all segments at once.
    """
    axis = np.arange(BITMAP, dtype=np.float32) + 0.5
    start = samples[:, :-1].astype(np.float32)
    step = (samples[:, 1:] - samples[:, :-1]).astype(np.float32)
    inverse = 1.0 / np.maximum((step**2).sum(axis=2), 1e-9)
    dx = axis[None, None, :] - start[:, :, :1]  # (n, k - 1, 32), along x
    dy = axis[None, None, :] - start[:, :, 1:]
    along_x = dx * (step[:, :, :1] * inverse[:, :, None])
    along_y = dy * (step[:, :, 1:] * inverse[:, :, None])
    t = np.clip(along_y[:, :, :, None] + along_x[:, :, None, :], 0, 1)  # (n, k - 1, 32, 32)
    gap_x = dx[:, :, None, :] - t * step[:, :, 0, None, None]
    gap_y = dy[:, :, :, None] - t * step[:, :, 1, None, None]
    distance = np.sqrt(gap_x**2 + gap_y**2)
    distance -= (pressure + (pen_down - 1) * 1e3)[:, :, None, None].astype(np.float32)
    return distance.min(axis=1).reshape(len(samples), -1)


def ink(distance: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """(n, 32, 32) bool: the `amount` (n,) pixels nearest to the stroke, ties by position."""
    order = np.argsort(distance, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[None], axis=1)
    return (rank < amount[:, None]).reshape(-1, BITMAP, BITMAP)
