"""A coat stand: a tall pole with a ball on top, two crowns of upturned hooks, three bowed feet."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ball, limb, move, rotate_z, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "coat_rack")
class CoatRack(Shape):
    group = "furniture"
    upright = 1.25
    ranges = {
        "height": (1.4, 1.65),
        "pole": (0.042, 0.056),
        "reach": (0.24, 0.32),
        "foot": (0.3, 0.4),
        "hooks": (0.16, 0.26),
    }
    accents = {"tips": "brass"}

    def build(self, **p: float) -> Mesh:
        h, r, reach, foot = p["height"], p["pole"], p["reach"], p["foot"]
        made = MeshBuilder().add(limb((0, 0, 0.1), (0, 0, h - 0.08), r, r * 0.8, segments=18))
        made.add(move(ball(r * 1.6, segments=20, rings=12), (0, 0, h - 2.6 * r)))
        k = np.linspace(0, 1, 12)
        for tier, size, count, start in ((0.8, 1.0, 4, 0.4), (0.62, 0.62, 4, 0.4 + np.pi / 4)):
            out = reach * size * np.sin(k * np.pi / 2)
            rise = p["hooks"] * size * (1 - np.cos(k * np.pi / 2) - 0.35 * np.sin(k * np.pi))
            hook = np.stack([out, 0 * k, h * tier + rise], 1)
            for turn in start + np.arange(count) * 2 * np.pi / count:
                spin = rotate_z(turn)
                made.add(move(tube(hook, np.linspace(r * 0.7, r * 0.5, 12), segments=8), rotation=spin))
                made.add(move(ball(r * 0.85, segments=10, rings=7), spin @ (hook[-1] - [0, 0, r * 0.6])), "tips")
        leg = np.stack([foot * k, 0 * k, r * 0.75 + 0.28 * np.cos(k * np.pi / 2) ** 1.4], 1)
        for turn in np.arange(3) * 2 * np.pi / 3 - np.pi / 2:
            made.add(move(tube(leg, r * 0.75), rotation=rotate_z(turn)))
        return made.build()
