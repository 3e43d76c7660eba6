"""Ground truth of a rendered scene: the scene graph with its pixel facts, and the buffers in compact form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.dataset.images import encode
from seedbed.dataset.rle import rle
from seedbed.worlds.layout.camera import as_camera, matrices
from seedbed.worlds.objects.build import mesh_of
from seedbed.worlds.render.scene import Frame

# buffer -> column type; see `encode_buffer`
BUFFERS: dict[str, pa.DataType] = {
    "instance_mask": pa.binary(),
    "part_mask": pa.binary(),
    "semantic_mask": pa.binary(),
    "amodal_masks": pa.list_(pa.string()),
    "depth": pa.binary(),
    "normals": pa.binary(),
    "coordinates": pa.binary(),
}


def scene_graph(plan: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    """The plan's scene as `seedbed.dataset.schema.SCENE`, boxes and counts taken from the frame."""
    height, width = frame.rgb.shape[:2]
    made = pictured(plan, width, height, [seen(frame, k) for k in range(len(plan["objects"]))])
    for thing, known_thing in zip(plan["objects"], made["objects"]):
        known_thing["parts"] = list(mesh_of(thing["category"], thing["variant"], thing["state"]).parts)
    made["camera"].update(matrices(plan["camera"], width, height))
    return made


def pictured(plan: Mapping[str, Any], width: int, height: int, seen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plan's scene with what is seen of each object, in a picture of this size."""
    camera = as_camera(plan["camera"])
    centres = np.array([[o["x"], o["y"], o["z"] + o["dimensions"][2] / 2] for o in plan["objects"]])
    pixels, depths = camera.project(centres, width, height)
    return {
        "objects": [
            {**known(thing, k), **seen[k], "depth": float(depths[k]), "pixel_xy": [float(v) for v in pixels[k]]}
            for k, thing in enumerate(plan["objects"])
        ],
        "relations": plan["relations"],
        "camera": {**plan["camera"], "width": width, "height": height},
        "background": plan["background"],
    }


def known(thing: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What the plan says of an object, its parts left out: those need the mesh."""
    return {
        "id": number,
        **{name: thing[name] for name in ("category", "group", "color", "material", "size", "state", "dimensions")},
        "position": [thing["x"], thing["y"], thing["z"]],
        "rotation": thing["yaw"],
        "supported_by": thing["supported_by"],
    }


def seen(frame: Frame, number: int) -> dict[str, Any]:
    """Visible and amodal pixels, their boxes [x0, y0, x1, y1), and the visible share."""
    visible, amodal = frame.mask(number), frame.amodal_mask(number)
    shown, whole = int(np.count_nonzero(visible)), int(np.count_nonzero(amodal))
    return {
        "bbox_xyxy": box_of(visible),
        "amodal_bbox_xyxy": box_of(amodal),
        "visible_pixels": shown,
        "amodal_pixels": whole,
        "visibility": shown / whole if whole else 0.0,
    }


def box_of(mask: np.ndarray) -> list[float]:
    """[x0, y0, x1, y1) around the true pixels; zeros where there are none."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return [0.0, 0.0, 0.0, 0.0]
    return [float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)]


def encode_buffer(name: str, frame: Frame, categories: Sequence[int]) -> Any:
    """One buffer of a frame; masks, depth and coordinates hold at pixel centres.

    instance_mask, part_mask: 8-bit PNG, 0 background, k + 1 object or part k. semantic_mask: 8-bit PNG, 0
    background, else `categories[object]` + 1. amodal_masks: COCO run-length text of each object as if alone.
    depth: 16-bit PNG, millimetres, 65535 nothing. normals: 8-bit RGB PNG, (n + 1) / 2, world frame.
    coordinates: 8-bit RGB PNG, the point in the object's box, 0..1 along its x, y, z; 0 for background.
    """
    objects = frame.instance_mask >= 0
    if name == "instance_mask":
        return encode(np.where(objects, frame.instance_mask + 1, 0).astype(np.uint8))
    if name == "part_mask":
        return encode(np.where(objects, frame.part_mask + 1, 0).astype(np.uint8))
    if name == "semantic_mask":
        table = np.array([c + 1 for c in categories])
        return encode(np.where(objects, table[np.maximum(frame.instance_mask, 0)], 0).astype(np.uint8))
    if name == "amodal_masks":
        return [rle(frame.amodal_mask(k)) for k in range(frame.objects)]
    if name == "depth":
        return encode(np.clip(np.round(frame.depth * 1000), 0, 65535).astype(np.uint16))
    if name == "coordinates":
        return encode(_in_box(frame))
    return encode(np.clip(np.round((frame.normals * 0.5 + 0.5) * 255), 0, 255).astype(np.uint8))


def _in_box(frame: Frame) -> np.ndarray:
    low, high = frame.bounds[:, 0], frame.bounds[:, 1]
    number = np.maximum(frame.instance_mask, 0)
    share = (frame.coordinates - low[number]) / (high - low)[number]
    return np.where((frame.instance_mask >= 0)[..., None], np.clip(np.round(share * 255), 0, 255), 0).astype(np.uint8)
