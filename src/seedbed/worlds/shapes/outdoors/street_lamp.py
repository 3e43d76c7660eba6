"""A street lamp: a tall post, a bent arm and a lamp head, on or off."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, lathe, move, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "street_lamp")
class StreetLamp(Shape):
    group = "outdoors"
    ranges = {"height": (3.6, 4.6), "arm": (0.6, 0.9), "post": (0.05, 0.07), "head": (0.32, 0.44)}
    accents = {"light": "pale"}
    states = {"on": {"light": "glow"}, "off": {}}
    upright = 1.3
    front = True

    def build(self, state: str = "on", **p: float) -> Mesh:
        h, a, r, g = p["height"], p["arm"], p["post"], p["head"]
        bend = np.linspace(0, np.pi / 2, 12)
        path = [
            (0, 0, 0.1),
            (0, 0, h * 0.4),
            *[(0, -a * (1 - np.cos(x)), h - a * 0.6 + a * 0.6 * np.sin(x)) for x in bend],
        ]
        radii = np.linspace(r * 1.2, r * 0.6, len(path))
        made = MeshBuilder().add(tube(np.array(path), radii, segments=16, side=(1, 0, 0)))
        made.add(lathe([(0, 0), (r * 3, 0), (r * 2.6, 0.12), (r * 1.5, 0.3), (r * 1.3, 0.5), (0, 0.5)], segments=24))
        made.add(move(box((0.2, g, 0.09), 0.04, segments=3), (0, -a - g * 0.4, h + 0.02)))
        return made.add(
            move(ellipsoid((0.085, g * 0.4, 0.07), segments=24, rings=12), (0, -a - g * 0.4, h - 0.03)), "light"
        ).build()
