"""A bottle with shoulders, a neck and a cap."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, move, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "bottle")
class Bottle(Shape):
    group = "kitchen"
    ranges = {
        "radius": (0.034, 0.044),
        "shoulder": (0.1, 0.13),
        "neck": (0.011, 0.015),
        "height": (0.2, 0.24),
    }
    accents = {"cap": "dark"}
    upright = 1.25

    def build(self, **p: float) -> Mesh:
        r, z, n, h = p["radius"], p["shoulder"], p["neck"], p["height"]
        turn = np.linspace(0, 1, 8)
        shoulder = [(n + (r - n) * (0.5 + 0.5 * np.cos(np.pi * k)), z + (h - 0.05 - z) * k) for k in turn]
        body = [
            (0, 0),
            (r - 0.006, 0),
            (r - 0.001, 0.004),
            (r, 0.01),
            *shoulder,
            (n, h - 0.02),
            (0, h - 0.02),
        ]
        cap = move(lathe(rounded_rim(n + 0.003, 0.024, 0.003), segments=28), (0, 0, h - 0.024))
        return MeshBuilder().add(lathe(body, segments=40)).add(cap, "cap").build()
