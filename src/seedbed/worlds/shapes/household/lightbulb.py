"""A lightbulb standing on its cap, on or off."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb
from seedbed.worlds.shapes.base import Shape


@register("shape", "lightbulb")
class Lightbulb(Shape):
    group = "household"
    ranges = {"radius": (0.03, 0.036), "height": (0.1, 0.12), "cap": (0.024, 0.03), "neck": (0.013, 0.016)}
    accents = {"cap": "brass", "light": "steel"}
    states = {"on": {"light": "glow"}, "off": {}}
    upright = 1.1

    def build(self, state: str = "on", **p: float) -> Mesh:
        r, h, c, n = p["radius"], p["height"], p["cap"], p["neck"]
        z = h - r
        bulb = [(r * np.cos(x), z + r * np.sin(x)) for x in np.linspace(-0.75, np.pi / 2, 18)]
        low = [(n, c), (n * 1.08, c + 0.008), (r * 0.58, z - r * 0.92)]
        bulb[-1] = (0.0, h)
        made = MeshBuilder().add(lathe([*low, *bulb], segments=40, crease=60))
        screw = [(0, 0), (n * 0.5, 0), (n * 0.7, 0.005)]
        for k in range(5):
            at = 0.005 + (c - 0.005) * k / 5
            screw += [(n, at + 0.001), (n * 0.9, at + (c - 0.005) / 10)]
        made.add(lathe([*screw, (n, c), (0, c)], segments=32), "cap")
        if state == "on":
            for k in range(9):
                a = -0.5 + k * (np.pi + 1.0) / 8
                way = np.array([np.cos(a), 0.0, np.sin(a)])
                made.add(limb(way * r * 1.22 + [0, 0, z], way * r * 1.62 + [0, 0, z], 0.0032, segments=8), "light")
        return made.add(limb((0, 0, c - 0.002), (0, 0, c + 0.002), n * 0.8, segments=12), "light").build()
