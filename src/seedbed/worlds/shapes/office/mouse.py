"""A computer mouse with a wheel and a cable."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import (
    Mesh,
    MeshBuilder,
    box,
    lathe,
    move,
    rotate_x,
    rotate_y,
    rounded_rim,
    stretch,
    tube,
)
from seedbed.worlds.shapes.base import Shape


@register("shape", "mouse")
class Mouse(Shape):
    group = "office"
    ranges = {"width": (0.056, 0.066), "length": (0.095, 0.115), "height": (0.034, 0.042), "cable": (0.1, 0.16)}
    accents = {"wheel": "dark", "cable": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, n, h, c = p["width"], p["length"], p["height"], p["cable"]
        dome = [(np.cos(x), np.sin(x)) for x in np.linspace(0, np.pi / 2, 12)]
        shell = stretch(lathe([(0, 0), (0.97, 0), *dome[:-1], (0, 1)], segments=44), (w / 2, n / 2, h))
        made = MeshBuilder().add(shell)
        made.add(
            move(
                lathe(rounded_rim(0.011, 0.008, 0.002), segments=24), (-0.004, n * 0.24, h * 0.84), rotate_y(np.pi / 2)
            ),
            "wheel",
        )
        made.add(move(box((0.0016, n * 0.4, 0.002), 0.0007), (0, n * 0.27, h * 0.86), rotate_x(-0.42)), "wheel")
        turn = np.linspace(0, 1, 14)
        path = np.stack([0.018 * np.sin(turn * 5), n / 2 - 0.004 + c * turn, 0.005 + 0.006 * (1 - turn)], 1)
        return made.add(tube(path, 0.0025, segments=8, side=(0, 0, 1)), "cable").build()
