"""A spoon lying on the table."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, move, stretch, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "spoon")
class Spoon(Shape):
    group = "kitchen"
    ranges = {"length": (0.17, 0.2), "bowl": (0.034, 0.042), "depth": (0.008, 0.012), "grip": (0.016, 0.022)}

    def build(self, **p: float) -> Mesh:
        n, b, d, g = p["length"], p["bowl"], p["depth"], p["grip"]
        outer = [(np.sin(x), -np.cos(x)) for x in np.linspace(0.02, np.pi / 2, 9)]
        inner = [(0.92 * np.sin(x), -0.82 * np.cos(x)) for x in np.linspace(np.pi / 2, 0.02, 9)]
        bowl = stretch(lathe([(0, -1), *outer, *inner, (0, -0.82)], segments=32), (b * 0.72, b / 2, d))
        made = MeshBuilder().add(move(bowl, (n / 2 - b * 0.72, 0, d)))
        shaft = [(-n / 2, 0, 0.004), (-n * 0.2, 0, 0.006), (n * 0.15, 0, 0.014), (n / 2 - b * 1.36, 0, d)]
        return made.add(tube(shaft, [g * 0.2, g * 0.16, 0.0026, 0.003], segments=10, flatten=2.4)).build()
