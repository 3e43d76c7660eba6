"""A gift box with a ribbon and a bow."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import (
    Mesh,
    MeshBuilder,
    box,
    ellipsoid,
    move,
    ring,
    rotate_x,
    rotate_y,
    rotate_z,
    stretch,
)
from seedbed.worlds.shapes.base import Shape


@register("shape", "gift_box")
class GiftBox(Shape):
    group = "household"
    ranges = {"width": (0.18, 0.24), "depth": (0.18, 0.24), "height": (0.14, 0.2), "ribbon": (0.028, 0.04)}
    accents = {"ribbon": "pale"}

    def build(self, **p: float) -> Mesh:
        w, d, h, r = p["width"], p["depth"], p["height"], p["ribbon"]
        made = MeshBuilder().add(move(box((w, d, h), 0.006), (0, 0, h / 2)))
        made.add(move(box((w + 0.012, d + 0.012, h * 0.22), 0.006), (0, 0, h * 0.9)))
        made.add(move(box((r, d + 0.016, h * 1.012), 0.003), (0, 0, h / 2 + 0.002)), "ribbon")
        made.add(move(box((w + 0.016, r, h * 1.012), 0.003), (0, 0, h / 2 + 0.002)), "ribbon")
        made.add(move(box((r, d + 0.018, h * 0.24), 0.003), (0, 0, h * 0.9)), "ribbon")
        made.add(move(box((w + 0.018, r, h * 0.24), 0.003), (0, 0, h * 0.9)), "ribbon")
        for k in range(6):
            a = k * np.pi / 3 + 0.3
            loop = move(
                stretch(ring(0.03, 0.006, segments=24, sides=8), (1.25, 0.75, 2.4)), (0, 0, -0.014), rotate_x(np.pi / 2)
            )
            tilt = rotate_z(a) @ rotate_y(-0.6)
            made.add(move(loop, np.array([0, 0, h * 1.03]) + tilt @ np.array([0.036, 0, 0]), tilt), "ribbon")
        return made.add(
            move(ellipsoid((0.016, 0.016, 0.012), segments=14, rings=9), (0, 0, h * 1.05)), "ribbon"
        ).build()
