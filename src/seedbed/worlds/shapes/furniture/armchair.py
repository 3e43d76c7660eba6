"""An armchair: one deep cushion, a tall winged back, thick rounded arms, four slanted wooden legs."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move, rotate_x, rotate_z
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "armchair")
class Armchair(Shape):
    group = "furniture"
    front = True
    upright = 1.1
    ranges = {
        "width": (0.76, 0.92),
        "depth": (0.72, 0.84),
        "seat": (0.42, 0.48),
        "back": (0.55, 0.75),
        "arm": (0.14, 0.2),
        "lean": (0.1, 0.22),
    }
    accents = {"legs": "wood", "cushion": "cream"}

    def build(self, **p: float) -> Mesh:
        w, d, s, b, arm = p["width"], p["depth"], p["seat"], p["back"], p["arm"]
        made = MeshBuilder().add(move(box((w - 0.04, d, s - 0.28), 0.05), (0, 0, s / 2 + 0.02)))
        made.add(move(box((w - 2 * arm - 0.01, d - 0.12, 0.16), 0.06), (0, -0.09, s - 0.08)), "cushion")
        turn = rotate_x(-p["lean"])
        hinge = np.array([0, d / 2 - 0.1, s - 0.2])
        made.add(move(box((w - 0.08, 0.17, b + 0.2), 0.08, segments=3), turn @ [0, 0, b / 2 + 0.1] + hinge, turn))
        for x in (-1, 1):
            made.add(move(box((arm, d - 0.04, s + 0.02), 0.07, segments=3), (x * (w - arm) / 2, -0.02, s / 2 + 0.18)))
            wing = turn @ rotate_z(-x * 0.35)
            place = turn @ [x * (w / 2 - 0.09), -0.14, b * 0.72 + 0.1] + hinge
            made.add(move(box((0.09, 0.24, b * 0.62), 0.042), place, wing))
            for y in (-1, 1):
                foot = (x * (w / 2 - 0.04), y * (d / 2 - 0.03), 0.022)
                made.add(limb(foot, (x * (w / 2 - 0.13), y * (d / 2 - 0.13), 0.24), 0.022, 0.038), "legs")
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["seat"], p["width"] - 2 * p["arm"] - 0.06, p["depth"] - 0.4, y=-0.12)]
