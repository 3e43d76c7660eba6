"""A car: body, cabin with windows, four wheels, lights."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rotate_x, rotate_y, rounded_rim, slab
from seedbed.worlds.shapes.base import Shape


@register("shape", "car")
class Car(Shape):
    group = "outdoors"
    ranges = {"length": (3.9, 4.5), "width": (1.7, 1.85), "height": (1.4, 1.55), "cabin": (0.46, 0.56)}
    accents = {"windows": "window", "tyres": "tyre", "hubs": "steel", "lights": "pale", "tail": "red"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, w, h, c = p["length"], p["width"], p["height"], p["cabin"]
        belt = h * 0.6
        made = MeshBuilder().add(move(box((w, n, belt - 0.28), 0.16, segments=4), (0, 0, (belt + 0.28) / 2)))
        profile = [(-0.5, 0), (-0.3, 1), (0.22, 1), (0.5, 0)]
        cabin = n * c
        outer = np.array([(y * cabin + n * 0.06, belt - 0.06 + z * (h - belt + 0.06)) for y, z in profile])
        turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
        made.add(move(slab(outer[::-1], w * 0.84), (-w * 0.42, 0, 0), turn))
        glass = np.array([(y * cabin * 0.86 + n * 0.06, belt + 0.02 + z * (h - belt - 0.1)) for y, z in profile])
        made.add(move(slab(glass[::-1], w * 0.86), (-w * 0.43, 0, 0), turn), "windows")
        for y0, y1 in ((outer[0], outer[1]), (outer[3], outer[2])):
            middle, along = (y0 + y1) / 2, y1 - y0
            pane = box((w * 0.72, 0.02, np.hypot(*along) * 0.76), 0.005)
            made.add(
                move(
                    pane,
                    (0, middle[0] + np.sign(middle[0] - n * 0.06) * 0.012, middle[1] + 0.03),
                    rotate_x(-np.arctan2(along[0], along[1])),
                ),
                "windows",
            )
        for x in (-1, 1):
            for y in (-0.31, 0.31):
                lay = rotate_y(x * np.pi / 2)
                made.add(
                    move(lathe(rounded_rim(0.33, 0.22, 0.06), segments=28), (x * (w / 2 - 0.19), y * n, 0.33), lay),
                    "tyres",
                )
                made.add(
                    move(lathe(rounded_rim(0.19, 0.03, 0.01), segments=20), (x * (w / 2 + 0.02), y * n, 0.33), lay),
                    "hubs",
                )
            made.add(move(box((0.3, 0.08, 0.14), 0.05), (x * w * 0.34, -n / 2 + 0.02, belt * 0.74)), "lights")
            made.add(move(box((0.3, 0.06, 0.12), 0.04), (x * w * 0.34, n / 2 - 0.01, belt * 0.78)), "tail")
        return made.build()
