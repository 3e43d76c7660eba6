"""A bucket with a wire handle, empty or full of water."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "bucket")
class Bucket(Shape):
    group = "household"
    ranges = {"top": (0.13, 0.155), "bottom": (0.09, 0.11), "height": (0.22, 0.28), "handle": (0.1, 0.14)}
    accents = {"handle": "steel", "inside": "pale", "water": "water"}
    states = {"empty": {}, "full": {}}

    def build(self, state: str = "empty", **p: float) -> Mesh:
        a, b, h, g = p["top"], p["bottom"], p["height"], p["handle"]
        made = MeshBuilder().add(
            lathe([(0, 0), (b, 0), (a, h - 0.01), (a + 0.008, h - 0.008), (a + 0.008, h), (a - 0.003, h)], segments=44)
        )
        made.add(lathe([(a - 0.003, h), (a - 0.004, h - 0.01), (b - 0.003, 0.005), (0, 0.004)], segments=44), "inside")
        if state == "full":
            w = b + (a - b) * 0.86 - 0.003
            made.add(lathe([(0, h * 0.8), (w, h * 0.86), (0, h * 0.86)], segments=40), "water")
        bow = np.linspace(0, np.pi, 24)
        arch = np.stack([(a + 0.006) * np.cos(bow), -0.4 * g * np.sin(bow), h - 0.012 + g * np.sin(bow)], 1)
        return made.add(tube(arch, 0.004, segments=8), "handle").build()
