"""A truck: a cab and a large box on six wheels."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rotate_y, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "truck")
class Truck(Shape):
    group = "outdoors"
    ranges = {"length": (5.6, 6.6), "width": (2.0, 2.25), "height": (2.6, 3.0), "cab": (0.26, 0.31)}
    accents = {"box": "pale", "windows": "window", "tyres": "tyre", "lights": "glow_off", "chassis": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, w, h, k = p["length"], p["width"], p["height"], p["cab"]
        cab = n * k
        made = MeshBuilder().add(move(box((w, cab, h * 0.66), 0.14, segments=3), (0, -n / 2 + cab / 2, 0.5 + h * 0.33)))
        made.add(move(box((w, n - cab - 0.12, h - 0.75), 0.04), (0, cab / 2 + 0.06, 0.75 + (h - 0.75) / 2)), "box")
        made.add(move(box((w * 0.5, n * 0.96, 0.22), 0.03), (0, 0, 0.6)), "chassis")
        made.add(move(box((w * 0.84, 0.04, h * 0.24), 0.02), (0, -n / 2 - 0.002, 0.5 + h * 0.48)), "windows")
        made.add(move(box((w * 0.9, 0.08, 0.2), 0.03), (0, -n / 2 - 0.01, 0.52)), "chassis")
        for x in (-1, 1):
            made.add(
                move(box((0.04, cab * 0.5, h * 0.22), 0.02), (x * w / 2, -n / 2 + cab * 0.45, 0.5 + h * 0.48)),
                "windows",
            )
            made.add(move(box((0.26, 0.06, 0.16), 0.04), (x * w * 0.34, -n / 2 - 0.02, 0.78)), "lights")
            for y in (-n / 2 + cab * 0.5, n * 0.22, n * 0.22 + 0.95):
                made.add(
                    move(
                        lathe(rounded_rim(0.44, 0.28, 0.07), segments=28),
                        (x * (w / 2 - 0.28), y, 0.44),
                        rotate_y(x * np.pi / 2),
                    ),
                    "tyres",
                )
        return made.build()
