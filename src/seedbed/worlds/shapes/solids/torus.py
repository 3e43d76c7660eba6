"""A ring lying on the table, like a doughnut."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, move, ring, rotate_x
from seedbed.worlds.shapes.base import Shape


@register("shape", "torus")
class Torus(Shape):
    ranges = {"major": (0.34, 0.4), "minor": (0.11, 0.16), "tilt": (-0.03, 0.03)}

    def build(self, **p: float) -> Mesh:
        return MeshBuilder().add(move(ring(p["major"], p["minor"]), rotation=rotate_x(p["tilt"]))).build()
