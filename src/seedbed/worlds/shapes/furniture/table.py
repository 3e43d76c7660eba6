"""A dining table: a broad plain top with an apron on four stout turned legs."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "table")
class Table(Shape):
    group = "furniture"
    open_below = True
    ranges = {
        "width": (1.1, 1.7),
        "depth": (0.75, 0.95),
        "height": (0.7, 0.78),
        "top": (0.04, 0.07),
        "leg": (0.036, 0.055),
    }

    def build(self, **p: float) -> Mesh:
        w, d, h, t, r = p["width"], p["depth"], p["height"], p["top"], p["leg"]
        made = MeshBuilder().add(move(box((w, d, t), 0.016), (0, 0, h - t / 2)))
        made.add(move(box((w - 0.2, d - 0.2, 0.1), 0.008), (0, 0, h - t - 0.045)))
        n = h - t
        bulge = [(0, 0), (r * 0.7, 0), (r * 0.8, 0.03), (r * 0.55, 0.07), (r * 0.7, n * 0.2), (r * 1.15, n * 0.5)]
        neck = [(r * 0.7, n * 0.7), (r * 0.65, n * 0.75), (r * 1.2, n * 0.8), (r * 1.2, n)]
        leg = lathe([*bulge, *neck], segments=20, crease=50)
        for x in (-1, 1):
            for y in (-1, 1):
                made.add(move(leg, (x * (w / 2 - 0.11), y * (d / 2 - 0.11), 0)))
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["height"], p["width"] - 0.06, p["depth"] - 0.06)]
