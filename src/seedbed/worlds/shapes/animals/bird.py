"""A perching bird: tilted egg body, round head, pointed orange beak, folded wings, long tail, thin legs."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move, rotate_x, slab, towards
from seedbed.worlds.shapes.base import Shape


@register("shape", "bird")
class Bird(Shape):
    group = "animals"
    ranges = {
        "length": (0.075, 0.095),
        "plump": (0.05, 0.064),
        "leg": (0.035, 0.055),
        "beak": (0.03, 0.045),
        "tail": (0.08, 0.12),
        "lean": (0.35, 0.65),
    }
    accents = {"beak": "orange", "eyes": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, r, leg, tail = p["length"], p["plump"], p["leg"], p["tail"]
        z = leg + r * 0.95
        turn = rotate_x(-p["lean"])
        middle = np.array([0, 0, z])
        made = MeshBuilder().add(move(ellipsoid((r, n, r)), middle, turn))
        head = middle + turn @ np.array([0, -n * 0.72, r * 0.62])
        made.add(move(ellipsoid((0.041, 0.044, 0.041), segments=20, rings=12), head))
        cone = lathe([(0.016, -0.01), (0.0135, 0.0), (0.008, p["beak"] * 0.55), (0.0005, p["beak"])], segments=12)
        made.add(move(cone, head + np.array([0, -0.036, -0.004]), towards(np.array([0, -0.98, -0.199]))), "beak")
        fan = [(-0.014, 0), (0.014, 0), (0.026, tail), (0.0, tail * 0.93), (-0.026, tail)]
        made.add(move(slab(fan, 0.009), middle + turn @ np.array([0, n * 0.75, 0.0]), rotate_x(-p["lean"] * 0.75)))
        for x in (-1, 1):
            wing = move(ellipsoid((0.011, n * 0.85, r * 0.58), segments=16, rings=9), (0, 0, 0), turn @ rotate_x(-0.12))
            made.add(move(wing, middle + turn @ np.array([x * r * 0.95, n * 0.32, r * 0.1])))
            eye = move(
                ellipsoid((0.007, 0.0085, 0.0085), segments=10, rings=6), head + np.array([x * 0.034, -0.021, 0.01])
            )
            made.add(eye, "eyes")
            foot = np.array([x * r * 0.45, -0.008, 0.004])
            made.add(limb((x * r * 0.42, 0.004, leg + r * 0.35), foot, 0.0055, 0.0045, segments=8, caps=3), "beak")
            for a in (-0.6, 0.0, 0.6, np.pi):
                toe = foot + 0.028 * np.array([np.sin(a), -np.cos(a), 0])
                made.add(limb(foot, toe, 0.0045, 0.003, segments=6, caps=3), "beak")
        return made.build()
