"""A bus: a long body with a row of windows and doors."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rotate_y, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "bus")
class Bus(Shape):
    group = "outdoors"
    ranges = {"length": (7.5, 9.0), "width": (2.2, 2.5), "height": (2.7, 3.0), "window": (0.3, 0.36)}
    accents = {"windows": "window", "tyres": "tyre", "lights": "glow_off", "stripe": "pale"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, w, h, k = p["length"], p["width"], p["height"], p["window"]
        made = MeshBuilder().add(move(box((w, n, h - 0.35), 0.16, segments=3), (0, 0, (h + 0.35) / 2)))
        z, tall = h * 0.66, h * k
        for x in (-1, 1):
            for j in range(7):
                made.add(
                    move(box((0.04, n / 7 * 0.82, tall), 0.02, segments=1), (x * w / 2, (j - 3) * n / 7.4, z)),
                    "windows",
                )
            made.add(move(box((0.03, n * 0.92, 0.14), 0.01), (x * w / 2, 0, h * 0.4)), "stripe")
            for y in (-0.3, 0.3):
                made.add(
                    move(
                        lathe(rounded_rim(0.46, 0.28, 0.07), segments=28),
                        (x * (w / 2 - 0.24), y * n, 0.46),
                        rotate_y(x * np.pi / 2),
                    ),
                    "tyres",
                )
            made.add(move(box((0.3, 0.06, 0.18), 0.05), (x * w * 0.36, -n / 2 - 0.01, 0.75)), "lights")
        made.add(move(box((w * 0.86, 0.04, h * 0.42), 0.03), (0, -n / 2, h * 0.62)), "windows")
        return made.add(move(box((w * 0.7, 0.04, h * 0.26), 0.03), (0, n / 2, z)), "windows").build()
