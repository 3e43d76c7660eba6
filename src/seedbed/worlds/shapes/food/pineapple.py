"""A pineapple: a barrel covered with spiralling knobs, crowned with a spray of pointed green leaves."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, move, stretch, towards, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "pineapple")
class Pineapple(Shape):
    group = "food"
    ranges = {
        "radius": (0.05, 0.064),
        "height": (0.075, 0.1),
        "knobs": (0.004, 0.009),
        "leaves": (0.085, 0.13),
        "spread": (0.55, 0.95),
    }
    accents = {"leaves": "leaf"}
    upright = 1.25

    def build(self, **p: float) -> Mesh:
        r, h, long, wide = p["radius"], p["height"], p["leaves"], p["spread"]
        made = MeshBuilder().add(move(ellipsoid((r, r, h), segments=24, rings=14), (0, 0, h * 0.95)))
        knob = stretch(ellipsoid((1, 1, 1), segments=6, rings=4), (r * 0.27, r * 0.27, p["knobs"]))
        for i in range(7):
            tilt = 0.42 + i * 0.385
            for j in range(10):
                a = (j + 0.5 * (i % 2)) * 2 * np.pi / 10
                out = np.array([np.sin(tilt) * np.cos(a), np.sin(tilt) * np.sin(a), np.cos(tilt)])
                normal = out / [r, r, h]
                small = 0.35 + 0.65 * np.sin(tilt)
                turned = towards(normal / np.linalg.norm(normal))
                made.add(move(stretch(knob, (small, small, 1)), out * [r, r, h] + [0, 0, h * 0.95], turned))
        t = np.linspace(0, 1, 7)
        for ring_of, (count, lean, reach) in enumerate(((7, 1.0, 0.75), (6, 0.6, 0.95), (4, 0.22, 1.1))):
            for j in range(count):
                a = (j + 0.4 * ring_of) * 2 * np.pi / count
                away, across = np.array([np.cos(a), np.sin(a), 0]), np.array([-np.sin(a), np.cos(a), 0])
                out = r * 0.16 + long * reach * wide * lean * t**1.5
                path = out[:, None] * away + np.array([0, 0, h * 1.88])
                path[:, 2] += long * reach * (t - 0.35 * lean * t**2)
                blade = tube(path, 0.0035 * (1.02 - t), segments=6, flatten=3.4, side=across)
                made.add(blade, "leaves")
        return made.build()
