"""A tall vase with three flowers."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, move, rotate_z, towards, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "vase")
class Vase(Shape):
    group = "household"
    ranges = {"belly": (0.055, 0.07), "height": (0.2, 0.25), "neck": (0.024, 0.032), "stalk": (0.12, 0.17)}
    accents = {"stalks": "leaf", "flowers": "pink", "hearts": "cream"}
    upright = 1.25

    def build(self, **p: float) -> Mesh:
        b, h, n, s = p["belly"], p["height"], p["neck"], p["stalk"]
        curve = np.linspace(0, 1, 20)
        side = [
            (
                n
                + (b - n) * np.sin(np.pi * min(k * 1.15, 1.0)) ** 1.2
                + 0.012 * max(k - 0.85, 0) / 0.15
                + (0.012 if k < 0.02 else 0),
                h * k,
            )
            for k in curve
        ]
        inner = [(x - 0.004, z) for x, z in side[::-1][:8]]
        made = MeshBuilder().add(lathe([(0, 0), *side, *inner], segments=44, crease=50))
        for k in range(3):
            a = k * 2.1 + 0.4
            end = np.array([0.07 * np.cos(a), 0.07 * np.sin(a), h + s - 0.02 * k])
            made.add(
                tube(
                    np.array([(0, 0, h * 0.8), end * [0.4, 0.4, 1] * [1, 1, 0.86], end]),
                    0.003,
                    segments=8,
                    side=(np.sin(a), -np.cos(a), 0.01),
                ),
                "stalks",
            )
            out = np.array([np.cos(a) * 0.5, np.sin(a) * 0.5, 0.8])
            face = towards(out / np.linalg.norm(out))
            for j in range(6):
                petal = move(ellipsoid((0.017, 0.011, 0.004), segments=12, rings=7), (0.02, 0, 0))
                made.add(move(move(petal, rotation=rotate_z(j * np.pi / 3)), end, face), "flowers")
            made.add(move(ellipsoid((0.01, 0.01, 0.007), segments=12, rings=8), end, face), "hearts")
        return made.build()
