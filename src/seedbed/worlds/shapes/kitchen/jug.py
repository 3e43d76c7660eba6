"""A tall jug with a lip and a large handle."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "jug")
class Jug(Shape):
    group = "kitchen"
    ranges = {"radius": (0.055, 0.068), "height": (0.19, 0.23), "waist": (0.66, 0.78), "handle": (0.05, 0.065)}
    accents = {"inside": "pale"}
    upright = 1.15

    def build(self, **p: float) -> Mesh:
        r, h, w, g = p["radius"], p["height"], p["waist"], p["handle"]
        curve = np.linspace(0, 1, 14)
        side = [
            (r * (0.82 + 0.2 * np.sin(np.pi * k * 0.9) - (1 - w) * k**3 * 0.6 + 0.06 * k**9), 0.006 + (h - 0.006) * k)
            for k in curve
        ]
        outer = lathe([(0, 0), (side[0][0] - 0.004, 0), *side, (side[-1][0] - 0.004, h)], segments=44)
        inner = lathe([(x - 0.004, z) for x, z in side[::-1]] + [(0, 0.01)], segments=44)

        def lipped(made: tuple) -> tuple:
            v, n, f = made
            v = v.copy()
            near = np.clip((v[:, 2] - h * 0.82) / (h * 0.18), 0, 1) * np.clip(v[:, 0] / r, 0, 1) ** 4
            v[:, 0] += 0.035 * near
            return v, n, f

        bow = np.linspace(-1.45, 1.45, 20)
        arch = np.stack([-side[6][0] + 0.012 - g * np.cos(bow), 0 * bow, h * 0.56 + h * 0.29 * np.sin(bow)], 1)
        made = MeshBuilder().add(lipped(outer)).add(lipped(inner), "inside")
        return made.add(tube(arch, 0.0085, segments=10, flatten=1.3)).build()
