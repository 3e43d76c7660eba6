"""A broadleaf tree: a trunk with branches under a cloud of foliage."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, limb, move, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "tree")
class Tree(Shape):
    group = "outdoors"
    ranges = {"height": (3.2, 4.4), "crown": (1.0, 1.4), "trunk": (0.12, 0.18), "clear": (0.34, 0.42)}
    accents = {"trunk": "bark"}
    upright = 1.3

    def build(self, **p: float) -> Mesh:
        h, c, t, k = p["height"], p["crown"], p["trunk"], p["clear"]
        made = MeshBuilder()
        middle = h - c * 0.95
        for i in range(15):
            a, z = i * 2.39996, -0.75 + 1.5 * i / 14
            flat = np.sqrt(max(1 - z * z * 0.9, 0.0))
            at = (c * 0.66 * flat * np.cos(a), c * 0.66 * flat * np.sin(a), middle + c * 0.62 * z)
            r = c * (0.42 + 0.08 * np.sin(i * 1.7))
            made.add(move(ellipsoid((r, r, r * 0.86), segments=14, rings=9), at))
        trunk = np.array([(0, 0, 0), (0.02, 0.01, h * k * 0.5), (-0.02, 0, h * k), (0, 0, middle + c * 0.3)])
        made.add(tube(trunk, [t * 1.5, t, t * 0.85, t * 0.5], segments=14), "trunk")
        for a in (0.5, 2.6, 4.6):
            made.add(
                limb((0, 0, h * k), (c * 0.6 * np.cos(a), c * 0.6 * np.sin(a), middle), t * 0.5, t * 0.25), "trunk"
            )
        return made.build()
