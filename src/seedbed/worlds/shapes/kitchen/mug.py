"""A mug: straight or slightly conical wall, pale inside, a handle on the right."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "mug")
class Mug(Shape):
    group = "kitchen"
    ranges = {
        "radius": (0.036, 0.046),
        "height": (0.088, 0.112),
        "taper": (0.0, 0.006),
        "handle": (0.026, 0.036),
    }
    accents = {"inside": "pale", "content": "liquid"}
    states = {"empty": {}, "full": {}}

    def build(self, state: str = "empty", **p: float) -> Mesh:
        r, h, wall = p["radius"], p["height"], 0.004
        foot = r - p["taper"]
        side = [(foot + (r - foot) * k, 0.005 + (h - 0.009) * k) for k in np.linspace(0, 1, 6)]
        outer = [(0, 0.002), (foot - 0.010, 0.002), (foot - 0.008, 0), (foot - 0.003, 0), *side]
        rim = [(r - 0.0006, h - 0.001), (r - wall / 2, h), (r - wall + 0.0006, h - 0.001)]
        down = [(r - wall - p["taper"] * k, h - 0.004 - (h - 0.016) * k) for k in np.linspace(0, 1, 6)]
        inner = [rim[-1], *down, (foot - wall - 0.006, 0.008), (0, 0.007)]
        turn = np.linspace(-1.62, 1.62, 22)
        reach = p["handle"]
        path = np.stack([r - 0.003 + reach * np.cos(turn), 0 * turn, h * 0.52 + 1.1 * reach * np.sin(turn)], 1)
        made = (
            MeshBuilder()
            .add(lathe([*outer, *rim], segments=44))
            .add(lathe(inner, segments=44), "inside")
            .add(tube(path, 0.0064, segments=10, flatten=1.25))
        )
        if state == "full":
            made.add(
                lathe([(0, h * 0.8), (r - wall - 0.0005, h * 0.8), (r - wall - 0.0005, h * 0.86), (0, h * 0.86)]),
                "content",
            )
        return made.build()
