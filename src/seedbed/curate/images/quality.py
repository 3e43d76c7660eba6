"""Sharpness and exposure of images, at one working size so that numbers can be compared.

Images whose longer side exceeds 256 pixels are reduced to it (JPEGs are decoded reduced); smaller ones are measured
as they are. Blur that is finer than a pixel at that size is not seen: nor would a model trained at 224 see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from seedbed.curate.images.reduced import each, small
from seedbed.curate.operator import Operator
from seedbed.registry import register

SIDE = 256
DARK, BRIGHT = 2, 253


@register("operator", "image_quality")
class Quality(Operator):
    """score.blur: variance of the 4-neighbour Laplacian of luma in 0..255, small is blurred (below 100 is a common
    warning); score.exposure: mean luma, 0..1; score.clipped: share of pixels at luma <= 2 or >= 253;
    score.contrast: standard deviation of luma, 0..1. Luma is Rec. 601, laid over white where transparent.
    """

    reads = ("image",)
    writes = ("score.blur", "score.exposure", "score.clipped", "score.contrast")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        rows = [row or (None,) * 4 for row in each(batch["image"].to_pylist(), measured)]
        columns = list(zip(*rows)) if rows else [()] * 4
        return {name: pa.array(values, pa.float32()) for name, values in zip(self.writes, columns)}


def measured(data: bytes) -> tuple[float | None, float, float, float]:
    """Blur, exposure, clipped and contrast of one encoded image; blur is None below 3 pixels a side."""
    luma = np.asarray(working(small(data, SIDE, "L")))
    counts = np.bincount(luma.ravel(), minlength=256) / luma.size
    levels = np.arange(256.0)
    mean = float(counts @ levels)
    deviation = float(np.sqrt(counts @ (levels - mean) ** 2))
    clipped = float(counts[: DARK + 1].sum() + counts[BRIGHT:].sum())
    return _laplacian(luma), mean / 255, clipped, deviation / 255


def working(image: Image.Image) -> Image.Image:
    """Reduced to the working size by box average (each pixel counts once), never enlarged."""
    scale = SIDE / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def _laplacian(luma: np.ndarray) -> float | None:
    if min(luma.shape) < 3:
        return None
    wide = luma.astype(np.int16)
    around = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]
    return float((around - 4 * wide[1:-1, 1:-1]).astype(np.float32).var())
