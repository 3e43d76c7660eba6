"""A camera with a large lens, a flash and a shutter button."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, lathe, move, rotate_x, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "camera")
class Camera(Shape):
    group = "office"
    ranges = {"width": (0.12, 0.14), "height": (0.078, 0.09), "lens": (0.03, 0.036), "reach": (0.045, 0.07)}
    accents = {"lens": "dark", "glass": "window", "metal": "steel"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, h, r, n = p["width"], p["height"], p["lens"], p["reach"]
        flat = rotate_x(np.pi / 2)
        made = MeshBuilder().add(move(box((w, 0.05, h), 0.01), (0, 0, h / 2)))
        made.add(move(box((w * 0.36, 0.046, 0.026), 0.009), (0, 0, h + 0.008)))
        made.add(move(box((w * 0.2, 0.03, h * 0.9), 0.01), (w * 0.39, -0.014, h * 0.48)))
        barrel = [
            (0, 0),
            (r, 0),
            (r, n * 0.45),
            (r * 0.93, n * 0.5),
            (r * 0.93, n),
            (r * 0.78, n),
            (r * 0.74, n - 0.008),
        ]
        made.add(move(lathe([*barrel, (0, n - 0.008)], segments=40), (-w * 0.06, -0.02, h * 0.47), flat), "lens")
        made.add(
            move(ellipsoid((r * 0.7, r * 0.7, 0.008), segments=28, rings=12), (-w * 0.06, -0.012 - n, h * 0.47), flat),
            "glass",
        )
        made.add(move(lathe(rounded_rim(0.007, 0.008, 0.002), segments=20), (w * 0.36, 0, h)), "metal")
        made.add(move(lathe(rounded_rim(0.012, 0.009, 0.002), segments=24), (-w * 0.34, 0, h)), "metal")
        return made.add(move(box((0.022, 0.004, 0.014), 0.002), (-w * 0.36, -0.026, h * 0.82)), "metal").build()
