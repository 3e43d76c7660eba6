"""A 64-bit hash of what a picture looks like: copies that were rescaled or compressed again differ in few bits.

The hash, exactly (the DCT hash of Zauner's thesis, 2010, as in pHash, without its smoothing):

1. luma (Rec. 601; over white where transparent), decoded at 64 pixels or more a side where the format allows;
2. reduced to 32 x 32 by Pillow's box average;
3. the orthonormal two-dimensional DCT-II; the coefficients of frequencies 1..8 in both directions, 64 in all;
4. bit 8 (v - 1) + (u - 1), for vertical frequency v and horizontal u, is 1 where the coefficient exceeds their median.

Pictures whose 32 x 32 reduction deviates by less than one grey level have no hash: nothing in them can be compared.
Flips, rotations and crops change the hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from seedbed.curate.images.reduced import each, small
from seedbed.curate.operator import Operator
from seedbed.registry import register

SIDE = 32
FLAT = 1.0


@register("operator", "perceptual_hash")
class PerceptualHash(Operator):
    """phash: uint64, see the module; null where the picture is missing, broken or flat. `near.near_pairs` finds the
    rows whose hashes are close.
    """

    reads = ("image",)
    writes = ("phash",)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        return {"phash": hashes(batch["image"].to_pylist())}


def hashes(images: Sequence[bytes | None]) -> pa.Array:
    """The hash of each encoded image as uint64, null where there is none."""
    lumas = each(images, reduction)
    known = np.array([luma is not None and float(luma.std()) >= FLAT for luma in lumas], bool)
    values = np.zeros(len(lumas), np.uint64)
    if known.any():
        values[known] = of_reductions(np.stack([luma for luma, ok in zip(lumas, known) if ok and luma is not None]))
    return pa.array(values, pa.uint64(), mask=~known)


def reduction(data: bytes) -> np.ndarray:
    """Steps 1 and 2: uint8 (32, 32)."""
    return np.asarray(small(data, 2 * SIDE, "L").resize((SIDE, SIDE), Image.Resampling.BOX))


def of_reductions(lumas: np.ndarray) -> np.ndarray:
    """Steps 3 and 4: the hashes (n,) of uint8 (n, 32, 32)."""
    found = (_COSINES @ lumas.astype(np.float64) @ _COSINES.T).reshape(-1, 64)
    above = found > np.median(found, axis=1, keepdims=True)
    return (above * _BITS).sum(axis=1, dtype=np.uint64)


_frequencies, _places = np.arange(1, 9)[:, None], np.arange(SIDE)[None, :]
_COSINES = np.sqrt(2 / SIDE) * np.cos(np.pi * (2 * _places + 1) * _frequencies / (2 * SIDE))
_BITS = np.uint64(1) << np.arange(64, dtype=np.uint64)
