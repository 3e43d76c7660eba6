"""A loaf of sliced bread: domed mushroom-shaped section, pale cut face, one slice lying in front."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, move, rotate_z, slab
from seedbed.worlds.shapes.base import Shape

ENDWAYS = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # an outline's x along y, its y up, its thickness along x


@register("shape", "bread")
class Bread(Shape):
    group = "food"
    ranges = {
        "length": (0.16, 0.24),
        "width": (0.1, 0.125),
        "height": (0.095, 0.125),
        "dome": (0.3, 0.44),
        "slice": (0.014, 0.022),
    }
    accents = {"crumb": "cream"}

    def build(self, **p: float) -> Mesh:
        n, w, h, dome = p["length"], p["width"], p["height"], p["dome"]
        turn = np.linspace(-0.5, np.pi + 0.5, 21)
        top = [(w * 0.56 * np.cos(a), h * (1 - dome) + h * dome * np.sin(a)) for a in turn]
        outline = np.array([(-w * 0.44, h * 0.03), (-w * 0.42, 0), (w * 0.42, 0), (w * 0.44, h * 0.03), *top])
        inner = (outline - [0, h * 0.5]) * [0.88, 0.87] + [0, h * 0.5]
        made = MeshBuilder().add(move(slab(outline, n), (-n / 2, 0, 0), ENDWAYS))
        for k in np.linspace(0.1, 0.5, 5):
            heel = (outline - [0, h * 0.5]) * np.cos(k * 0.9) + [0, h * 0.5 * np.cos(k * 0.9)]
            made.add(move(slab(heel, 0.005), (-n / 2 - 0.05 * k, 0, 0), ENDWAYS))
        made.add(move(slab(inner, 0.002), (n / 2 - 0.001, 0, 0), ENDWAYS), "crumb")
        turned = rotate_z(0.35)
        place = np.array([n * 0.12, -w * 0.75 - h * 0.55, 0.0])
        flat = outline - [0, h * 0.5]
        made.add(move(slab(flat, p["slice"]), place, turned))
        made.add(move(slab(flat * [0.88, 0.87], 0.002), place + np.array([0, 0, p["slice"] - 0.001]), turned), "crumb")
        for k in (-0.3, 0.0, 0.3):
            score = ellipsoid((0.006, w * 0.3, 0.004), segments=10, rings=6)
            made.add(move(score, (k * n, 0, h), rotate_z(0.4)), "crumb")
        return made.build()
