"""A cone with a rounded tip and rim."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape


@register("shape", "cone")
class Cone(Shape):
    ranges = {"radius": (0.42, 0.55), "height": (1.0, 1.25), "tip": (0.03, 0.07)}

    def build(self, **p: float) -> Mesh:
        r, h, tip = p["radius"], p["height"], p["tip"]
        slope = np.arctan2(h, r)
        start = np.pi / 2 - slope
        turn = np.linspace(start, np.pi / 2, 6)
        cap = [(tip * np.cos(x), h - tip / np.cos(slope) * 0 - tip + tip * np.sin(x)) for x in turn]
        cap[-1] = (0.0, cap[-1][1])
        profile = [(0.0, 0.0), (r - 0.02, 0.0), (r, 0.02), *cap]
        return MeshBuilder().add(lathe(profile, segments=48)).build()
