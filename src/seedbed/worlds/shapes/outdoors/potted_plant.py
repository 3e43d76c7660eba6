"""A potted plant: broad leaves above a coloured pot."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move, towards
from seedbed.worlds.shapes.base import Shape


@register("shape", "potted_plant")
class PottedPlant(Shape):
    group = "outdoors"
    ranges = {"pot": (0.08, 0.1), "height": (0.12, 0.15), "leaf": (0.15, 0.21), "spread": (0.7, 1.1)}
    accents = {"leaves": "leaf", "soil": "soil"}
    upright = 1.2

    def build(self, **p: float) -> Mesh:
        r, h, n, s = p["pot"], p["height"], p["leaf"], p["spread"]
        pot = [(0, 0), (r * 0.68, 0), (r * 0.92, h * 0.82), (r, h * 0.82), (r, h), (r * 0.9, h), (r * 0.86, h * 0.9)]
        made = MeshBuilder().add(lathe(pot, segments=40))
        made.add(lathe([(r * 0.88, h * 0.9), (0, h * 0.93)], segments=32), "soil")
        for k in range(13):
            a, lean = k * 2.39996, s * (0.25 + 0.75 * k / 12)
            out = np.array([np.sin(lean) * np.cos(a), np.sin(lean) * np.sin(a), np.cos(lean)])
            root = np.array([0, 0, h * 0.9])
            made.add(limb(root, root + out * n * 0.6, 0.004, segments=6, caps=2), "leaves")
            blade = ellipsoid((n * 0.2, n * 0.035, n * 0.42), segments=12, rings=9)
            bend = np.array([out[0] * 1.25, out[1] * 1.25, out[2] * 0.8])
            made.add(move(blade, root + out * n * 0.9, towards(bend / np.linalg.norm(bend))), "leaves")
        return made.build()
