"""A horse: long legs with dark hooves, arched neck with a dark mane, long head, flowing dark tail."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, lathe, limb, move, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "horse")
class Horse(Shape):
    group = "animals"
    ranges = {
        "length": (0.95, 1.25),
        "leg": (0.75, 0.98),
        "girth": (0.25, 0.32),
        "neck": (0.5, 0.68),
        "head": (0.4, 0.52),
        "tail": (0.55, 0.8),
    }
    accents = {"hair": "dark", "eyes": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        n, leg, g, neck, skull = p["length"], p["leg"], p["girth"], p["neck"], p["head"]
        z = leg + g * 0.75
        made = MeshBuilder().add(limb((0, -n / 2 + 0.1, z), (0, n / 2 - 0.1, z + 0.02), g, g * 0.97, segments=20))
        root, poll = np.array([0, -n / 2 + 0.02, z + 0.06]), np.array([0, -n / 2 - neck * 0.62, z + 0.12 + neck])
        made.add(limb(root, poll, g * 0.75, g * 0.4, segments=16))
        nose = poll + np.array([0, -skull * 0.72, -skull * 0.72])
        made.add(limb(poll + np.array([0, 0.0, -0.01]), nose, 0.125, 0.078, segments=14))
        k = np.linspace(0, 1, 9)[:, None]
        crest = root + np.array([0, g * 0.85, g * 0.6]) + k * (poll - root + np.array([0, -g * 0.6, -g * 0.12]))
        made.add(tube(crest, 0.085, segments=10, flatten=0.5, side=(1, 0, 0)), "hair")
        made.add(limb(poll + np.array([0, -0.02, 0.1]), poll + np.array([0, -0.14, -0.02]), 0.045, 0.03), "hair")
        for x in (-1, 1):
            ear = lathe([(0.042, 0), (0.05, 0.06), (0.03, 0.13), (0.001, 0.19)], segments=10)
            made.add(move(ear, poll + np.array([x * 0.068, 0.0, 0.08])))
            eye = poll + np.array([x * 0.1, -skull * 0.26, -skull * 0.12])
            made.add(move(ellipsoid((0.025, 0.034, 0.034), segments=10, rings=6), eye), "eyes")
            for y, knee in ((-n / 2 + 0.1, -0.03), (n / 2 - 0.1, 0.07)):
                joint, foot = (x * g * 0.58, y + knee, leg * 0.48), (x * g * 0.58, y + knee * 0.4, 0.1)
                made.add(limb((x * g * 0.52, y, z - 0.05), joint, g * 0.52, 0.075))
                made.add(limb(joint, foot, 0.075, 0.055))
                hoof = lathe([(0, 0), (0.09, 0), (0.066, 0.12), (0.0, 0.125)], segments=12)
                made.add(move(hoof, (x * g * 0.58, y + knee * 0.4 - 0.015, 0)), "hair")
        t = np.linspace(0, 1, 12)
        path = np.stack(
            [0 * t, n / 2 + g * 0.72 + 0.3 * np.sin(t * 2.2), z + g * 0.5 + 0.12 * np.sin(t * 4) - p["tail"] * t**1.5],
            1,
        )
        return made.add(tube(path, 0.045 + 0.05 * np.sin(t * 2.9), segments=10, side=(1, 0, 0)), "hair").build()
