"""A pine: stacked cones of needles on a short trunk."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape


@register("shape", "pine_tree")
class PineTree(Shape):
    group = "outdoors"
    ranges = {"height": (3.2, 4.4), "width": (0.8, 1.1), "trunk": (0.09, 0.14), "drop": (0.5, 0.75)}
    accents = {"trunk": "bark"}
    upright = 1.3

    def build(self, **p: float) -> Mesh:
        h, w, t, d = p["height"], p["width"], p["trunk"], p["drop"]
        made = MeshBuilder()
        for k in range(5):
            low = h * (0.16 + 0.16 * k)
            r = w * (1 - 0.17 * k)
            top = min(low + h * 0.16 * (1 + d), h)
            edge = [
                (0, low + h * 0.05),
                (r * 0.96, low - h * 0.015),
                (r, low),
                (r * 0.52, low + (top - low) * 0.42),
                (0.0, top),
            ]
            made.add(lathe(edge, segments=28, crease=50))
        return made.add(lathe([(0, 0), (t * 1.2, 0), (t, h * 0.3), (0, h * 0.3)], segments=16), "trunk").build()
