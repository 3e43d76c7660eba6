"""A globe in a tilted frame on a foot, with dark land."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import (
    Mesh,
    MeshBuilder,
    ellipsoid,
    lathe,
    limb,
    move,
    rotate_y,
    rounded_rim,
    towards,
    tube,
)
from seedbed.worlds.shapes.base import Shape


@register("shape", "globe")
class Globe(Shape):
    group = "office"
    ranges = {"radius": (0.1, 0.125), "tilt": (0.3, 0.5), "foot": (0.07, 0.09), "stem": (0.05, 0.08)}
    accents = {"frame": "brass", "land": "leaf"}
    upright = 1.15

    def build(self, **p: float) -> Mesh:
        r, f, s = p["radius"], p["foot"], p["stem"]
        z, turn = s + r * 1.12 + 0.02, rotate_y(p["tilt"])
        made = MeshBuilder().add(move(ellipsoid((r, r, r), segments=40, rings=24), (0, 0, z)))
        for a, b, x, y in (
            (0.4, 0.5, 0.5, 0.34),
            (0.9, -0.3, 0.36, 0.5),
            (2.2, 0.45, 0.62, 0.3),
            (2.9, -0.35, 0.3, 0.36),
            (4.1, 0.3, 0.36, 0.52),
            (4.7, -0.5, 0.3, 0.24),
            (5.5, 0.6, 0.44, 0.24),
        ):
            out = np.array([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])
            patch = ellipsoid((x * r, y * r, r * 0.17), segments=18, rings=10)
            made.add(move(patch, turn @ out * r * 0.87 + [0, 0, z], turn @ towards(out)), "land")
        bow = np.linspace(-np.pi / 2, np.pi / 2, 24)
        arc = np.stack([-1.1 * r * np.cos(bow), 0 * bow, 1.1 * r * np.sin(bow)], 1) @ turn.T + [0, 0, z]
        made.add(tube(arc, 0.006, segments=10), "frame")
        made.add(limb((0, 0, 0.015), (-0.01, 0, s + 0.02), 0.009), "frame")
        return made.add(lathe(rounded_rim(f, 0.018, 0.007), segments=36), "frame").build()
