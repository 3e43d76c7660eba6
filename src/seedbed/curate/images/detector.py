"""The one packaged detector behind `nsfw` and `faces`: NudeNet's 320n network (ONNX, 12 MB, inside the wheel).

Its classes are parts of the body, exposed or covered, and two classes of faces by a guess at gender. That guess is
merged away before anything else happens: it is not measured, stored or shown anywhere in Seedbed.

The picture is turned upright first (EXIF), as people would see it, padded to a square and reduced to 320 x 320, so
faces under some 20 pixels of the 320 are missed. Boxes come back in the pixels of the picture as stored.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from seedbed.curate.images.reduced import each, plain
from seedbed.errors import UsageError

SIDE = 320
LEAST = 0.25  # scores below are noise (the network's authors' own threshold)
OVERLAP = 0.45
FACES = (1, 12)
EXPOSED = (2, 3, 4, 6, 14)  # buttocks, female breast, genitalia, anus; not feet, armpits, belly or male breast
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Detections:
    """What was found in one picture. face_boxes: float (n, 4) xyxy in stored pixels, best first, with face_scores."""

    nsfw: float
    face_boxes: np.ndarray
    face_scores: np.ndarray


def detect(images: Sequence[bytes | None]) -> list[Detections | None]:
    """What is found in each encoded picture, None where there is none or it is broken."""
    session = _session()
    return each(images, lambda data: _detect(session, data))


@lru_cache(maxsize=1)
def _session() -> Any:
    spec = find_spec("nudenet")
    if spec is None or not spec.origin:
        raise UsageError("the detector is not installed", where="nudenet", hint="pip install 'seedbed[images]'")
    weights = Path(spec.origin).with_name("320n.onnx")
    if not weights.is_file():
        raise UsageError("the package holds no weights", where=str(weights), hint="pip install 'nudenet>=3.4'")
    try:
        import onnxruntime
    except ImportError:
        raise UsageError("not installed", where="onnxruntime", hint="pip install 'seedbed[images]'") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the engine runs one worker a core
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def _detect(session: Any, data: bytes) -> Detections:
    pixels, stored, orientation = _upright(data)
    output = session.run(None, {session.get_inputs()[0].name: pixels})[0]
    found = np.squeeze(output, 0).T  # (anchors, 4 + classes): centre, size, a score for each class
    scores = found[:, 4:]
    nsfw = scores[:, EXPOSED].max()
    face = scores[:, FACES].max(axis=1)
    kept = np.flatnonzero(face >= LEAST)
    kept = kept[np.argsort(-face[kept], kind="stable")]
    boxes = _corners(found[kept, :4])
    best = _not_overlapping(boxes)
    upright = stored if orientation < 5 else stored[::-1]
    scale = max(stored) / SIDE
    inside = np.clip(boxes[best] * scale, 0, np.tile(upright, 2))
    return Detections(float(nsfw), as_stored(inside, upright, orientation), face[kept][best])


def _upright(data: bytes) -> tuple[np.ndarray, tuple[int, int], int]:
    """The network's input, float32 (1, 3, 320, 320); the stored size; the EXIF orientation, 1 to 8."""
    with Image.open(io.BytesIO(data)) as image:
        stored = image.size
        value = image.getexif().get(ORIENTATION, 1)
        orientation = value if value in range(1, 9) else 1
        image.draft("RGB", (SIDE, SIDE))
        seen = ImageOps.exif_transpose(plain(image, "RGB"))
    scale = SIDE / max(seen.size)
    size = max(1, round(seen.width * scale)), max(1, round(seen.height * scale))
    canvas = Image.new("RGB", (SIDE, SIDE))
    canvas.paste(seen.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0), (0, 0))
    pixels = np.asarray(canvas, np.float32).transpose(2, 0, 1)[None] / 255
    return pixels, stored, orientation


def as_stored(boxes: np.ndarray, upright: tuple[int, int], orientation: int) -> np.ndarray:
    """Boxes (n, 4) of the upright picture (width, height) in the pixels of the picture as its file stores it."""
    width, height = upright
    u, v = boxes[:, [0, 2]], boxes[:, [1, 3]]
    x, y = {
        1: (u, v), 2: (width - u, v), 3: (width - u, height - v), 4: (u, height - v),
        5: (v, u), 6: (v, width - u), 7: (height - v, width - u), 8: (height - v, u),
    }[orientation]  # fmt: skip
    return np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)


def _corners(boxes: np.ndarray) -> np.ndarray:
    centre, half = boxes[:, :2], boxes[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _not_overlapping(boxes: np.ndarray) -> list[int]:
    """Places of boxes (best first) that overlap no better one: greedy suppression at intersection over union 0.45."""
    kept: list[int] = []
    for k, box in enumerate(boxes):
        if not kept or _overlap(box, boxes[kept]).max() < OVERLAP:
            kept.append(k)
    return kept


def _overlap(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.clip(sides, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return common / ((box[2:] - box[:2]).prod() + areas - common)
