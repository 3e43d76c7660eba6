"""A pocket calculator: a display and rows of keys."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move
from seedbed.worlds.shapes.base import Shape


@register("shape", "calculator")
class Calculator(Shape):
    group = "office"
    ranges = {"width": (0.08, 0.1), "length": (0.13, 0.16), "height": (0.014, 0.02), "display": (0.18, 0.24)}
    accents = {"display": "leaf_pale", "keys": "pale", "functions": "orange"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, n, h, k = p["width"], p["length"], p["height"], p["display"]
        made = MeshBuilder().add(move(box((w, n, h), 0.006), (0, 0, h / 2)))
        made.add(move(box((w * 0.82, n * k * 0.8, 0.003), 0.001), (0, n * (0.46 - k / 2), h)), "display")
        for row in range(5):
            for column in range(4):
                place = (w * (column - 1.5) * 0.22, n * (0.36 - k) - n * row * 0.135, h)
                made.add(move(box((w * 0.16, n * 0.09, 0.008), 0.003), place), "functions" if column == 3 else "keys")
        return made.build()
