"""A tall open bookcase of three or four shelves, a few upright books at one end of each."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move
from seedbed.worlds.shapes.base import Shape, Support

BOOKS = (("red", 0.78, 0.05), ("paper", 0.62, 0.035), ("dark", 0.85, 0.06), ("cream", 0.7, 0.045))


@register("shape", "bookshelf")
class Bookshelf(Shape):
    group = "furniture"
    front = True
    upright = 1.25
    ranges = {
        "width": (0.75, 1.05),
        "depth": (0.27, 0.34),
        "height": (1.3, 1.7),
        "levels": (2.51, 4.49),
        "board": (0.03, 0.05),
    }
    accents = {"red": "red", "paper": "paper", "dark": "dark", "cream": "cream"}

    def build(self, **p: float) -> Mesh:
        w, d, h, t = p["width"], p["depth"], p["height"], p["board"]
        made = MeshBuilder().add(move(box((w - t, 0.02, h - 0.06), 0.004), (0, d / 2 - 0.012, h / 2 + 0.03)))
        for x in (-1, 1):
            made.add(move(box((t, d, h), 0.008, segments=1), (x * (w - t) / 2, 0, h / 2)))
        floors, gap = self._floors(**p)
        for k, z in enumerate([*floors, h]):
            made.add(move(box((w - t, d - 0.004, t), 0.006, segments=1), (0, 0, z - t / 2)))
            edge = -w / 2 + t + 0.006
            for part, tall, thick in np.roll(BOOKS, k, axis=0).tolist() if z < h else []:
                size = (float(thick), d * 0.62, gap * float(tall))
                place = (edge + size[0] / 2, -0.01, z + size[2] / 2)
                made.add(move(box(size, 0.006, segments=1), (place[0] * (-1) ** k, *place[1:])), str(part))
                edge += size[0] + 0.002
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        floors, gap = self._floors(**p)
        taken = sum(thick + 0.002 for _, _, thick in BOOKS) + 0.03
        room = p["width"] - 2 * p["board"] - taken
        inside = [
            Support(z, room - 0.02, p["depth"] - 0.06, (-1) ** k * taken / 2, -0.015, gap, True)
            for k, z in enumerate(floors)
        ]
        return [*inside, Support(p["height"], p["width"] - 0.04, p["depth"] - 0.04)]

    def _floors(self, **p: float) -> tuple[list[float], float]:
        """Height of each shelf's upper side, and the free height above it."""
        levels, low = round(p["levels"]), 0.05 + p["board"]
        step = (p["height"] - low) / levels
        return [low + step * k for k in range(levels)], step - p["board"]
