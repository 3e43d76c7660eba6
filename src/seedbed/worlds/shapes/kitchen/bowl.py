"""A wide bowl on a low foot."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "bowl")
class Bowl(Shape):
    group = "kitchen"
    ranges = {"radius": (0.082, 0.1), "height": (0.05, 0.068), "roundness": (0.7, 1.0), "foot": (0.36, 0.46)}

    def build(self, **p: float) -> Mesh:
        r, h, wall, foot = p["radius"], p["height"], 0.006, p["foot"] * p["radius"]
        turn = np.linspace(0.42, np.pi / 2, 12)
        side = [(max(r * np.sin(x) ** p["roundness"], foot), 0.006 + (h - 0.006) * (1 - np.cos(x))) for x in turn]
        base = [(0, 0.004), (foot - 0.012, 0.004), (foot - 0.01, 0), (foot - 0.002, 0), (foot, 0.005)]
        back = np.linspace(np.pi / 2, 0.05, 14)
        inner = [((r - wall) * np.sin(x) ** p["roundness"], 0.012 + (h - 0.012) * (1 - np.cos(x))) for x in back]
        profile = [*base, *side, (r - wall * 0.5, h + 0.002), *inner, (0, 0.012)]
        return MeshBuilder().add(lathe(profile, segments=48)).build()

    def supports(self, **p: float) -> list[Support]:
        side = p["radius"] * 1.05
        return [Support(p["height"] * 0.3, side, side, inside=True)]
