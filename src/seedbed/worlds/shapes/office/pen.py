"""A ball pen lying on the table."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rotate_y, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "pen")
class Pen(Shape):
    group = "office"
    ranges = {"length": (0.135, 0.15), "radius": (0.0055, 0.007), "tip": (0.014, 0.02), "clip": (0.035, 0.045)}
    accents = {"metal": "steel"}

    def build(self, **p: float) -> Mesh:
        n, r, t, c = p["length"], p["radius"], p["tip"], p["clip"]
        lay = rotate_y(np.pi / 2)
        made = MeshBuilder().add(
            move(
                lathe(
                    [(0, t), (r * 0.7, t), (r, t + 0.02), (r, n - 0.01), (r * 0.6, n - 0.006), (0, n - 0.006)],
                    segments=24,
                ),
                (-n / 2, 0, r),
                lay,
            )
        )
        made.add(
            move(lathe([(0, 0), (0.0008, 0), (r * 0.72, t), (0, t + 0.001)], segments=20), (-n / 2, 0, r), lay), "metal"
        )
        made.add(move(lathe(rounded_rim(r * 0.45, 0.01, 0.001), segments=16), (n / 2 - 0.007, 0, r), lay), "metal")
        made.add(move(box((c, 0.004, 0.0018), 0.0007), (n / 2 - 0.01 - c / 2, 0, 2 * r + 0.0016)), "metal")
        return made.add(move(lathe(rounded_rim(r * 1.06, 0.004, 0.001), segments=24), (0, 0, r), lay), "metal").build()
