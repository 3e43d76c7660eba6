"""A banana: a strongly curved crescent with dark tip and a narrow stalk, tilted up off its side."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, limb, rotate_x, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "banana")
class Banana(Shape):
    group = "food"
    ranges = {
        "length": (0.17, 0.22),
        "girth": (0.018, 0.023),
        "curve": (1.7, 2.4),
        "stalk": (0.018, 0.032),
        "tilt": (0.35, 0.6),
    }
    accents = {"tips": "bark"}

    def build(self, **p: float) -> Mesh:
        k = np.linspace(0, 1, 26)
        bend = p["length"] / p["curve"]
        turn = (k - 0.5) * p["curve"]
        path = np.stack([bend * np.sin(turn), bend * (1 - np.cos(turn)), 0 * k], 1) @ rotate_x(p["tilt"]).T
        path[:, 2] += p["girth"]
        girth = p["girth"] * np.interp(
            k, [0, 0.05, 0.14, 0.3, 0.5, 0.72, 0.88, 0.95, 1], [0.3, 0.5, 0.78, 0.96, 1, 0.95, 0.72, 0.42, 0.3]
        )
        up = rotate_x(p["tilt"]) @ [0, 0, 1]
        ahead, behind = path[-1] - path[-2], path[0] - path[1]
        ahead, behind = ahead / np.linalg.norm(ahead), behind / np.linalg.norm(behind)
        stalk = path[-1] + p["stalk"] * ahead
        return (
            MeshBuilder()
            .add(tube(path, girth, segments=16, side=up))
            .add(limb(path[-1] - 0.004 * ahead, stalk, p["girth"] * 0.32, p["girth"] * 0.3, segments=10))
            .add(limb(stalk - 0.003 * ahead, stalk + 0.002 * ahead, p["girth"] * 0.38, segments=10), "tips")
            .add(limb(path[0] - 0.003 * behind, path[0] + 0.002 * behind, p["girth"] * 0.36, segments=10), "tips")
            .build()
        )
