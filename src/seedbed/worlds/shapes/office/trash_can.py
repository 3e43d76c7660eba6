"""A waste-paper bin, empty or full of crumpled paper."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, move, rotate_z
from seedbed.worlds.shapes.base import Shape


@register("shape", "trash_can")
class TrashCan(Shape):
    group = "office"
    ranges = {"top": (0.13, 0.16), "bottom": (0.09, 0.115), "height": (0.26, 0.34), "rim": (0.006, 0.01)}
    accents = {"inside": "dark", "paper": "paper"}
    states = {"empty": {}, "full": {}}

    def build(self, state: str = "empty", **p: float) -> Mesh:
        a, b, h, t = p["top"], p["bottom"], p["height"], p["rim"]
        made = MeshBuilder().add(
            lathe([(0, 0), (b, 0), (a, h), (a + t, h), (a + t, h + t), (a - 0.003, h + t)], segments=44)
        )
        made.add(lathe([(a - 0.003, h + t), (a - 0.004, h), (b - 0.003, 0.006), (0, 0.005)], segments=44), "inside")
        for k in range(9) if state == "full" else ():
            turn, out = k * 2.4, a * 0.68 * np.sqrt(k / 9)
            made.add(
                move(
                    ellipsoid((0.062, 0.055, 0.05), segments=9, rings=6),
                    (out * np.cos(turn), out * np.sin(turn), h + 0.012 * (9 - k) * 0.6 - 0.01),
                    rotate_z(k),
                ),
                "paper",
            )
        return made.build()
