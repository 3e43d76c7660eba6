"""A computer keyboard with rows of keys."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_x
from seedbed.worlds.shapes.base import Shape


@register("shape", "keyboard")
class Keyboard(Shape):
    group = "office"
    ranges = {"width": (0.38, 0.44), "depth": (0.13, 0.155), "height": (0.016, 0.024), "key": (0.72, 0.84)}
    accents = {"keys": "pale"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, d, h, k = p["width"], p["depth"], p["height"], p["key"]
        tilt = rotate_x(0.06)
        made = MeshBuilder().add(move(box((w, d, h), 0.006), (0, 0, h / 2 + 0.005), tilt))
        step = w / 15.2
        for row in range(5):
            y = d * 0.36 - row * d * 0.18
            keys = (
                [(c - 6.5, 1.0) for c in range(14)]
                if row < 4
                else [(-5.6, 1.6), (-3.6, 1.6), (0.2, 5.4), (4.0, 1.6), (5.8, 1.6)]
            )
            for column, wide in keys:
                extent = (step * (wide - 1 + k), d * 0.18 * k, 0.008)
                made.add(
                    move(
                        box(extent, 0.002, segments=1),
                        tilt @ np.array([column * step, y, h / 2 + 0.003]) + [0, 0, h / 2 + 0.005],
                        tilt,
                    ),
                    "keys",
                )
        return made.build()
