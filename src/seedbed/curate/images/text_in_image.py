"""Text in pictures, read with RapidOCR's packaged networks (PP-OCR, ONNX; Chinese, English and other Latin script).

RapidOCR fetches networks that it does not find; Seedbed names the files inside the package, so that nothing is fetched.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageDraw, ImageOps

from seedbed.curate.images.reduced import each, plain
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register

SIDE = 960  # the longer side is reduced to this: what is smaller than some 8 pixels then is not read
NETWORKS = {"Det": "*_det_*.onnx", "Cls": "*_cls_*.onnx", "Rec": "*_rec_*.onnx"}
MAP = 512


@register("operator", "text_in_image")
class TextInImage(Operator):
    """score.text_area: share of the picture that boxes of text cover, 0..1, overlaps counted once; image_text: the
    lines that were read, from the top, joined by newlines ("" where there is none).
    """

    reads = ("image",)
    writes = ("score.text_area", "image_text")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        reader = _reader()
        found = each(batch["image"].to_pylist(), lambda data: read(reader, data))
        return {
            "score.text_area": pa.array([f and f[0] for f in found], pa.float32()),
            "image_text": pa.array([f and f[1] for f in found], pa.string()),
        }


def read(reader: Any, data: bytes) -> tuple[float, str]:
    """The share of the picture covered by text, and the text."""
    pixels = _pixels(data)
    made = reader(pixels[..., ::-1])  # RapidOCR takes BGR
    if getattr(made, "boxes", None) is None or not len(made.boxes):
        return 0.0, ""
    return covered(np.asarray(made.boxes), pixels.shape[1], pixels.shape[0]), "\n".join(made.txts)


def covered(boxes: np.ndarray, width: int, height: int) -> float:
    """Share of a width x height picture inside any of the four-cornered boxes (n, 4, 2), drawn at 512 x 512."""
    canvas = Image.new("L", (MAP, MAP))
    draw = ImageDraw.Draw(canvas)
    for box in boxes * (MAP / width, MAP / height):
        draw.polygon([(float(x), float(y)) for x, y in box], fill=1)
    return float(np.asarray(canvas).mean())


def _pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(plain(image, "RGB"))
    upright.thumbnail((SIDE, SIDE))
    return np.asarray(upright)


@lru_cache(maxsize=1)
def _reader() -> Any:
    spec = find_spec("rapidocr")
    if spec is None or not spec.origin or find_spec("onnxruntime") is None:
        raise UsageError("the reader is not installed", where="rapidocr", hint="pip install 'seedbed[images]'")
    files = networks(Path(spec.origin).with_name("models"))
    from rapidocr import RapidOCR

    settings = {f"{part}.model_path": str(path) for part, path in files.items()}
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    return RapidOCR(params={"Global.log_level": "critical", **settings, **threads})


def networks(folder: Path) -> dict[str, Path]:
    """The packaged network of each part. UsageError where one is missing, rather than a download."""
    found = {}
    for part, pattern in NETWORKS.items():
        files = sorted(folder.glob(pattern))
        if not files:
            hint = "pip install a release of rapidocr that holds its models, such as 'rapidocr==3.10.0'"
            raise UsageError(f"the package holds no network {pattern}", where=str(folder), hint=hint)
        found[part] = files[0]
    return found
