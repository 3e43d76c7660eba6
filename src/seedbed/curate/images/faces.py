"""Faces: where they are, never whose, and nothing about the people. And how to make them unrecognisable.

blur_faces(data, boxes)   # boxes as `faces` wrote them: the same format again, faces gone
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageFilter

from seedbed.curate.images.detector import ORIENTATION, Detections, detect
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register

MARGIN = 0.25  # of the box's side, on each side: hair, chin and ears identify too
CELLS = 4  # colours left of a box, each way
KEPT_INFO = ("icc_profile", "dpi", "transparency")


@register("operator", "faces")
class Faces(Operator):
    """score.faces: how many faces; score.face: the largest score, 0..1, null where there is no face; face_boxes:
    [x1, y1, x2, y2] of each in pixels of the picture as stored, best first.
    """

    reads = ("image",)
    writes = ("score.faces", "score.face", "face_boxes")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        return face_columns(detect(batch["image"].to_pylist()))


def face_columns(found: Sequence[Detections | None]) -> dict[str, pa.Array]:
    counts = [None if f is None else len(f.face_scores) for f in found]
    best = [None if f is None or not len(f.face_scores) else float(f.face_scores[0]) for f in found]
    boxes = [None if f is None else f.face_boxes.tolist() for f in found]
    return {
        "score.faces": pa.array(counts, pa.int32()),
        "score.face": pa.array(best, pa.float32()),
        "face_boxes": pa.array(boxes, pa.list_(pa.list_(pa.float32()))),
    }


def blur_faces(data: bytes, boxes: Sequence[Sequence[float]]) -> bytes:
    """The picture with each box (and a quarter more on every side) reduced to 4 x 4 colours, smoothed, in the same
    format. What was there cannot be computed back: 16 colours are all that is kept of it.

    EXIF is dropped but for the orientation, since its thumbnail shows the faces; an animation keeps its first frame
    only. UsageError when the picture cannot be read or its format cannot be written.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            form, orientation = "JPEG" if image.format == "MPO" else image.format or "PNG", image.getexif()
            kept = {name: image.info[name] for name in KEPT_INFO if name in image.info}
            pixels = _workable(image)
        for box in boxes:
            _hide(pixels, box)
        return _written(pixels, form, orientation.get(ORIENTATION), kept)
    except Exception as error:  # decoders and encoders raise a dozen kinds
        raise UsageError(f"the picture cannot be blurred: {error}", where="blur_faces") from error


def _workable(image: Image.Image) -> Image.Image:
    """In a mode that can be averaged: palettes become colours."""
    if image.mode in ("L", "RGB", "RGBA", "CMYK"):
        return image.copy()
    return image.convert("RGBA" if image.mode in ("LA", "PA") or "transparency" in image.info else "RGB")


def _hide(image: Image.Image, box: Sequence[float]) -> None:
    x1, y1, x2, y2 = (float(value) for value in box)
    wide, high = MARGIN * abs(x2 - x1), MARGIN * abs(y2 - y1)
    left, top = max(0, int(min(x1, x2) - wide)), max(0, int(min(y1, y2) - high))
    right = min(image.width, int(np.ceil(max(x1, x2) + wide)))
    bottom = min(image.height, int(np.ceil(max(y1, y2) + high)))
    if right <= left or bottom <= top:
        return
    part = image.crop((left, top, right, bottom))
    cells = min(CELLS, part.width), min(CELLS, part.height)
    coarse = part.resize(cells, Image.Resampling.BOX).resize(part.size, Image.Resampling.BICUBIC)
    image.paste(coarse.filter(ImageFilter.GaussianBlur(max(part.size) / (2 * CELLS))), (left, top))


def _written(image: Image.Image, form: str, orientation: int | None, kept: dict[str, Any]) -> bytes:
    if orientation:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        kept["exif"] = exif.tobytes()
    if image.mode == "RGBA" or form == "GIF":
        kept.pop("transparency", None)
    if form in ("JPEG", "WEBP"):
        kept["quality"] = 95
    buffer = io.BytesIO()
    image.save(buffer, form, **kept)
    return buffer.getvalue()
