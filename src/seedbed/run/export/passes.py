"""Render passes as files: a folder a row with the picture and every buffer as PNG, depth and normals as EXR floats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.dataset.files import write_json
from seedbed.dataset.images import decode
from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.export.base import Exporter, rows, suffix

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

BUFFERS = ("instance_mask", "part_mask", "semantic_mask", "depth", "normals", "coordinates")


@register("exporter", "passes")
class Passes(Exporter):
    """`depth.exr`: metres, infinite where nothing is; `normals.exr`: -1..1, world frame. Needs `seedbed[exr]`."""

    needs = ("image", "scene", "depth")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        written = files = 0
        for row in rows(dataset, ("image", "scene", *BUFFERS)):
            place = folder / f"{row['number']:08d}"
            place.mkdir()
            (place / f"image.{suffix(row['image'])}").write_bytes(row["image"])
            write_json(place / "scene.json", row["scene"])
            for name in BUFFERS:
                if row.get(name):
                    (place / f"{name}.png").write_bytes(row[name])
                    files += 1
            depth = decode(row["depth"])[..., 0].astype(np.float32)
            _exr(place / "depth.exr", {"Z": np.where(depth == 65535, np.inf, depth / 1000).astype(np.float32)})
            if row.get("normals"):
                normals = decode(row["normals"]).astype(np.float32) / 127.5 - 1
                _exr(place / "normals.exr", {c: np.ascontiguousarray(normals[..., k]) for k, c in enumerate("XYZ")})
            written += 1
        return {"rows": written, "buffers": files}


def _exr(path: Path, channels: dict[str, np.ndarray]) -> None:
    try:
        import OpenEXR
    except ImportError:
        raise UsageError("OpenEXR is not installed", where="passes", hint="pip install 'seedbed[exr]'") from None
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
