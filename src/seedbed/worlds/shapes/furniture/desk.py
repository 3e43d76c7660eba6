"""A writing desk: a flat top on two legs and a block of three drawers on the right, a panel behind the knees."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, move
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "desk")
class Desk(Shape):
    group = "furniture"
    front = True
    ranges = {
        "width": (1.1, 1.5),
        "depth": (0.55, 0.7),
        "height": (0.7, 0.78),
        "drawers": (0.36, 0.46),
        "top": (0.035, 0.06),
    }
    accents = {"knobs": "brass", "fronts": "cream"}

    def build(self, **p: float) -> Mesh:
        w, d, h, t, block = p["width"], p["depth"], p["height"], p["top"], p["drawers"]
        made = MeshBuilder().add(move(box((w, d, t), 0.012), (0, 0, h - t / 2)))
        x = w / 2 - 0.03 - block / 2
        tall = h - t - 0.06
        made.add(move(box((block, d - 0.05, tall), 0.01), (x, 0, 0.06 + tall / 2)))
        for k in range(3):
            z = 0.06 + tall * (k + 0.5) / 3
            made.add(move(box((block - 0.06, 0.03, tall / 3 - 0.035), 0.01), (x, -d / 2 + 0.022, z)), "fronts")
            made.add(move(ellipsoid((0.028, 0.022, 0.022), segments=14, rings=8), (x, -d / 2, z)), "knobs")
        for y in (-1, 1):
            made.add(move(box((0.06, 0.06, h - t), 0.01), (-w / 2 + 0.06, y * (d / 2 - 0.06), (h - t) / 2)))
            for side in (-1, 1):
                foot = (x + side * (block / 2 - 0.05), y * (d / 2 - 0.08), 0.04)
                made.add(move(box((0.06, 0.06, 0.08), 0.01, segments=1), foot))
        made.add(move(box((w - 0.12, 0.025, h * 0.42), 0.006), (0, d / 2 - 0.07, h - t - h * 0.21)))
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["height"], p["width"] - 0.06, p["depth"] - 0.06)]
