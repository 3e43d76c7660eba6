"""A wicker basket with a bowed handle."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb, move, ring, stretch, tube
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "basket")
class Basket(Shape):
    group = "household"
    ranges = {"width": (0.16, 0.2), "depth": (0.11, 0.14), "height": (0.11, 0.14), "handle": (0.12, 0.17)}

    def build(self, **p: float) -> Mesh:
        w, d, h, g = p["width"], p["depth"], p["height"], p["handle"]
        made = MeshBuilder()
        for k in range(8):
            z, wide = h * (k + 0.5) / 8, 0.84 + 0.16 * k / 7
            made.add(
                move(stretch(ring(1.0, h / 14 / d, segments=36, sides=8), (w * wide, d * wide, d)), (0, 0, z - h / 14))
            )
        made.add(stretch(lathe([(0, 0), (0.84, 0), (0.84, 0.04), (0, 0.04)], segments=36), (w, d, h)))
        for k in range(18):
            a = k * np.pi / 9
            x, y = np.cos(a), np.sin(a)
            made.add(
                limb((0.82 * w * x, 0.82 * d * y, 0.004), (0.985 * w * x, 0.985 * d * y, h), 0.006, segments=6, caps=2)
            )
        bow = np.linspace(0, np.pi, 24)
        arch = np.stack([w * 0.98 * np.cos(bow), 0 * bow, h * 0.9 + g * np.sin(bow)], 1)
        return made.add(tube(arch, 0.009, segments=10)).build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["height"] * 0.05, p["width"] * 1.05, p["depth"] * 1.05, inside=True)]
