"""YOLO detection: `images/`, `labels/` (class, centre and size as shares of the picture) and `data.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed.registry import register
from seedbed.run.export.base import Exporter, categories, rows, write_image

if TYPE_CHECKING:
    from seedbed.dataset import Dataset


@register("exporter", "yolo")
class Yolo(Exporter):
    """One line an object that can be seen; its box is of visible pixels."""

    needs = ("image", "scene")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        import yaml

        names = categories(dataset)
        number = {name: k for k, name in enumerate(names)}
        for place in ("images", "labels"):
            (folder / place).mkdir()
        images = boxes = 0
        for row in rows(dataset, ("image", "scene")):
            name, camera = write_image(folder / "images", row), row["scene"]["camera"]
            lines = []
            for thing in row["scene"]["objects"]:
                if thing["visible_pixels"]:
                    x0, y0, x1, y1 = thing["bbox_xyxy"]
                    w, h = camera["width"], camera["height"]
                    box = ((x0 + x1) / 2 / w, (y0 + y1) / 2 / h, (x1 - x0) / w, (y1 - y0) / h)
                    lines.append(" ".join([str(number[thing["category"]]), *(f"{v:.6f}" for v in box)]))
            (folder / "labels" / name).with_suffix(".txt").write_text("\n".join(lines) + ("\n" if lines else ""))
            images, boxes = images + 1, boxes + len(lines)
        about = {"path": ".", "train": "images", "val": "images", "names": dict(enumerate(names))}
        (folder / "data.yaml").write_text(yaml.safe_dump(about, sort_keys=False))
        return {"images": images, "boxes": boxes, "categories": len(names)}
