"""Headphones lying with the band upright."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, move, rotate_x, rotate_y, rounded_rim, stretch, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "headphones")
class Headphones(Shape):
    group = "office"
    ranges = {"radius": (0.075, 0.09), "cup": (0.036, 0.044), "pad": (0.022, 0.03), "band": (0.008, 0.012)}
    accents = {"pads": "dark"}

    def build(self, **p: float) -> Mesh:
        r, c, t, b = p["radius"], p["cup"], p["pad"], p["band"]
        bow = np.linspace(-0.25, np.pi + 0.25, 30)
        arc = np.stack([r * np.cos(bow), 0 * bow, c + 0.03 + r * 1.1 * np.sin(bow)], 1)
        made = MeshBuilder().add(tube(arc, b * 0.5, segments=12, flatten=2.6))
        for x in (-1, 1):
            lay = rotate_y(x * np.pi / 2)
            made.add(
                move(
                    stretch(lathe(rounded_rim(c, 0.022, 0.008), segments=32), (1.15, 0.9, 1.0)),
                    (x * (r * 0.93 - 0.004), 0, c * 1.15),
                    lay,
                )
            )
            made.add(
                move(
                    stretch(lathe(rounded_rim(c * 0.94, t, 0.01), segments=32), (1.15, 0.9, 1.0)),
                    (x * (r * 0.93 - 0.002), 0, c * 1.15),
                    lay @ rotate_x(np.pi),
                ),
                "pads",
            )
        return made.build()
