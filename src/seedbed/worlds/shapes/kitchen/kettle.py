"""A stove kettle: round body, spout, arched handle."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ball, lathe, move, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "kettle")
class Kettle(Shape):
    group = "kitchen"
    ranges = {"radius": (0.09, 0.11), "height": (0.14, 0.17), "spout": (0.07, 0.1), "arch": (0.08, 0.11)}
    accents = {"handle": "dark"}

    def build(self, **p: float) -> Mesh:
        r, h, s, a = p["radius"], p["height"], p["spout"], p["arch"]
        turn = np.linspace(0, np.pi / 2, 10)
        side = [(r * (0.35 + 0.65 * np.cos(x) ** 0.8), 0.03 + (h - 0.045) * np.sin(x)) for x in turn]
        body = [(0, 0), (r * 0.94, 0), (r, 0.012), *side, (r * 0.35, h - 0.008), (r * 0.3, h), (0, h + 0.004)]
        made = MeshBuilder().add(lathe(body, segments=44))
        path = [(r * 0.75, 0, h * 0.4), (r + s * 0.45, 0, h * 0.56), (r + s * 0.8, 0, h * 0.86), (r + s, 0, h * 0.95)]
        made.add(tube(path, [0.027, 0.021, 0.015, 0.013], segments=16))
        bow = np.linspace(0.12, np.pi - 0.12, 18)
        arch = np.stack([r * 0.74 * np.cos(bow), 0 * bow, h * 0.72 + (a + h * 0.26) * np.sin(bow)], 1)
        made.add(tube(arch, 0.0095, segments=10), "handle")
        made.add(move(ball(0.014, segments=16, rings=10), (0, 0, h)), "handle")
        return made.build()
