"""A dog on four legs: long muzzle with a dark nose, hanging ears, raised tail, a red collar."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, limb, move, ring, rotate_x, rotate_y, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "dog")
class Dog(Shape):
    group = "animals"
    ranges = {
        "length": (0.32, 0.44),
        "leg": (0.24, 0.34),
        "girth": (0.09, 0.12),
        "muzzle": (0.1, 0.15),
        "ear": (0.075, 0.115),
        "tail": (0.15, 0.24),
    }
    accents = {"eyes": "dark", "collar": "red"}
    front = True

    def build(self, **p: float) -> Mesh:
        made = MeshBuilder()

        def blob(radii: tuple[float, ...], place: np.ndarray, part: str = "body", fine: int = 10) -> None:
            made.add(move(ellipsoid(radii, segments=fine, rings=fine // 2 + 1), place), part)

        n, leg, g, ear, tail = p["length"], p["leg"], p["girth"], p["ear"], p["tail"]
        z = leg + g * 0.5
        neck, head = np.array([0, -n / 2 - 0.02, z + 0.03]), np.array([0, -n / 2 - 0.12, z + g + 0.13])
        made.add(limb((0, -n / 2 + 0.02, z), (0, n / 2, z + 0.01), g, g * 0.82, segments=18))
        made.add(limb(neck, head, g * 0.72, g * 0.6, segments=14))
        collar = move(ring(g * 0.63, 0.014, segments=24, sides=8), (0, 0, -0.014))
        made.add(move(collar, neck + (head - neck) * 0.56, rotate_x(0.43)), "collar")
        blob((g * 0.82, g * 0.9, g * 0.78), head, fine=18)
        snout = head + np.array([0, -p["muzzle"] - 0.04, -0.035])
        made.add(limb(head + np.array([0, -0.03, -0.025]), snout, g * 0.5, g * 0.36, segments=14))
        blob((0.026, 0.02, 0.02), snout + np.array([0, -g * 0.26, g * 0.26]), "eyes")
        for x in (-1, 1):
            blob((0.017, 0.014, 0.019), head + np.array([x * 0.045, -g * 0.75, 0.032]), "eyes")
            hang = move(ellipsoid((0.02, 0.045, ear), segments=12, rings=8), (0, 0, 0), rotate_y(-x * 0.22))
            made.add(move(hang, head + np.array([x * (g * 0.82 + 0.01), 0.01, 0.045 - ear * 0.55])))
            for y in (-n / 2 + 0.02, n / 2 - 0.01):
                made.add(limb((x * g * 0.55, y, z), (x * g * 0.6, y + 0.01, 0.045), 0.055, 0.034))
                blob((0.042, 0.06, 0.034), np.array([x * g * 0.6, y - 0.012, 0.034]), fine=12)
        k = np.linspace(0, 1, 10)
        path = np.stack([0 * k, n / 2 + g * 0.5 + tail * 0.75 * np.sin(k * 1.3), z + 0.05 + tail * (k**1.4)], 1)
        return made.add(tube(path, 0.034 - 0.022 * k, segments=10, side=(1, 0, 0))).build()
