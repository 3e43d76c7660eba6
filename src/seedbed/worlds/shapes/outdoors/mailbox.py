"""A mailbox on a post, with a flag and a slot."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, slab
from seedbed.worlds.shapes.base import Shape


@register("shape", "mailbox")
class Mailbox(Shape):
    group = "outdoors"
    ranges = {"width": (0.2, 0.26), "length": (0.42, 0.52), "height": (0.95, 1.15), "flag": (0.12, 0.18)}
    accents = {"post": "wood", "flag": "red", "slot": "dark"}
    upright = 1.2
    front = True

    def build(self, **p: float) -> Mesh:
        w, n, h, f = p["width"], p["length"], p["height"], p["flag"]
        bow = np.linspace(0, np.pi, 20)
        arch = [(w / 2, 0.0), *[(w / 2 * np.cos(x), w * 0.5 + w / 2 * np.sin(x)) for x in bow], (-w / 2, 0.0)]
        turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
        made = MeshBuilder().add(move(slab(arch, n), (0, n / 2, h - w), turn))
        made.add(move(box((w * 0.6, 0.012, 0.022), 0.004), (0, -n / 2 - 0.002, h - w * 0.42)), "slot")
        made.add(move(box((0.09, 0.09, h - w), 0.01), (0, 0, (h - w) / 2)), "post")
        made.add(move(box((0.012, 0.02, f + 0.06), 0.004), (w / 2 + 0.01, 0, h - w * 0.4 + f / 2)), "flag")
        return made.add(
            move(box((0.012, f * 0.8, f * 0.5), 0.004), (w / 2 + 0.01, -f * 0.4, h - w * 0.4 + f * 0.78)), "flag"
        ).build()
