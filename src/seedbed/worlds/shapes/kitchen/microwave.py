"""A microwave oven: a window in the door, a panel of keys."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_z
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "microwave")
class Microwave(Shape):
    group = "kitchen"
    ranges = {"width": (0.46, 0.54), "depth": (0.32, 0.38), "height": (0.27, 0.31), "panel": (0.22, 0.27)}
    accents = {"window": "window", "keys": "pale", "display": "screen", "inside": "dark"}
    states = {"closed": {}, "open": {}}
    front = True

    def build(self, state: str = "closed", **p: float) -> Mesh:
        w, d, h, k = p["width"], p["depth"], p["height"], p["panel"]
        door = w * (1 - k)
        made = MeshBuilder().add(move(box((w, d, h), 0.012), (0, 0, h / 2 + 0.01)))
        swing = rotate_z(-1.8 if state == "open" else 0.0)
        hinge = np.array([-w / 2 + 0.004, -d / 2, h / 2 + 0.01])
        made.add(
            move(box((door - 0.012, 0.024, h - 0.02), 0.008), swing @ np.array([door / 2, -0.012, 0]) + hinge, swing)
        )
        made.add(
            move(box((door * 0.72, 0.006, h * 0.62), 0.002), swing @ np.array([door * 0.46, -0.025, 0]) + hinge, swing),
            "window",
        )
        made.add(
            move(box((0.014, 0.03, h * 0.7), 0.006), swing @ np.array([door * 0.93, -0.036, 0]) + hinge, swing), "keys"
        )
        if state == "open":
            made.add(
                move(box((door * 0.84, 0.006, h * 0.78), 0.002), (-w / 2 + door / 2, -d / 2 - 0.001, h / 2 + 0.01)),
                "inside",
            )
        x = w / 2 - w * k / 2
        made.add(move(box((w * k * 0.7, 0.006, h * 0.13), 0.002), (x, -d / 2 - 0.002, h * 0.82)), "display")
        for row in range(4):
            for column in range(3):
                place = (x + (column - 1) * w * k * 0.25, -d / 2 - 0.002, h * (0.62 - 0.13 * row))
                made.add(move(box((w * k * 0.18, 0.01, h * 0.08), 0.003), place), "keys")
        return made.build()

    def supports(self, state: str = "closed", **p: float) -> list[Support]:
        return [Support(p["height"] + 0.01, p["width"] - 0.04, p["depth"] - 0.04)]
