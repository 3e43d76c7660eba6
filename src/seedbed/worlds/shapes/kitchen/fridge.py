"""A fridge with a freezer on top, shut or with the door open on its shelves."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_z
from seedbed.worlds.shapes.base import Shape


@register("shape", "fridge")
class Fridge(Shape):
    group = "kitchen"
    ranges = {"width": (0.58, 0.68), "depth": (0.58, 0.66), "height": (1.6, 1.85), "split": (0.28, 0.36)}
    accents = {"handles": "steel", "inside": "pale", "food": "red"}
    states = {"closed": {}, "open": {}}
    upright = 1.25
    front = True

    def build(self, state: str = "closed", **p: float) -> Mesh:
        w, d, h, s = p["width"], p["depth"], p["height"], p["split"]
        low = h * (1 - s)
        made = MeshBuilder().add(move(box((w, d, h), 0.02), (0, 0, h / 2)))
        for bottom, top, swing in ((0.06, low, 1.9 if state == "open" else 0.0), (low + 0.012, h - 0.004, 0.0)):
            turn, hinge = rotate_z(swing), np.array([w / 2, -d / 2, (bottom + top) / 2])
            made.add(move(box((w, 0.06, top - bottom), 0.02), turn @ np.array([-w / 2, -0.035, 0]) + hinge, turn))
            grip = (top - bottom) * (0.25 if bottom < 0.1 else -0.2)
            made.add(
                move(box((0.03, 0.04, 0.3), 0.012), turn @ np.array([-w * 0.9, -0.085, grip]) + hinge, turn), "handles"
            )
        if state == "open":
            made.add(move(box((w * 0.88, 0.02, low * 0.88), 0.005), (0, -d / 2 - 0.002, low / 2 + 0.03)), "inside")
            for k in range(1, 4):
                made.add(move(box((w * 0.86, 0.03, 0.015), 0.004), (0, -d / 2 - 0.016, low * k / 4 + 0.03)), "handles")
                for x in (-0.25, 0.02, 0.24):
                    made.add(move(box((0.1, 0.05, 0.12), 0.02), (x * w, -d / 2 - 0.03, low * k / 4 + 0.1)), "food")
        return made.build()
