"""A sphere, barely squashed."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, move, rotate_x
from seedbed.worlds.shapes.base import Shape


@register("shape", "sphere")
class Sphere(Shape):
    group = "solids"
    metres = 0.2
    ranges = {"x": (0.485, 0.515), "y": (0.485, 0.515), "z": (0.48, 0.52), "tilt": (-0.1, 0.1)}

    def build(self, **p: float) -> Mesh:
        made = ellipsoid((p["x"], p["y"], p["z"]), segments=48, rings=26)
        return MeshBuilder().add(move(made, rotation=rotate_x(p["tilt"]))).build()
