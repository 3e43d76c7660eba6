"""An elephant: barrel body on pillar legs, huge fan ears, a long trunk curling up at the tip, pale tusks."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, limb, move, rotate_z, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "elephant")
class Elephant(Shape):
    group = "animals"
    ranges = {
        "length": (1.15, 1.45),
        "leg": (0.75, 1.05),
        "girth": (0.75, 0.92),
        "ear": (0.55, 0.78),
        "trunk": (0.76, 0.92),
        "tusk": (0.35, 0.65),
    }
    accents = {"tusks": "pale", "eyes": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, leg, g, ear = p["length"], p["leg"], p["girth"], p["ear"]
        z = leg + g * 0.7
        made = MeshBuilder().add(move(ellipsoid((g * 0.95, n, g)), (0, 0, z)))
        head = np.array([0, -n - 0.12, z + 0.42])
        made.add(limb((0, -n * 0.6, z + 0.2), head, g * 0.7, 0.5, segments=16))
        made.add(move(ellipsoid((0.5, 0.48, 0.58), segments=18, rings=12), head))
        k = np.linspace(0, 1, 13)
        curl = np.clip((k - 0.72) / 0.28, 0, 1)
        out = -0.34 - 0.5 * np.sin(k * 1.5) - 0.26 * curl**1.5
        path = head + np.stack([0 * k, out, -0.1 - p["trunk"] * (head[2] - 0.1) * k + 0.22 * curl**2], 1)
        made.add(tube(path, 0.27 - 0.18 * k**0.8, segments=14, side=(1, 0, 0)))
        for x in (-1, 1):
            flap = move(ellipsoid((ear, 0.07, ear * 1.15), segments=18, rings=8), (0, 0, 0), rotate_z(x * 0.75))
            made.add(move(flap, head + np.array([x * (0.38 + ear * 0.68), 0.06 + ear * 0.55, 0.02])))
            made.add(
                move(ellipsoid((0.05, 0.06, 0.06), segments=10, rings=6), head + np.array([x * 0.38, -0.33, 0.1])),
                "eyes",
            )
            t = np.linspace(0, 1, 8)
            rise = -0.36 - 0.35 * t * p["tusk"] + 0.55 * p["tusk"] * t**2
            horn = head + np.stack([x * (0.24 + 0.08 * t), -0.3 - (0.15 + p["tusk"]) * t, rise], 1)
            made.add(tube(horn, 0.085 - 0.065 * t, segments=10, side=(1, 0, 0)), "tusks")
            for y in (-n * 0.58, n * 0.55):
                made.add(limb((x * g * 0.5, y, z), (x * g * 0.52, y, 0.24), 0.34, 0.25, segments=12, caps=4))
                made.add(move(ellipsoid((0.29, 0.3, 0.2), segments=12, rings=7), (x * g * 0.52, y - 0.03, 0.2)))
        made.add(limb((0, n * 0.95, z + 0.2), (0, n + 0.22, z - 0.6), 0.06, 0.035, segments=8))
        return made.add(
            move(ellipsoid((0.06, 0.06, 0.14), segments=8, rings=6), (0, n + 0.23, z - 0.68)), "eyes"
        ).build()
