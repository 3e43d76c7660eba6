"""A sitting cat: pear-shaped body, round head with pointed ears, straight forelegs, tail curled beside it."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move, rotate_x, rotate_y, stretch, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "cat")
class Cat(Shape):
    group = "animals"
    ranges = {
        "height": (0.24, 0.3),
        "girth": (0.095, 0.125),
        "head": (0.072, 0.09),
        "ear": (0.065, 0.095),
        "tail": (0.24, 0.34),
    }
    accents = {"eyes": "dark", "nose": "pink"}
    front = True

    def build(self, **p: float) -> Mesh:
        made = MeshBuilder()

        def blob(radii: tuple[float, ...], place: np.ndarray, part: str = "body", fine: int = 10) -> None:
            made.add(move(ellipsoid(radii, segments=fine, rings=fine // 2 + 1), place), part)

        h, g, r = p["height"], p["girth"], p["head"]
        swell = np.array([0, 0.8, 0.98, 1, 0.88, 0.68, 0.55, 0.3, 0])
        trunk = lathe(
            np.stack([g * swell, h * np.array([0, 0, 0.12, 0.25, 0.5, 0.75, 0.95, 1.05, 1.08])], 1), segments=22
        )
        made.add(move(stretch(trunk, (1, 1.15, 1)), (0, 0.03, 0.14 * g), rotate_x(0.16)))
        head = np.array([0, -h * 0.17 - 0.03, h * 1.02 + r * 0.6])
        blob((r * 1.12, r * 0.95, r * 0.95), head, fine=20)
        blob((r * 0.5, r * 0.35, r * 0.33), head + np.array([0, -r * 0.8, -r * 0.3]), fine=14)
        blob((0.012, 0.01, 0.008), head + np.array([0, -r * 1.14, -r * 0.14]), "nose")
        ear = lathe([(0.04, -0.03), (0.036, 0), (0.02, p["ear"] * 0.5), (0.001, p["ear"])], segments=12)
        for x in (-1, 1):
            place, lean = head + np.array([x * r * 0.66, 0, r * 0.62]), rotate_y(x * 0.3)
            made.add(move(stretch(ear, (1, 0.55, 1)), place, lean))
            made.add(move(stretch(ear, (0.6, 0.3, 0.72)), place + np.array([0, -0.013, 0]), lean), "nose")
            blob((0.014, 0.01, 0.018), head + np.array([x * r * 0.45, -r * 0.82, r * 0.16]), "eyes")
            paw = np.array([x * g * 0.34, -g * 1.05 - 0.02, 0.026])
            made.add(limb((x * g * 0.36, -g * 0.62, h * 0.62), paw, 0.036, 0.026, segments=10))
            blob((0.032, 0.044, 0.026), paw + np.array([0, -0.014, 0]))
            blob((g * 0.45, g * 0.72, g * 0.62), np.array([x * g * 0.72, 0.03, g * 0.62]), fine=14)
            blob((0.03, 0.055, 0.024), np.array([x * g * 0.95, -g * 0.62, 0.024]))
        k = np.linspace(0, 1, 14)
        turn = k * p["tail"] / (g * 1.2) + 0.3
        path = np.stack([g * 1.5 * np.sin(turn), 0.04 + g * 1.35 * np.cos(turn), 0.028 + 0.1 * k**3], 1)
        return made.add(tube(path, 0.028 - 0.01 * k, segments=10, side=(0, 0, 1))).build()
