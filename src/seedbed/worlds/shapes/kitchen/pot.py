"""A cooking pot with two handles; closed: a lid with a knob."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, move, tube
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "pot")
class Pot(Shape):
    group = "kitchen"
    ranges = {"radius": (0.1, 0.125), "height": (0.11, 0.15), "wall": (0.004, 0.007), "grip": (0.03, 0.042)}
    accents = {"grips": "dark", "inside": "steel"}
    states = {"closed": {}, "open": {}}

    def build(self, state: str = "closed", **p: float) -> Mesh:
        r, h, t, g = p["radius"], p["height"], p["wall"], p["grip"]
        made = MeshBuilder().add(lathe([(0, 0), (r - 0.008, 0), (r, 0.008), (r, h), (r - t, h)], segments=44))
        if state == "closed":
            dome = [(r + 0.004, h), (r + 0.004, h + 0.006), (r * 0.8, h + 0.02), (r * 0.4, h + 0.032), (0, h + 0.036)]
            made.add(lathe([(0, h - 0.002), *dome], segments=44))
            made.add(
                move(
                    lathe([(0, 0), (0.01, 0), (0.009, 0.012), (0.02, 0.02), (0.02, 0.028), (0, 0.032)], segments=20),
                    (0, 0, h + 0.034),
                ),
                "grips",
            )
        else:
            made.add(lathe([(r - t, h), (r - t, t), (0, t)], segments=44), "inside")
        turn = np.linspace(-1.5, 1.5, 12)
        for x in (-1, 1):
            path = np.stack([x * (r - 0.004 + g * np.cos(turn)), 0.045 * np.sin(turn), 0 * turn + h * 0.76], 1)
            made.add(tube(path, 0.008, segments=10, side=(0, 0, 1)), "grips")
        return made.build()

    def supports(self, state: str = "closed", **p: float) -> list[Support]:
        side = p["radius"] * 1.25
        return [Support(p["wall"], side, side, inside=True)] if state == "open" else []
