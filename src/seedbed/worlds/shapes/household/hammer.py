"""A hammer lying on the table."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rotate_x, rounded_rim, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "hammer")
class Hammer(Shape):
    group = "household"
    ranges = {"length": (0.28, 0.33), "head": (0.1, 0.13), "face": (0.014, 0.018), "grip": (0.013, 0.017)}
    accents = {"head": "steel"}

    def build(self, **p: float) -> Mesh:
        n, w, f, g = p["length"], p["head"], p["face"], p["grip"]
        z, lay = f, rotate_x(np.pi / 2)
        shaft = np.array([(-n / 2, 0, z), (-n * 0.25, 0, z), (n * 0.1, 0, z), (n / 2, 0, z)])
        made = MeshBuilder().add(tube(shaft, [g, g * 1.08, g * 0.7, g * 0.75], segments=14, flatten=0.85))
        made.add(move(box((0.034, 0.05, f * 1.7), 0.006), (n / 2, 0, z)), "head")
        made.add(move(lathe(rounded_rim(f, 0.03, 0.003), segments=24), (n / 2, -w * 0.3, z), lay), "head")
        made.add(move(lathe(rounded_rim(f * 0.66, w * 0.2, 0.002), segments=20), (n / 2, -w * 0.16, z), lay), "head")
        for x in (-1, 1):
            claw = np.array(
                [
                    (n / 2 + x * 0.006, w * 0.18, z),
                    (n / 2 + x * 0.009, w * 0.4, z + 0.003),
                    (n / 2 + x * 0.011, w * 0.62, z - 0.008),
                ]
            )
            made.add(tube(claw, [f * 0.6, f * 0.42, 0.0025], segments=10, side=(1, 0, 0)), "head")
        return made.build()
