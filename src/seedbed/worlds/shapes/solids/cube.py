"""A cube with rounded edges, slightly off square."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box
from seedbed.worlds.shapes.base import Shape


@register("shape", "cube")
class Cube(Shape):
    ranges = {"width": (0.92, 1.08), "depth": (0.92, 1.08), "edge": (0.02, 0.12)}

    def build(self, **p: float) -> Mesh:
        return MeshBuilder().add(box((p["width"], p["depth"], 1.0), p["edge"], segments=3)).build()
