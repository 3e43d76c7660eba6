"""A sailing boat: a hull, a mast and two sails."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb, move, slab, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "sailboat")
class Sailboat(Shape):
    group = "outdoors"
    ranges = {"length": (3.4, 4.2), "beam": (1.2, 1.5), "mast": (3.6, 4.4), "hull": (0.5, 0.7)}
    accents = {"sails": "pale", "mast": "wood"}
    upright = 1.25
    front = True

    def build(self, **p: float) -> Mesh:
        n, b, m, h = p["length"], p["beam"], p["mast"], p["hull"]
        made = MeshBuilder()
        dome = [(np.cos(x), np.sin(x)) for x in np.linspace(-np.pi / 2, 0, 14)]
        v, q, f = stretch(lathe([*dome, (0.94, 0.0), (0.9, -0.12), (0, -0.14)], segments=48), (b / 2, n / 2, h))
        v = v.copy()
        v[:, 0] *= 1 - 0.35 * np.clip(-v[:, 1] / (n / 2), 0, 1) ** 2
        v[:, 2] += 0.22 * h * (v[:, 1] / (n / 2)) ** 2
        made.add((v + [0, 0, h], q, f))
        made.add(limb((0, -n * 0.06, h * 0.8), (0, -n * 0.06, h + m), 0.045, 0.025), "mast")
        made.add(limb((0, -n * 0.06, h + 0.45), (0, n * 0.4, h + 0.4), 0.03), "mast")
        turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
        main = slab(
            [(-n * 0.04, h + 0.5), (n * 0.4, h + 0.46), (n * 0.2, h + m * 0.55), (-n * 0.04, h + m * 0.97)], 0.02
        )
        jib = slab([(-n * 0.46, h + 0.36), (-n * 0.1, h + 0.42), (-n * 0.09, h + m * 0.82)], 0.02)
        return made.add(move(main, (-0.01, 0, 0), turn), "sails").add(move(jib, (-0.01, 0, 0), turn), "sails").build()
