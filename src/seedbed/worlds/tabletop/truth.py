"""Ground truth of a rendered row: the scene graph with its pixel facts, and the buffers as PNG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seedbed.dataset.images import encode
from seedbed.worlds.render.scene import Frame
from seedbed.worlds.tabletop.layout import as_camera


def scene_graph(plan: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    """The plan's scene as `seedbed.dataset.schema.SCENE`, boxes and counts taken from the frame."""
    height, width = frame.rgb.shape[:2]
    camera = as_camera(plan["camera"])
    centres = np.array([[o["x"], o["y"], o["dimensions"][2] / 2] for o in plan["objects"]])
    pixels, depths = camera.project(centres, width, height)
    objects = [
        {
            "id": k,
            **{name: thing[name] for name in ("category", "color", "material", "size")},
            "position": [thing["x"], thing["y"], 0.0],
            "rotation": thing["yaw"],
            "dimensions": thing["dimensions"],
            **_seen(frame, k),
            "depth": float(depths[k]),
            "pixel_xy": [float(v) for v in pixels[k]],
        }
        for k, thing in enumerate(plan["objects"])
    ]
    return {
        "objects": objects,
        "relations": plan["relations"],
        "camera": {**plan["camera"], "width": width, "height": height},
        "background": plan["background"],
    }


def _seen(frame: Frame, number: int) -> dict[str, Any]:
    """Visible pixels (at pixel centres), their box [x0, y0, x1, y1) and the visible share of samples."""
    rows, columns = np.nonzero(frame.instance_mask == number)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] if len(rows) else [0, 0, 0, 0]
    amodal = int(frame.amodal[number])
    return {
        "bbox_xyxy": [float(v) for v in box],
        "visible_pixels": len(rows),
        "visibility": float(frame.visible[number] / amodal) if amodal else 0.0,
    }


def encode_buffer(name: str, frame: Frame) -> bytes:
    """instance_mask: 8-bit PNG, 0 background, k + 1 object k. depth: 16-bit PNG, millimetres, 65535 nothing.
    normals: 8-bit RGB PNG, (n + 1) / 2 in the world frame.
    """
    if name == "instance_mask":
        return encode(np.where(frame.instance_mask >= 0, frame.instance_mask + 1, 0).astype(np.uint8))
    if name == "depth":
        return encode(np.clip(np.round(frame.depth * 1000), 0, 65535).astype(np.uint16))
    return encode(np.clip(np.round((frame.normals * 0.5 + 0.5) * 255), 0, 255).astype(np.uint8))
