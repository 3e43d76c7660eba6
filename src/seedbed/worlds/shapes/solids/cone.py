"""A cone with a rounded tip and rim."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape


@register("shape", "cone")
class Cone(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"radius": (0.42, 0.55), "height": (1.0, 1.25), "tip": (0.03, 0.07), "rim": (0.01, 0.04)}

    def build(self, **p: float) -> Mesh:
        r, h, tip, rim = p["radius"], p["height"], p["tip"], p["rim"]
        start = np.pi / 2 - np.arctan2(h, r)
        turn = np.linspace(start, np.pi / 2, 6)
        cap = [(tip * np.cos(x), h - tip + tip * np.sin(x)) for x in turn]
        cap[-1] = (0.0, cap[-1][1])
        return MeshBuilder().add(lathe([(0.0, 0.0), (r - rim, 0.0), (r, rim), *cap], segments=48)).build()
