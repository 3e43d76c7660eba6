"""A trophy: a cup with two handles on a dark block."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "trophy")
class Trophy(Shape):
    group = "household"
    ranges = {"cup": (0.05, 0.062), "height": (0.24, 0.3), "handle": (0.03, 0.042), "block": (0.05, 0.07)}
    accents = {"block": "bark"}
    upright = 1.2

    def build(self, **p: float) -> Mesh:
        r, h, g, b = p["cup"], p["height"], p["handle"], p["block"]
        made = MeshBuilder()
        stem = h * 0.42
        turn = np.linspace(0.2, np.pi / 2, 12)
        cup = [(r * np.sin(x), stem + (h - stem) * (1 - np.cos(x))) for x in turn]
        inner = [(x - 0.004, z) for x, z in cup[::-1]]
        low = [
            (0, b),
            (r * 0.7, b),
            (r * 0.6, b + 0.012),
            (0.011, b + 0.03),
            (0.009, stem - 0.02),
            (0.018, stem - 0.01),
            (0.012, stem),
        ]
        made.add(lathe([*low, *cup, (r + 0.003, h), *inner], segments=40))
        made.add(move(box((r * 1.7, r * 1.7, b), 0.006), (0, 0, b / 2)), "block")
        bow = np.linspace(-1.35, 1.5, 18)
        for x in (-1, 1):
            arch = np.stack(
                [x * (r * 0.9 + g * np.cos(bow)), 0 * bow, stem + (h - stem) * (0.6 + 0.36 * np.sin(bow))], 1
            )
            made.add(tube(arch, 0.0055, segments=10))
        return made.build()
