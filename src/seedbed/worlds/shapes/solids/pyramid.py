"""A square pyramid with softened edges and a blunt tip."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box
from seedbed.worlds.shapes.base import Shape


@register("shape", "pyramid")
class Pyramid(Shape):
    group = "solids"
    metres = 0.2
    ranges = {
        "width": (0.92, 1.08),
        "depth": (0.92, 1.08),
        "height": (0.85, 1.1),
        "tip": (0.04, 0.1),
        "edge": (0.02, 0.06),
    }

    def build(self, **p: float) -> Mesh:
        h = p["height"]
        vertices, normals, faces = box((p["width"], p["depth"], h), p["edge"], segments=4)
        slope = (p["tip"] - 1) / h
        share = (1 + slope * (vertices[:, 2] + h / 2))[:, None]
        level = normals[:, :2] / share
        rise = normals[:, 2] - slope * (vertices[:, :2] * level).sum(1)
        tilted = np.c_[level, rise]
        tilted /= np.linalg.norm(tilted, axis=1, keepdims=True)
        return MeshBuilder().add((np.c_[vertices[:, :2] * share, vertices[:, 2] + h / 2], tilted, faces)).build()
