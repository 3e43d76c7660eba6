"""A fish: flat pointed body, forked upright tail, tall back fin, side fins, round pale eyes."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move, rotate_x, rotate_z, slab, stretch
from seedbed.worlds.shapes.base import Shape

SIDEWAYS = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # an outline's x along y, its y up


@register("shape", "fish")
class Fish(Shape):
    group = "animals"
    ranges = {
        "length": (0.2, 0.27),
        "height": (0.055, 0.075),
        "width": (0.42, 0.6),
        "tail": (0.075, 0.105),
        "fin": (0.035, 0.06),
    }
    accents = {"eyes": "pale", "pupils": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, h, w, tail, fin = p["length"], p["height"], p["width"], p["tail"], p["fin"]
        knots = [0, 0.1, 0.25, 0.45, 0.65, 0.8, 0.9, 0.96, 1]
        share = [0.24, 0.3, 0.58, 0.9, 1, 0.85, 0.58, 0.34, 0.0]
        hull = lathe([(h * r, n * (k - 0.5)) for k, r in zip(knots, share)], segments=28, crease=80)
        made = MeshBuilder().add(move(stretch(hull, (w, 1, 1)), (0, 0, h), rotate_x(np.pi / 2)))
        back = n / 2 - 0.012

        def plate(outline: list[tuple[float, float]]) -> None:
            made.add(move(slab(outline, 0.008), (-0.004, 0, 0), SIDEWAYS))

        fork = [(0, -0.018), (tail * 0.9, -min(tail * 0.8, h)), (tail * 0.62, 0), (tail * 0.9, tail * 0.8), (0, 0.018)]
        plate([(back + y, h + z) for y, z in fork])
        crest = [(-n * 0.22, h * 1.8), (n * 0.25, h * 1.6), (n * 0.22, h * 1.75 + fin * 0.4)]
        plate([*crest, (-n * 0.06, h * 1.93 + fin * 0.7)])
        plate([(n * 0.1, h * 0.3), (n * 0.3, 0.002), (n * 0.33, h * 0.3), (n * 0.25, h * 0.6)])
        for x in (-1, 1):
            eye = np.array([x * h * w * 0.66, -n * 0.34, h * 1.2])
            made.add(move(ellipsoid((0.008, 0.016, 0.016), segments=14, rings=8), eye), "eyes")
            made.add(
                move(ellipsoid((0.006, 0.009, 0.009), segments=10, rings=6), eye + np.array([x * 0.005, -0.001, 0])),
                "pupils",
            )
            flap = move(ellipsoid((0.005, fin * 0.75, fin * 0.42), segments=12, rings=7), (0, 0, 0), rotate_z(-x * 0.6))
            made.add(move(flap, (x * (h * w + fin * 0.28), -n * 0.02, h * 0.75)))
        mouth = (0, -n / 2 - 0.001, h * 0.94)
        return made.add(limb(mouth, (0, -n / 2 + 0.012, h * 0.94), 0.011, 0.014, segments=12)).build()
