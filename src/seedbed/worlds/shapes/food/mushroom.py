"""A mushroom: a broad domed cap with pale warts, pale gills under it, a thick stem with a ring and a bulb."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, move, towards
from seedbed.worlds.shapes.base import Shape


@register("shape", "mushroom")
class Mushroom(Shape):
    group = "food"
    ranges = {
        "cap": (0.045, 0.06),
        "dome": (0.032, 0.048),
        "stem": (0.05, 0.075),
        "thick": (0.013, 0.018),
        "warts": (0.006, 0.009),
    }
    accents = {"stem": "cream", "warts": "paper"}

    def build(self, **p: float) -> Mesh:
        r, dome, h, t = p["cap"], p["dome"], p["stem"], p["thick"]
        arc = [(r * np.cos(a), h + dome * np.sin(a)) for a in np.linspace(0, np.pi / 2, 14)]
        made = MeshBuilder().add(lathe([(r * 0.9, h - 0.004), (r * 0.97, h - 0.004), *arc], segments=36, crease=60))
        stalk = [(0, 0), (t * 1.3, 0), (t * 1.5, h * 0.08), (t * 1.3, h * 0.22), (t, h * 0.4), (t * 0.92, h * 0.6)]
        collar = [
            (t * 0.95, h * 0.62),
            (t * 1.75, h * 0.58),
            (t * 1.7, h * 0.63),
            (t * 0.9, h * 0.72),
            (t * 0.9, h * 0.98),
        ]
        made.add(lathe([*stalk, *collar], segments=24), "stem")
        gills = [(t * 0.8, h + 0.002), (r * 0.5, h - 0.001), (r * 0.93, h - 0.0035)]
        made.add(lathe(gills, segments=36), "stem")
        spots = [(0.1, 0.3)] + [(0.75, i * 1.257) for i in range(5)] + [(1.2, 0.5 + i * 0.785) for i in range(8)]
        for i, (tilt, a) in enumerate(spots):
            out = np.array([np.sin(tilt) * np.cos(a), np.sin(tilt) * np.sin(a), np.cos(tilt)])
            normal = out / np.array([r, r, dome])
            normal /= np.linalg.norm(normal)
            size = p["warts"] * (1.1 - 0.2 * (i % 3))
            wart = ellipsoid((size, size, 0.0035), segments=10, rings=6)
            made.add(move(wart, out * [r, r, dome] + [0, 0, h], towards(normal)), "warts")
        return made.build()
