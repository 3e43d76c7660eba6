"""A six-sided prism standing on its end, edges softened."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, grid_faces, stretch
from seedbed.worlds.shapes.base import Shape, Support

ARC = 4


@register("shape", "prism")
class Prism(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"radius": (0.45, 0.58), "height": (0.7, 1.1), "edge": (0.015, 0.06), "squash": (0.85, 1.0)}

    def build(self, **p: float) -> Mesh:
        e, h = p["edge"], p["height"]
        corner = np.repeat(np.arange(6) * np.pi / 3, ARC)
        turn = corner + np.tile(np.linspace(-np.pi / 6, np.pi / 6, ARC), 6)
        rise = np.r_[np.linspace(-np.pi / 2, 0, ARC + 2), np.linspace(0, np.pi / 2, ARC + 2)][:, None]
        way = np.stack([np.cos(rise) * np.cos(turn), np.cos(rise) * np.sin(turn), np.sin(rise) + 0 * turn], -1)
        ends = np.repeat([e, h - e], ARC + 2)[:, None] + 0 * turn
        core = np.stack([np.cos(corner) + 0 * rise, np.sin(corner) + 0 * rise], -1) * (p["radius"] - e)
        vertices = (np.concatenate([core, ends[..., None]], -1) + e * way).reshape(-1, 3)
        rows, columns = way.shape[:2]
        ring = np.arange(columns)
        after, last = (ring + 1) % columns, (rows - 1) * columns
        low, high = np.full(columns, rows * columns), np.full(columns, rows * columns + 1)
        faces = [grid_faces(rows, columns, wrap=True), np.stack([after, ring, low], 1)]
        faces.append(np.stack([last + ring, last + after, high], 1))
        vertices = np.r_[vertices, [[0.0, 0.0, 0.0], [0.0, 0.0, h]]]
        normals = np.r_[way.reshape(-1, 3), [[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]]
        whole = stretch((vertices, normals, np.concatenate(faces)), (1, p["squash"], 1))
        return MeshBuilder().add(whole).build()

    def supports(self, **p: float) -> list[Support]:
        side = 1.2 * (p["radius"] - p["edge"])
        return [Support(p["height"], side, side * p["squash"])]
