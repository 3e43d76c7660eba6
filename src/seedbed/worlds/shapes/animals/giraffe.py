"""A giraffe: very long neck and legs, sloping back, dark patches, two little horns, tufted tail."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, limb, move, rotate_z, towards
from seedbed.worlds.shapes.base import Shape


@register("shape", "giraffe")
class Giraffe(Shape):
    group = "animals"
    ranges = {
        "length": (1.0, 1.25),
        "leg": (1.45, 1.8),
        "neck": (1.7, 2.2),
        "lean": (0.2, 0.42),
        "girth": (0.36, 0.46),
        "patch": (0.1, 0.15),
    }
    accents = {"patches": "bark", "eyes": "dark"}
    front = True
    upright = 1.25

    def build(self, **p: float) -> Mesh:
        made = MeshBuilder()

        def blob(radii: tuple[float, ...], place: np.ndarray, part: str = "body", fine: int = 10) -> None:
            made.add(move(ellipsoid(radii, segments=fine, rings=fine // 2 + 1), place), part)

        n, leg, g, size = p["length"], p["leg"], p["girth"], p["patch"]
        z = leg + g * 0.6
        fore, rear = np.array([0, -n / 2, z + 0.2]), np.array([0, n / 2, z])
        root = fore + np.array([0, -0.08, 0.1])
        top = root + p["neck"] * np.array([0, -np.sin(p["lean"]), np.cos(p["lean"])])
        made.add(limb(fore, rear, g, g * 0.85, segments=18)).add(limb(root, top, 0.3, 0.15, segments=16))
        made.add(limb(top + np.array([0, 0, 0.02]), top + np.array([0, -0.48, -0.22]), 0.2, 0.115))
        for a, b, r0, r1, steps in (
            (fore, rear, g, g * 0.85, np.linspace(0, 1, 5)),
            (root, top, 0.3, 0.15, np.linspace(0.07, 0.93, 7)),
        ):
            turn = towards((b - a) / np.linalg.norm(b - a))
            for i, k in enumerate(steps):
                r = r0 + (r1 - r0) * k
                blot = ellipsoid((0.035, size * (0.5 + r), size * (0.5 + r)), segments=6, rings=4)
                for angle in (np.arange(5) + 0.5 * (i % 2)) * 2 * np.pi / 5:
                    aim = turn @ rotate_z(angle)
                    made.add(move(blot, a + (b - a) * k + aim @ [r, 0, 0], aim), "patches")
        for x in (-1, 1):
            horn, ear = top + np.array([x * 0.12, 0.06, 0.41]), top + np.array([x * 0.42, 0.1, 0.13])
            made.add(limb(top + np.array([x * 0.09, 0, 0.14]), horn, 0.045, 0.035, segments=8, caps=3))
            blob((0.06, 0.06, 0.06), horn, "patches", 8)
            made.add(limb(top + np.array([x * 0.14, 0.06, 0.08]), ear, 0.07, 0.03, segments=8, caps=3))
            blob((0.04, 0.05, 0.05), top + np.array([x * 0.165, -0.15, 0.06]), "eyes", 8)
            for y, high in ((-n / 2 - 0.02, z + 0.1), (n / 2 + 0.02, z)):
                foot = np.array([x * g * 0.6, y, 0.1])
                made.add(limb((x * g * 0.5, y, high), foot, g * 0.45, 0.075, segments=10, caps=4))
                made.add(
                    limb(foot + np.array([0, 0, 0.03]), foot - np.array([0, 0.02, 0.01]), 0.09, segments=8, caps=3),
                    "patches",
                )
        tail = rear + np.array([0, g + 0.12, -0.6])
        made.add(limb(rear + np.array([0, g * 0.75, 0.2]), tail, 0.045, 0.03, segments=8, caps=3))
        blob((0.07, 0.07, 0.17), tail - np.array([0, 0, 0.1]), "eyes", 8)
        return made.build()
