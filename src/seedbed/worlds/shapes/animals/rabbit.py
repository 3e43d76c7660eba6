"""A crouching rabbit: rounded back, very long upright ears pink inside, big hind feet, a pale ball of a tail."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, limb, move, rotate_x, rotate_y
from seedbed.worlds.shapes.base import Shape


@register("shape", "rabbit")
class Rabbit(Shape):
    group = "animals"
    ranges = {
        "length": (0.11, 0.14),
        "girth": (0.085, 0.105),
        "head": (0.058, 0.07),
        "ear": (0.07, 0.1),
        "splay": (0.1, 0.35),
    }
    accents = {"ears": "pink", "eyes": "dark", "tail": "paper"}
    front = True
    upright = 1.1

    def build(self, **p: float) -> Mesh:
        made = MeshBuilder()

        def blob(radii: tuple[float, ...], place: np.ndarray, part: str = "body", fine: int = 10) -> None:
            made.add(move(ellipsoid(radii, segments=fine, rings=fine // 2 + 1), place), part)

        n, g, r, ear = p["length"], p["girth"], p["head"], p["ear"]
        made.add(move(ellipsoid((g, n, g * 1.05), segments=22), (0, 0.02, g * 1.06), rotate_x(0.08)))
        head = np.array([0, -n * 0.85, g * 1.55])
        made.add(limb((0, -n * 0.4, g * 1.05), head, g * 0.72, r * 0.8, segments=14))
        blob((r * 0.92, r * 1.15, r), head, fine=20)
        blob((r * 0.5, r * 0.4, r * 0.42), head + np.array([0, -r * 0.95, -r * 0.22]), fine=12)
        blob((0.009, 0.008, 0.007), head + np.array([0, -r * 1.34, -r * 0.06]), "ears")
        blob((0.042, 0.04, 0.042), np.array([0, n + 0.028, g * 0.85]), "tail", fine=14)
        outer, inner = (
            ellipsoid((0.026, 0.013, ear), segments=12, rings=11),
            ellipsoid((0.016, 0.01, ear * 0.82), segments=8, rings=10),
        )
        for x in (-1, 1):
            turn = rotate_y(x * p["splay"]) @ rotate_x(-0.12)
            root = head + np.array([x * r * 0.4, 0.01, r * 0.6])
            made.add(move(outer, root + turn @ [0, 0, ear * 0.85], turn))
            made.add(move(inner, root + turn @ [0, -0.006, ear * 0.88], turn), "ears")
            blob((0.009, 0.013, 0.014), head + np.array([x * r * 0.8, -r * 0.45, r * 0.2]), "eyes")
            blob((g * 0.42, g * 0.75, g * 0.72), np.array([x * g * 0.72, n * 0.42, g * 0.72]), fine=16)
            made.add(limb((x * g * 0.8, n * 0.55, 0.024), (x * g * 0.88, -n * 0.25, 0.02), 0.024, 0.02, segments=10))
            foot = np.array([x * g * 0.38, -n * 0.9, 0.02])
            made.add(limb((x * g * 0.38, -n * 0.6, g * 0.7), foot, 0.03, 0.02, segments=10))
            made.add(limb(foot, foot - np.array([0, n * 0.1 + 0.015, 0.002]), 0.02, 0.018, segments=10))
        return made.build()
