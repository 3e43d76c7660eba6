"""COCO detection and segmentation: `images/` and `annotations.json` (Lin et al. 2014)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed.dataset.files import write_json
from seedbed.dataset.images import decode
from seedbed.dataset.rle import rle
from seedbed.registry import register
from seedbed.run.export.base import Exporter, categories, rows, write_image

if TYPE_CHECKING:
    from seedbed.dataset import Dataset


@register("exporter", "coco")
class Coco(Exporter):
    """Boxes are [x, y, width, height] of visible pixels; masks (with the buffer instance_mask) are run-length text."""

    needs = ("image", "scene")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        names = categories(dataset)
        number = {name: k + 1 for k, name in enumerate(names)}
        (folder / "images").mkdir()
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for row in rows(dataset, ("image", "scene", "instance_mask", "caption")):
            camera = row["scene"]["camera"]
            name = write_image(folder / "images", row)
            size = {"width": camera["width"], "height": camera["height"]}
            images.append({"id": row["number"], "file_name": name, "caption": row.get("caption"), **size})
            mask = decode(row["instance_mask"])[..., 0] if row.get("instance_mask") else None
            for thing in row["scene"]["objects"]:
                if not thing["visible_pixels"]:
                    continue
                x0, y0, x1, y1 = thing["bbox_xyxy"]
                shape: Any = []
                if mask is not None:
                    shape = {"size": [camera["height"], camera["width"]], "counts": rle(mask == thing["id"] + 1)}
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": row["number"],
                        "category_id": number[thing["category"]],
                        "bbox": [x0, y0, x1 - x0, y1 - y0],
                        "area": thing["visible_pixels"],
                        "segmentation": shape,
                        "iscrowd": 0,
                        "attributes": {k: thing[k] for k in ("color", "material", "size", "state", "visibility")},
                    }
                )
        kinds = [{"id": number[name], "name": name} for name in names]
        info = {"description": "made by Seedbed", "fingerprint": dataset.lineage.get("fingerprint")}
        made = {"info": info, "images": images, "annotations": annotations, "categories": kinds, "licenses": []}
        write_json(folder / "annotations.json", made)
        return {"images": len(images), "annotations": len(annotations), "categories": len(names)}
