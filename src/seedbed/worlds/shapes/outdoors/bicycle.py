"""A bicycle: two spoked wheels, a diamond frame, handlebar and saddle."""

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
    ring,
    rotate_x,
    rounded_rim,
    tube,
)
from seedbed.worlds.shapes.base import Shape


@register("shape", "bicycle")
class Bicycle(Shape):
    group = "outdoors"
    ranges = {"wheel": (0.31, 0.35), "base": (0.98, 1.08), "saddle": (0.88, 0.98), "bar": (0.5, 0.6)}
    accents = {"tyres": "tyre", "spokes": "steel", "saddle": "dark"}

    def build(self, **p: float) -> Mesh:
        r, b, s, bar = p["wheel"], p["base"], p["saddle"], p["bar"]
        made, lay = MeshBuilder(), rotate_x(np.pi / 2)
        rear, fore = np.array([-b / 2, 0, r]), np.array([b / 2, 0, r])
        for hub in (rear, fore):
            made.add(move(ring(r - 0.022, 0.022, segments=44, sides=10), hub + [0, 0.022, 0], lay), "tyres")
            made.add(move(lathe(rounded_rim(0.03, 0.09, 0.01), segments=14), hub + [0, 0.045, 0], lay), "spokes")
            for k in range(12):
                a = k * np.pi / 6
                made.add(
                    limb(hub, hub + [(r - 0.03) * np.cos(a), 0, (r - 0.03) * np.sin(a)], 0.004, segments=6, caps=2),
                    "spokes",
                )
        crank, seat = np.array([-b * 0.06, 0, r * 0.86]), np.array([-b * 0.2, 0, s - 0.1])
        head, neck = np.array([b * 0.31, 0, s - 0.1]), np.array([b * 0.35, 0, s - 0.26])
        for one, two in (
            (crank, seat),
            (crank, neck),
            (seat - [0, 0, 0.08], head - [0, 0, 0.02]),
            (rear, crank),
            (rear, seat - [0, 0, 0.1]),
            (head, neck),
            (neck, fore),
        ):
            made.add(limb(one, two, 0.024, segments=12))
        made.add(limb(seat, seat + [-0.02, 0, 0.1], 0.014), "spokes")
        made.add(move(ellipsoid((0.15, 0.075, 0.035), segments=20, rings=10), seat + [-0.02, 0, 0.11]), "saddle")
        made.add(limb(head, head + [0.0, 0, 0.1], 0.016), "spokes")
        bars = [
            head + [0.06, -bar / 2, 0.1],
            head + [0.03, -bar / 4, 0.12],
            head + [0.03, bar / 4, 0.12],
            head + [0.06, bar / 2, 0.1],
        ]
        made.add(tube(np.array(bars), 0.015, side=(0, 0, 1)), "saddle")
        made.add(move(lathe(rounded_rim(0.09, 0.012, 0.003), segments=28), crank + [0, 0.006, 0], lay), "spokes")
        for y, z in ((-1, -0.16), (1, 0.16)):
            made.add(limb(crank + [0, y * 0.05, 0], crank + [0.05, y * 0.06, z], 0.011, segments=8), "spokes")
            made.add(move(box((0.09, 0.08, 0.02), 0.006), crank + [0.05, y * 0.1, z]), "saddle")
        return made.build()
