"""A pear: a heavy round base narrowing to a leaning neck, with a stem and a leaf."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, move, rotate_y, rotate_z, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "pear")
class Pear(Shape):
    group = "food"
    ranges = {
        "radius": (0.035, 0.042),
        "height": (0.095, 0.118),
        "neck": (0.4, 0.54),
        "lean": (0.0, 0.012),
        "stem": (0.02, 0.032),
    }
    accents = {"stem": "bark", "leaf": "leaf"}

    def build(self, **p: float) -> Mesh:
        r, h, neck, lean = p["radius"], p["height"], p["neck"], p["lean"]
        shape = [
            (0, 0.035),
            (0.15, 0.02),
            (0.4, 0.0),
            (0.68, 0.04),
            (0.88, 0.13),
            (0.98, 0.23),
            (1, 0.32),
            (0.95, 0.42),
        ]
        shape += [(0.5 * (0.86 + neck) + 0.06, 0.53), (neck + 0.08, 0.63), (neck, 0.74), (neck * 0.94, 0.84)]
        shape += [(neck * 0.78, 0.93), (neck * 0.5, 0.985), (neck * 0.2, 1.0), (0, 0.98)]
        vertices, normals, faces = lathe([(r * x, h * z) for x, z in shape], segments=36, crease=70)
        vertices[:, 0] += lean * np.clip(vertices[:, 2] / h, 0, 1) ** 2
        k = np.linspace(0, 1, 8)
        stalk = np.stack([lean + 0.4 * p["stem"] * k**2, 0 * k, h * 0.97 + p["stem"] * k], 1)
        blade = move(ellipsoid((0.022, 0.01, 0.002), segments=16, rings=8), (-0.02, 0, 0))
        return (
            MeshBuilder()
            .add((vertices, normals, faces))
            .add(tube(stalk, 0.0022 + 0.0012 * k, segments=8), "stem")
            .add(move(blade, stalk[3], rotate_z(0.5) @ rotate_y(0.3)), "leaf")
            .build()
        )
