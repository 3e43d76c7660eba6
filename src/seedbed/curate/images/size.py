"""Width, height, shape and area of images, from their headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from seedbed.curate.images.reduced import each, header
from seedbed.curate.operator import Operator
from seedbed.registry import register


@register("operator", "image_size")
class Size(Operator):
    """score.width and score.height in pixels as stored; score.aspect: the longer side over the shorter, >= 1;
    score.megapixels: millions of pixels. A file whose pixels are damaged behind a good header still has a size.
    """

    reads = ("image",)
    writes = ("score.width", "score.height", "score.aspect", "score.megapixels")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        sizes = each(batch["image"].to_pylist(), header)
        rows = [(w, h, max(w, h) / min(w, h), w * h / 1e6) if (w and h) else (None,) * 4 for w, h in map(_pair, sizes)]
        columns = list(zip(*rows)) if rows else [()] * 4
        types = (pa.int32(), pa.int32(), pa.float32(), pa.float32())
        return {name: pa.array(values, kind) for name, values, kind in zip(self.writes, columns, types)}


def _pair(size: tuple[int, int] | None) -> tuple[int, int]:
    return size or (0, 0)
