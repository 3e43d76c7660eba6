"""An alarm clock: a round face with hands, two bells and two feet."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import (
    Mesh,
    MeshBuilder,
    box,
    ellipsoid,
    lathe,
    limb,
    move,
    rotate_x,
    rotate_y,
    rounded_rim,
    tube,
)
from seedbed.worlds.shapes.base import Shape


@register("shape", "clock")
class Clock(Shape):
    group = "office"
    ranges = {"radius": (0.05, 0.06), "depth": (0.04, 0.055), "bell": (0.02, 0.026), "hour": (0.0, 6.28)}
    accents = {"face": "paper", "hands": "dark", "bells": "brass"}
    front = True

    def build(self, **p: float) -> Mesh:
        r, d, b, hour = p["radius"], p["depth"], p["bell"], p["hour"]
        z, flat = r + 0.018, rotate_x(np.pi / 2)
        made = MeshBuilder().add(move(lathe(rounded_rim(r, d, 0.008), segments=44), (0, d / 2, z), flat))
        made.add(move(lathe(rounded_rim(r * 0.86, 0.003, 0.001), segments=44), (0, -d / 2 + 0.001, z), flat), "face")
        front = -d / 2 - 0.004
        for k in range(12):
            a = k * np.pi / 6
            tick = (r * 0.72 * np.sin(a), front + 0.001, z + r * 0.72 * np.cos(a))
            made.add(move(box((0.003, 0.002, r * 0.14), 0.0008), tick, rotate_y(a)), "hands")
        for a, n, w in ((hour, 0.42, 0.0042), (12 * hour, 0.64, 0.003)):
            end = (r * n * np.sin(a), front - 0.001, z + r * n * np.cos(a))
            made.add(limb((0, front - 0.001, z), end, w * 0.6, w * 0.4, segments=8), "hands")
        for x in (-1, 1):
            made.add(
                move(
                    ellipsoid((b, b, b * 0.75), segments=20, rings=12),
                    (x * r * 0.62, 0, z + r * 0.94),
                    rotate_y(x * 0.6),
                ),
                "bells",
            )
            made.add(limb((x * r * 0.5, 0, z - r * 0.75), (x * r * 0.75, 0, 0.005), 0.006), "bells")
        path = [(-0.012, 0, z + r), (-0.012, 0, z + r + b * 1.4), (0.012, 0, z + r + b * 1.4), (0.012, 0, z + r)]
        return made.add(tube(path, 0.003, segments=8), "bells").build()
