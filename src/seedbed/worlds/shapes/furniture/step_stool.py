"""A step stool: two treads on side frames."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_x
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "step_stool")
class StepStool(Shape):
    group = "furniture"
    front = True
    ranges = {
        "width": (0.38, 0.46),
        "depth": (0.38, 0.44),
        "height": (0.4, 0.48),
        "thickness": (0.026, 0.036),
    }

    def build(self, **p: float) -> Mesh:
        w, d, h, t = p["width"], p["depth"], p["height"], p["thickness"]
        made = MeshBuilder()
        made.add(move(box((w, d * 0.55, t), 0.007), (0, d * 0.18, h - t / 2)))
        made.add(move(box((w, d * 0.5, t), 0.007), (0, -d * 0.32, h * 0.5 - t / 2)))
        slope = np.hypot(h - t, d * 0.42)
        for side in (-1, 1):
            x = side * (w / 2 - 0.035)
            made.add(move(box((t, 0.045, h - t), 0.007), (x, d * 0.4, (h - t) / 2)))
            made.add(
                move(
                    box((t, 0.045, slope * 0.97), 0.007),
                    (x, -d * 0.05, (h - t) / 2),
                    rotate_x(np.arctan2(-d * 0.3, h)),
                )
            )
            made.add(move(box((t, 0.045, h * 0.5 - t), 0.007), (x, -d * 0.5, (h * 0.5 - t) / 2)))
            made.add(move(box((t * 0.9, d * 0.92, 0.04), 0.007), (x, -d * 0.05, h * 0.5 - t - 0.02)))
        made.add(move(box((w - 0.07, t * 0.8, 0.035), 0.007), (0, d * 0.4, h * 0.6)))
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["height"], p["width"] - 0.04, p["depth"] * 0.5, y=p["depth"] * 0.18)]
