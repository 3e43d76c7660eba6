"""A jar with a screw lid, closed or with the lid beside it."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, move, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "jar")
class Jar(Shape):
    group = "kitchen"
    ranges = {"radius": (0.04, 0.05), "height": (0.11, 0.14), "neck": (0.8, 0.9), "lid": (0.018, 0.024)}
    accents = {"lid": "steel"}
    states = {"closed": {}, "open": {}}

    def build(self, state: str = "closed", **p: float) -> Mesh:
        r, h, n, k = p["radius"], p["height"], p["radius"] * p["neck"], p["lid"]
        wall = [(0, 0), (r - 0.006, 0), (r, 0.007), (r, h - k - 0.014), (n, h - k), (n, h), (n - 0.003, h)]
        inner = [(n - 0.003, h - k), (r - 0.003, h - k - 0.015), (r - 0.003, 0.008), (0, 0.006)]
        made = MeshBuilder().add(lathe([*wall, *inner], segments=40))
        lid = lathe(rounded_rim(n + 0.003, k, 0.003), segments=40)
        place = (0, 0, h - k + 0.004) if state == "closed" else (r * 2.1, -0.01, 0)
        return made.add(move(lid, place), "lid").build()
