"""A dinner plate with a raised rim."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "plate")
class Plate(Shape):
    group = "kitchen"
    ranges = {"radius": (0.11, 0.14), "well": (0.6, 0.72), "height": (0.018, 0.03), "wall": (0.004, 0.007)}

    def build(self, **p: float) -> Mesh:
        r, w, h, t = p["radius"], p["radius"] * p["well"], p["height"], p["wall"]
        low = [(0, 0.003), (w * 0.8, 0.003), (w * 0.82, 0), (w * 0.9, 0), (w, 0.006), (r, h - t * 0.4)]
        top = [(r + 0.001, h), (r - 0.003, h + 0.001), (w + 0.004, 0.006 + t), (w * 0.96, 0.004 + t), (0, 0.003 + t)]
        return MeshBuilder().add(lathe([*low, *top], segments=56)).build()

    def supports(self, **p: float) -> list[Support]:
        side = p["radius"] * p["well"] * 1.3
        return [Support(0.003 + p["wall"], side, side)]
