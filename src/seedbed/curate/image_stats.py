"""Brightness, contrast and sharpness of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.dataset.images import decode
from seedbed.registry import register


@register("operator", "image_stats")
class ImageStats(Operator):
    """score.brightness and score.contrast: mean and standard deviation of luma (Rec. 709), 0..1.
    score.sharpness: variance of the luma's Laplacian, larger is sharper."""

    reads = ("image",)
    writes = ("score.brightness", "score.contrast", "score.sharpness")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        rows = [_stats(decode(data)) for data in batch["image"].to_pylist()]
        columns = zip(*rows) if rows else ([], [], [])
        return {name: pa.array(values, pa.float32()) for name, values in zip(self.writes, map(list, columns))}


def _stats(pixels: np.ndarray) -> tuple[float, float, float]:
    scaled = pixels.astype(np.float32) / 255
    luma = scaled @ np.array([0.2126, 0.7152, 0.0722], np.float32) if pixels.shape[2] == 3 else scaled[..., 0]
    inner = luma[1:-1, 1:-1]
    laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    return float(luma.mean()), float(luma.std()), float(laplacian.var())
