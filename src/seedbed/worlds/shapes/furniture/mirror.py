"""A standing mirror: a tall oval glass in a thick frame, tilted between two posts on feet."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ball, box, ellipsoid, limb, move, ring, rotate_x, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "mirror")
class Mirror(Shape):
    group = "furniture"
    front = True
    upright = 1.25
    ranges = {
        "width": (0.5, 0.64),
        "height": (1.0, 1.25),
        "frame": (0.045, 0.065),
        "tilt": (0.04, 0.2),
        "stand": (0.12, 0.2),
    }
    accents = {"glass": "steel", "pivots": "brass"}

    def build(self, **p: float) -> Mesh:
        w, h, f = p["width"], p["height"], p["frame"]
        middle = p["stand"] + h / 2
        turn = rotate_x(-p["tilt"])
        hoop = move(ring(1.0, f * 2.6, segments=40, sides=12), (0, 0, -f * 2.6))
        upright = rotate_x(np.pi / 2)
        shape = np.array([w / 2, f / (f * 2.6), h / 2])
        oval = stretch(move(hoop, rotation=upright), shape)
        made = MeshBuilder().add(move(oval, (0, 0, middle), turn))
        made.add(move(ellipsoid((w / 2, f * 0.6, h / 2)), turn @ [0, f * 0.25, 0] + [0, 0, middle], turn))
        glass = ellipsoid((w / 2 - 0.01, f * 0.35, h / 2 - 0.01), segments=28)
        made.add(move(glass, turn @ [0, -f * 0.45, 0] + [0, 0, middle], turn), "glass")
        x = w / 2 + f * 2
        for side in (-1, 1):
            made.add(limb((side * x, 0, 0.06), (side * x, 0, middle + h * 0.16), 0.026, 0.022))
            made.add(move(box((0.06, 0.46, 0.05), 0.022, segments=1), (side * x, 0, 0.025)))
            made.add(limb((side * (w / 2), 0, middle), (side * (x + 0.05), 0, middle), 0.022), "pivots")
            made.add(move(ball(0.036, segments=16, rings=10), (side * x, 0, middle + h * 0.16)), "pivots")
        return made.add(limb((-x, 0, 0.09), (x, 0, 0.09), 0.022)).build()
