"""A solid cylinder with bevelled rims."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "cylinder")
class Cylinder(Shape):
    ranges = {"radius": (0.36, 0.5), "height": (0.85, 1.15), "bevel": (0.02, 0.08)}

    def build(self, **p: float) -> Mesh:
        return MeshBuilder().add(lathe(rounded_rim(p["radius"], p["height"], p["bevel"]), segments=48)).build()
