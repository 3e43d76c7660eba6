"""A candle on a saucer, lit or unlit."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb, move
from seedbed.worlds.shapes.base import Shape


@register("shape", "candle")
class Candle(Shape):
    group = "household"
    ranges = {"radius": (0.024, 0.032), "height": (0.09, 0.14), "saucer": (0.06, 0.075), "wick": (0.012, 0.018)}
    accents = {"saucer": "brass", "wick": "dark", "flame": "flame"}
    states = {"lit": {}, "unlit": {}}
    upright = 1.1

    def build(self, state: str = "lit", **p: float) -> Mesh:
        r, h, s, w = p["radius"], p["height"], p["saucer"], p["wick"]
        made = MeshBuilder().add(
            move(
                lathe(
                    [(0, 0), (r, 0), (r, h - 0.004), (r - 0.004, h), (r * 0.5, h - 0.004), (0, h - 0.004)], segments=32
                ),
                (0, 0, 0.008),
            )
        )
        made.add(
            lathe([(0, 0), (s * 0.8, 0), (s, 0.014), (s - 0.003, 0.016), (s * 0.78, 0.007), (0, 0.006)], segments=40),
            "saucer",
        )
        top = h + 0.004
        made.add(limb((0, 0, top), (0, 0, top + w), 0.0022, segments=8), "wick")
        if state == "lit":
            drop = [
                (0.0115 * np.sin(x) * (1 - 0.45 * x / np.pi), top + w * 0.4 + 0.02 * (1 - np.cos(x)))
                for x in np.linspace(0, np.pi, 14)
            ]
            made.add(lathe([(max(a, 0.0), b) for a, b in drop], segments=20, crease=60), "flame")
        return made.build()
