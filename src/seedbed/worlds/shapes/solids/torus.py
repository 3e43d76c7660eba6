"""A ring lying on the table, like a doughnut."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, move, ring, rotate_x, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "torus")
class Torus(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"major": (0.34, 0.4), "minor": (0.11, 0.16), "tilt": (-0.03, 0.03), "oval": (0.94, 1.06)}

    def build(self, **p: float) -> Mesh:
        made = stretch(ring(p["major"], p["minor"]), (p["oval"], 1 / p["oval"], 1.0))
        return MeshBuilder().add(move(made, rotation=rotate_x(p["tilt"]))).build()
