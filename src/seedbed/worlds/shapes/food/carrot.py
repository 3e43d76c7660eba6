"""A carrot lying down: a long ringed cone with a bushy bunch of green leaves at the thick end."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move, rotate_y, towards
from seedbed.worlds.shapes.base import Shape


@register("shape", "carrot")
class Carrot(Shape):
    group = "food"
    ranges = {
        "length": (0.12, 0.16),
        "radius": (0.024, 0.032),
        "blunt": (0.5, 0.85),
        "rings": (0.0006, 0.0016),
        "leaves": (0.06, 0.09),
    }
    accents = {"leaves": "leaf"}

    def build(self, **p: float) -> Mesh:
        n, r = p["length"], p["radius"]
        k = np.linspace(0, 1, 40)
        girth = (
            r * np.sin(np.clip(k, 0.0, 1) * np.pi / 2 * 0.98) ** p["blunt"] - p["rings"] * (np.sin(k * 44) > 0.55) * k
        )
        girth *= np.clip((1.012 - k) / 0.07, 0, 1) ** 0.5
        girth[0] = 0.0
        root = lathe(np.stack([np.maximum(girth, 0), n * k], 1), segments=22, crease=70)
        made = MeshBuilder().add(move(root, (-n / 2, 0, r), rotate_y(np.pi / 2)))
        crown = np.array([n / 2 - 0.004, 0, r])
        for i, (side, up) in enumerate([(0, 0.5), (-0.45, 0.2), (0.45, 0.22), (0, 0.95)]):
            way = np.array([1.0, side, up])
            way /= np.linalg.norm(way)
            reach = p["leaves"] * (1.0 - 0.08 * (i % 3))
            made.add(limb(crown, crown + way * reach, 0.0035, 0.0025, segments=6, caps=3), "leaves")
            for t in (0.6, 1.0):
                for s in (-1, 1):
                    tuft = move(
                        ellipsoid((0.009, 0.004, 0.018), segments=8, rings=5), (s * 0.009, 0, 0), rotate_y(s * 0.7)
                    )
                    made.add(move(tuft, crown + way * reach * t, towards(way)), "leaves")
        return made.build()
