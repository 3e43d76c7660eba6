"""A wine glass on a stem, empty or with wine in it."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape


@register("shape", "wine_glass")
class WineGlass(Shape):
    group = "kitchen"
    ranges = {"bowl": (0.034, 0.042), "height": (0.19, 0.23), "stem": (0.075, 0.095), "foot": (0.032, 0.04)}
    accents = {"wine": "wine"}
    states = {"empty": {}, "full": {}}
    upright = 1.25

    def build(self, state: str = "empty", **p: float) -> Mesh:
        r, h, s, f = p["bowl"], p["height"], p["stem"], p["foot"]
        turn = np.linspace(0.1, 1.95, 14)
        tall = (h - s) / (1 - np.cos(1.95))
        cup = [(r * np.sin(x), s + tall * (1 - np.cos(x))) for x in turn]
        low = [(0, 0), (f, 0), (f, 0.002), (0.008, 0.008), (0.0042, 0.02), (0.0042, s - 0.006)]
        inner = [(x - 0.0016, z + 0.001) for x, z in cup[::-1]]
        made = MeshBuilder().add(lathe([*low, *cup, *inner, (0, s + 0.003)], segments=40))
        if state == "full":
            fill = [(x - 0.003, z + 0.0014) for x, z in cup[:8]]
            made.add(lathe([(0, s + 0.005), *fill, (0, fill[-1][1])], segments=40), "wine")
        return made.build()
