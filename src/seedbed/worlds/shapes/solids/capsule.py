"""A capsule lying on its side: a stick with two round ends, like a pill."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, limb, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "capsule")
class Capsule(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"radius": (0.19, 0.27), "length": (0.55, 0.85), "taper": (0.86, 1.0), "squash": (0.88, 1.0)}

    def build(self, **p: float) -> Mesh:
        r, half, end = p["radius"], p["length"] / 2, p["radius"] * p["taper"]
        stick = limb((-half, 0, r), (half, 0, end), r, end, segments=40, caps=11)
        return MeshBuilder().add(stretch(stick, (1, p["squash"], 1))).build()
