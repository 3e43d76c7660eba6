"""A park bench: slats for seat and back on two metal sides."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move, rotate_x
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "bench")
class Bench(Shape):
    group = "outdoors"
    ranges = {"width": (1.3, 1.7), "seat": (0.42, 0.47), "back": (0.38, 0.48), "lean": (0.15, 0.28)}
    accents = {"sides": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, s, b, lean = p["width"], p["seat"], p["back"], rotate_x(-p["lean"])
        made = MeshBuilder()
        for k in range(4):
            made.add(move(box((w, 0.1, 0.035), 0.01), (0, -0.2 + 0.12 * k, s)))
        hinge = np.array([0, 0.22, s])
        for k in range(3):
            made.add(move(box((w, 0.035, 0.1), 0.01), lean @ np.array([0, 0, 0.12 + (b - 0.12) * k / 2]) + hinge, lean))
        for x in (-1, 1):
            side = x * (w / 2 - 0.12)
            made.add(move(box((0.05, 0.52, 0.03), 0.01), (side, -0.02, s - 0.03)), "sides")
            made.add(
                move(
                    box((0.05, 0.03, b + 0.08), 0.01), lean @ np.array([0, 0.035, b / 2]) + hinge + [side, 0, 0], lean
                ),
                "sides",
            )
            for y in (-0.2, 0.2):
                made.add(limb((side, y * 1.25, 0.02), (side, y, s - 0.03), 0.024), "sides")
            made.add(limb((side, -0.26, s + 0.2), (side, 0.25, s + 0.22), 0.022), "sides")
            made.add(limb((side, -0.25, s - 0.03), (side, -0.26, s + 0.2), 0.018), "sides")
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["seat"] + 0.0175, p["width"] - 0.3, 0.38, y=-0.03)]
