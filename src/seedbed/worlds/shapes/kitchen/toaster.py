"""A toaster with two slots, two slices of bread and a lever."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move
from seedbed.worlds.shapes.base import Shape


@register("shape", "toaster")
class Toaster(Shape):
    group = "kitchen"
    ranges = {"width": (0.26, 0.31), "depth": (0.15, 0.18), "height": (0.17, 0.2), "round": (0.03, 0.05)}
    accents = {"slots": "dark", "bread": "crust", "lever": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, d, h, r = p["width"], p["depth"], p["height"], p["round"]
        made = MeshBuilder().add(move(box((w, d, h), r, segments=3), (0, 0, h / 2 + 0.012)))
        for y in (-0.22, 0.22):
            made.add(move(box((w * 0.7, d * 0.17, 0.008), 0.002), (0, y * d, h + 0.011)), "slots")
            made.add(move(box((w * 0.6, d * 0.11, h * 0.34), 0.012), (0, y * d, h + 0.016)), "bread")
        made.add(move(box((0.03, 0.024, 0.018), 0.006), (w / 2 + 0.008, 0, h * 0.66)), "lever")
        made.add(move(box((0.006, 0.012, h * 0.5), 0.002), (w / 2, 0, h * 0.55)), "slots")
        made.add(move(box((w * 0.94, d * 0.9, 0.02), 0.006), (0, 0, 0.01)), "slots")
        return made.build()
