"""A drum with a pale skin, hoops and two sticks."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move
from seedbed.worlds.shapes.base import Shape


@register("shape", "drum")
class Drum(Shape):
    group = "household"
    ranges = {"radius": (0.13, 0.17), "height": (0.13, 0.19), "hoop": (0.012, 0.018), "stick": (0.24, 0.3)}
    accents = {"skin": "paper", "hoops": "brass", "sticks": "wood"}

    def build(self, **p: float) -> Mesh:
        r, h, t, s = p["radius"], p["height"], p["hoop"], p["stick"]
        made = MeshBuilder().add(lathe([(0, 0.002), (r, 0.002), (r, h)], segments=48))
        made.add(lathe([(r, h - 0.001), (0, h)], segments=48), "skin")
        for z in (0.0, h - t * 0.6):
            made.add(
                lathe(
                    [
                        (r, z),
                        (r + 0.008, z + 0.002),
                        (r + 0.008, z + t),
                        (r - 0.004, z + t + 0.002),
                        (r - 0.006, z + t * 0.5),
                    ],
                    segments=48,
                ),
                "hoops",
            )
        for k in range(12):
            a, b = k * np.pi / 6, (k + 1) * np.pi / 6
            high, low = (a, b) if k % 2 else (b, a)
            made.add(
                limb(
                    ((r + 0.005) * np.cos(low), (r + 0.005) * np.sin(low), t),
                    ((r + 0.005) * np.cos(high), (r + 0.005) * np.sin(high), h - t),
                    0.003,
                    segments=6,
                    caps=2,
                ),
                "hoops",
            )
        for x in (-1, 1):
            one, two = (x * 0.03 - s * 0.3, -s * 0.45, h + 0.02), (x * 0.05 + s * 0.1, s * 0.3, h + 0.012)
            made.add(limb(one, two, 0.0055, 0.0045), "sticks")
            made.add(move(ellipsoid((0.012, 0.012, 0.012), segments=12, rings=8), two), "sticks")
        return made.build()
