"""An open laptop: coloured lid and base, dark keys, a lit screen."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_x
from seedbed.worlds.shapes.base import Shape


@register("shape", "laptop")
class Laptop(Shape):
    group = "office"
    front = True
    ranges = {"width": (0.3, 0.35), "depth": (0.2, 0.235), "angle": (1.75, 2.1), "thickness": (0.016, 0.024)}
    accents = {"keys": "dark", "screen": "screen"}
    states = {"open": {}, "closed": {"screen": "screen_off"}}

    def build(self, state: str = "open", **p: float) -> Mesh:
        w, d, t = p["width"], p["depth"], p["thickness"]
        made = MeshBuilder().add(move(box((w, d, t), 0.006), (0, 0, t / 2)))
        for row in range(4):
            made.add(
                move(box((w * 0.86, d * 0.085, 0.004), 0.0015), (0, d * (0.3 - 0.13 * row), t + 0.001)),
                "keys",
            )
        made.add(move(box((w * 0.3, d * 0.2, 0.003), 0.001), (0, -d * 0.34, t)), "keys")
        turn = rotate_x(-(p["angle"] - np.pi / 2) if state == "open" else np.pi / 2 - 0.012)
        hinge = np.array([0, d / 2 - 0.004, t + 0.002])
        lid = [
            ((w, 0.011, d * 0.98), (0, 0.003, d * 0.49), "body"),
            ((w * 0.92, 0.002, d * 0.82), (0, -0.0035, d * 0.5), "screen"),
        ]
        for extent, centre, part in lid:
            made.add(move(box(extent, 0.003), turn @ np.array(centre) + hinge, turn), part)
        return made.build()
