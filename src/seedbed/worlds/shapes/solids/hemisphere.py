"""A half ball lying on its flat side, the rim softened."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "hemisphere")
class Hemisphere(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"radius": (0.46, 0.56), "height": (0.84, 1.08), "rim": (0.01, 0.04), "squash": (0.9, 1.0)}

    def build(self, **p: float) -> Mesh:
        r, rim = p["radius"], p["rim"]
        turn = np.linspace(0, np.pi / 2, 18)
        dome = [(max(r * np.cos(x), 0.0), rim + p["height"] * r * np.sin(x)) for x in turn]
        edge = [(r - rim + rim * np.sin(x), rim - rim * np.cos(x)) for x in np.linspace(0, np.pi / 2, 5)[:-1]]
        whole = lathe([(0.0, 0.0), *edge, *dome], segments=44, crease=60)
        return MeshBuilder().add(stretch(whole, (1, p["squash"], 1))).build()
