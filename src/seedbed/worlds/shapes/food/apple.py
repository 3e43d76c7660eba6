"""An apple: dimpled at both ends and lobed below, with a bent stem and one leaf."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, move, rotate_y, rotate_z, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "apple")
class Apple(Shape):
    group = "food"
    ranges = {
        "radius": (0.036, 0.044),
        "height": (0.06, 0.074),
        "dimple": (0.1, 0.18),
        "stem": (0.02, 0.032),
        "leaf": (0.017, 0.026),
    }
    accents = {"stem": "bark", "leaf": "leaf"}

    def build(self, **p: float) -> Mesh:
        r, h, dimple = p["radius"], p["height"], p["dimple"]
        shape = [(0, 0.08), (0.2, 0.05), (0.42, 0.0), (0.62, 0.07), (0.8, 0.22), (0.94, 0.42), (1, 0.62), (0.97, 0.78)]
        shape += [
            (0.84, 0.92),
            (0.62, 0.99),
            (0.42, 0.985),
            (0.22, 0.94 - dimple * 0.4),
            (0.08, 1 - dimple),
            (0, 0.99 - dimple),
        ]
        k = np.linspace(0, 1, 8)
        base = h * (0.98 - dimple)
        stalk = np.stack([0.35 * p["stem"] * k**2, 0 * k, base + (p["stem"] + h * dimple * 0.6) * k], 1)
        blade = move(ellipsoid((p["leaf"], p["leaf"] * 0.48, 0.002), segments=16, rings=8), (p["leaf"] * 0.9, 0, 0))
        return (
            MeshBuilder()
            .add(lathe([(r * x, h * z) for x, z in shape], segments=40, crease=70))
            .add(tube(stalk, 0.0022 + 0.001 * k, segments=8), "stem")
            .add(move(blade, stalk[4], rotate_z(-0.6) @ rotate_y(-0.35)), "leaf")
            .build()
        )
