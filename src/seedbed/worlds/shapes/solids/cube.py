"""A cube with rounded edges, slightly off square."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "cube")
class Cube(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"width": (0.92, 1.08), "depth": (0.92, 1.08), "edge": (0.02, 0.12), "height": (0.94, 1.04)}

    def build(self, **p: float) -> Mesh:
        return MeshBuilder().add(box((p["width"], p["depth"], p["height"]), p["edge"], segments=3)).build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["height"] / 2, p["width"] - p["edge"], p["depth"] - p["edge"])]
