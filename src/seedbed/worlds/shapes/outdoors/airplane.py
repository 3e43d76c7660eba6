"""A passenger plane: fuselage, swept wings, tail, engines."""

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
    rounded_rim,
    slab,
    tube,
)
from seedbed.worlds.shapes.base import Shape


@register("shape", "airplane")
class Airplane(Shape):
    group = "outdoors"
    ranges = {"length": (6.0, 7.2), "span": (6.0, 7.4), "radius": (0.42, 0.52), "sweep": (0.5, 0.9)}
    accents = {"windows": "window", "engines": "steel"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, s, r, k = p["length"], p["span"], p["radius"], p["sweep"]
        z = r + 0.5
        path = np.array([(0, -n / 2 + n * t, z + 0.25 * r * max(t - 0.75, 0) * 4) for t in np.linspace(0, 1, 16)])
        radii = [
            r * min(1.0, (t * 9 + 0.012) ** 0.5) * (1 if t < 0.7 else 1 - ((t - 0.7) / 0.3) ** 1.5 * 0.86)
            for t in np.linspace(0, 1, 16)
        ]
        made = MeshBuilder().add(tube(path, radii, segments=28, side=(1, 0, 0)))
        for x in (-1, 1):
            wing = [(x * r * 0.6, -0.75), (x * s / 2, k * 0.9), (x * s / 2, k * 0.9 + 0.4), (x * r * 0.6, 0.65)]
            made.add(move(slab(wing if x > 0 else wing[::-1], 0.08), (0, 0, z - r * 0.35)))
            tail = [(0.0, 0.0), (x * s * 0.17, 0.45), (x * s * 0.17, 0.7), (0.0, 0.7)]
            made.add(move(slab(tail if x > 0 else tail[::-1], 0.06), (0, n / 2 - 0.75, z + r * 0.35)))
            made.add(
                move(
                    lathe(rounded_rim(0.21, 0.85, 0.05), segments=24),
                    (x * s * 0.22, 0.35, z - r * 0.35 - 0.22),
                    rotate_x(np.pi / 2),
                ),
                "engines",
            )
            made.add(limb((x * s * 0.22, 0, 0.02), (x * s * 0.22, 0, z - r * 0.6), 0.04), "engines")
            for j in range(9):
                made.add(
                    move(
                        ellipsoid((0.03, 0.08, 0.1), segments=10, rings=6),
                        (x * r * 0.98, -n * 0.27 + j * n * 0.065, z + r * 0.2),
                    ),
                    "windows",
                )
        turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
        fin = slab(
            [
                (n / 2 - 1.2, z + r * 0.6),
                (n / 2 - 0.05, z + r * 0.6),
                (n / 2 + 0.15, z + r * 3.4),
                (n / 2 - 0.35, z + r * 3.4),
            ],
            0.08,
        )
        made.add(move(fin, (-0.04, 0, 0), turn))
        made.add(limb((0, -n * 0.36, 0.02), (0, -n * 0.36, z), 0.04), "engines")
        return made.add(
            move(box((r * 1.1, 0.12, 0.16), 0.04), (0, -n * 0.435, z + r * 0.55), rotate_x(-0.9)), "windows"
        ).build()
