"""A kitchen chair: seat, four legs, a back of slats."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_x
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "chair")
class Chair(Shape):
    group = "furniture"
    front = True
    ranges = {
        "width": (0.4, 0.46),
        "depth": (0.4, 0.46),
        "seat": (0.42, 0.48),
        "back": (0.42, 0.54),
        "lean": (0.04, 0.14),
    }
    upright = 1.25

    def build(self, **p: float) -> Mesh:
        w, d, s, b = p["width"], p["depth"], p["seat"], p["back"]
        made = MeshBuilder().add(move(box((w, d, 0.045), 0.014), (0, 0, s - 0.022)))
        for x in (-1, 1):
            for y in (-1, 1):
                made.add(
                    move(
                        box((0.045, 0.045, s - 0.03), 0.008),
                        (x * (w / 2 - 0.03), y * (d / 2 - 0.03), (s - 0.03) / 2),
                    )
                )
        turn = rotate_x(-p["lean"])
        hinge = np.array([0, d / 2 - 0.025, s - 0.02])
        posts = [((0.042, 0.035, b), (x * (w / 2 - 0.024), 0, b / 2)) for x in (-1, 1)]
        slats = [((w - 0.05, 0.024, b * 0.17), (0, 0, b * k)) for k in (0.34, 0.62, 0.9)]
        for extent, centre in posts + slats:
            made.add(move(box(extent, 0.008), turn @ np.array(centre) + hinge, turn))
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["seat"], p["width"] - 0.06, p["depth"] - 0.12, y=-0.04)]
