"""An upright cylinder, its walls barely tapered."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "cylinder")
class Cylinder(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"radius": (0.4, 0.5), "height": (0.85, 1.1), "edge": (0.015, 0.08), "taper": (-0.04, 0.04)}

    def build(self, **p: float) -> Mesh:
        r, h, e, t = p["radius"], p["height"], p["edge"], p["taper"]
        turn = np.linspace(0, np.pi / 2, 5)
        low = [(r + t - e + e * np.sin(x), e - e * np.cos(x)) for x in turn]
        high = [(r - t - e + e * np.cos(x), h - e + e * np.sin(x)) for x in turn]
        return MeshBuilder().add(lathe([(0.0, 0.0), *low, *high, (0.0, h)], segments=48)).build()

    def supports(self, **p: float) -> list[Support]:
        side = (p["radius"] - abs(p["taper"]) - p["edge"]) * 1.41
        return [Support(p["height"], side, side)]
