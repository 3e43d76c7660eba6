"""A step ladder standing open."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move
from seedbed.worlds.shapes.base import Shape


@register("shape", "ladder")
class Ladder(Shape):
    group = "outdoors"
    ranges = {"height": (1.2, 1.6), "width": (0.4, 0.5), "spread": (0.28, 0.4), "rail": (0.022, 0.03)}
    upright = 1.25
    front = True

    def build(self, **p: float) -> Mesh:
        h, w, s, r = p["height"], p["width"], p["spread"], p["rail"]
        made = MeshBuilder()
        for x in (-1, 1):
            for y in (-1, 1):
                made.add(limb((x * w / 2, y * s, r), (x * w * 0.36, y * 0.03, h), r, segments=10))
        steps = 5
        for k in range(1, steps + 1):
            z = h * k / (steps + 0.4)
            part = 1 - z / h
            made.add(
                move(box((w * (0.72 + 0.28 * part), 0.1, 0.026), 0.008), (0, -s * part - 0.03 * (1 - part) * 0.5, z))
            )
            if k % 2 == 0:
                made.add(
                    limb(
                        (-w * (0.36 + 0.14 * part), s * part, z),
                        (w * (0.36 + 0.14 * part), s * part, z),
                        r * 0.7,
                        segments=8,
                    )
                )
        return made.add(move(box((w * 0.78, 0.18, 0.035), 0.01), (0, 0, h))).build()
