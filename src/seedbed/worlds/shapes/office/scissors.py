"""A pair of scissors lying on the table, open or closed."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb, move, ring, rotate_z, rounded_rim, slab, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "scissors")
class Scissors(Shape):
    group = "office"
    ranges = {"length": (0.17, 0.2), "ring": (0.022, 0.028), "blade": (0.014, 0.018), "spread": (0.3, 0.45)}
    accents = {"blades": "steel"}
    states = {"open": {}, "closed": {}}

    def build(self, state: str = "open", **p: float) -> Mesh:
        n, r, b = p["length"], p["ring"], p["blade"]
        angle = p["spread"] if state == "open" else 0.05
        made = MeshBuilder()
        for k, x in enumerate((-1, 1)):
            turn = rotate_z(x * angle)
            z = 0.003 + 0.003 * k
            blade = slab(
                [(-b / 2, -0.01), (b / 2, -0.01), (b * 0.45, n * 0.3), (x * b * 0.1, n * 0.55), (-b * 0.45, n * 0.3)],
                0.003,
            )
            made.add(move(blade, (0, 0, z), turn), "blades")
            hold = turn @ np.array([-x * r * 0.8, -n * 0.36, 0])
            made.add(limb((0, -0.004, z + 0.002), turn @ np.array([-x * 0.004, -n * 0.36 + r, z + 0.002]), 0.0055))
            made.add(
                move(
                    stretch(ring(r, 0.0062, segments=32, sides=10), (1.0, 1.25, 1.0)),
                    (hold[0], hold[1], z - 0.003),
                    turn,
                )
            )
        return made.add(move(lathe(rounded_rim(0.006, 0.012, 0.001), segments=16), (0, 0, 0)), "blades").build()
