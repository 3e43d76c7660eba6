"""A sitting duck: boat-shaped body with an upturned tail, round head on a neck, broad flat orange bill."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, limb, move, rotate_x
from seedbed.worlds.shapes.base import Shape


@register("shape", "duck")
class Duck(Shape):
    group = "animals"
    ranges = {
        "length": (0.125, 0.155),
        "width": (0.085, 0.105),
        "neck": (0.03, 0.075),
        "head": (0.054, 0.066),
        "bill": (0.05, 0.07),
        "tail": (0.05, 0.085),
    }
    accents = {"bill": "orange", "eyes": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, w, r, bill = p["length"], p["width"], p["head"], p["bill"]
        z = w * 0.8
        made = MeshBuilder().add(move(ellipsoid((w, n, w * 0.8), segments=26), (0, 0, z)))
        made.add(move(ellipsoid((w * 0.8, w * 0.75, w * 0.8), segments=18, rings=11), (0, -n * 0.5, z * 1.1)))
        head = np.array([0, -n * 0.62, z * 1.75 + p["neck"] + r * 0.5])
        made.add(limb((0, -n * 0.55, z * 1.2), head, w * 0.58, r * 0.72, segments=16))
        made.add(move(ellipsoid((r * 0.95, r, r), segments=22), head))
        tip = np.array([0, n + p["tail"] * 0.55, z * 1.35 + p["tail"] * 0.7])
        made.add(
            move(
                limb((0, 0, 0), tip - [0, n * 0.6, z], w * 0.55, 0.008, segments=14),
                (0, n * 0.6, z),
            )
        )
        beak = np.array([0, -r * 0.8, -r * 0.2])
        upper = move(ellipsoid((bill * 0.52, bill, 0.014), segments=16, rings=9), head + beak, rotate_x(-0.12))
        lower = move(
            ellipsoid((bill * 0.46, bill * 0.8, 0.011), segments=14, rings=8),
            head + beak + np.array([0, 0, -0.017]),
            rotate_x(0.14),
        )
        made.add(upper, "bill").add(lower, "bill")
        for x in (-1, 1):
            eye = move(
                ellipsoid((0.009, 0.01, 0.012), segments=10, rings=6),
                head + np.array([x * r * 0.62, -r * 0.64, r * 0.34]),
            )
            made.add(eye, "eyes")
            wing = move(ellipsoid((0.018, n * 0.62, w * 0.42), segments=18, rings=9), (0, 0, 0), rotate_x(0.22))
            made.add(move(wing, (x * w * 0.94, n * 0.22, z * 1.25)))
            foot = ellipsoid((w * 0.36, w * 0.5, 0.008), segments=12, rings=6)
            made.add(move(foot, (x * w * 0.5, -n * 0.72, 0.008)), "bill")
        return made.build()
