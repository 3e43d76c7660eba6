"""A watering can with a long spout and a rose."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, move, towards, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "watering_can")
class WateringCan(Shape):
    group = "outdoors"
    ranges = {"radius": (0.1, 0.125), "height": (0.19, 0.24), "spout": (0.2, 0.26), "handle": (0.06, 0.085)}
    accents = {"rose": "brass"}

    def build(self, **p: float) -> Mesh:
        r, h, s, g = p["radius"], p["height"], p["spout"], p["handle"]
        made = MeshBuilder().add(
            lathe(
                [(0, 0), (r, 0), (r * 1.02, 0.01), (r * 0.9, h), (r * 0.86, h), (r * 0.84, h - 0.02), (0, h - 0.03)],
                segments=40,
            )
        )
        path = np.array(
            [(r * 0.85, 0, h * 0.22), (r + s * 0.4, 0, h * 0.62), (r + s * 0.8, 0, h * 1.05), (r + s, 0, h * 1.22)]
        )
        made.add(tube(path, [0.026, 0.018, 0.014, 0.013], segments=14))
        tip = np.array([0.62, 0, 0.78])
        made.add(
            move(
                lathe([(0, 0), (0.013, 0), (0.045, 0.035), (0.045, 0.043), (0, 0.048)], segments=28),
                path[-1] - tip * 0.01,
                towards(tip),
            ),
            "rose",
        )
        bow = np.linspace(-1.25, 1.5, 20)
        arch = np.stack([-r * 0.82 - g * np.cos(bow), 0 * bow, h * 0.55 + h * 0.42 * np.sin(bow)], 1)
        made.add(tube(arch, 0.01, segments=10))
        top = np.linspace(0.15, np.pi - 0.15, 16)
        return made.add(
            tube(np.stack([r * 0.8 * np.cos(top), 0 * top, h - 0.02 + g * 0.9 * np.sin(top)], 1), 0.009, segments=10)
        ).build()
