"""A layer cake with one piece cut out, cream between the layers, piped blobs and cherries on top, on a plate."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ball, lathe, move, rotate_z, rounded_rim, slab
from seedbed.worlds.shapes.base import Shape


@register("shape", "cake")
class Cake(Shape):
    group = "food"
    ranges = {
        "radius": (0.1, 0.125),
        "height": (0.085, 0.12),
        "cut": (0.8, 1.25),
        "filling": (0.006, 0.012),
        "blob": (0.013, 0.017),
    }
    accents = {"cream": "cream", "cherries": "red", "plate": "pale"}
    front = True

    def build(self, **p: float) -> Mesh:
        r, h, cut, f, blob = p["radius"], p["height"], p["cut"], p["filling"], p["blob"]
        turn = np.linspace(-np.pi / 2 + cut / 2, 1.5 * np.pi - cut / 2, 49)
        arc = np.stack([np.cos(turn), np.sin(turn)], 1)
        round_cut = np.concatenate([[[0.0, 0.0]], arc * r])
        made = MeshBuilder()
        layer = (h - f) / 2
        for i in range(2):
            z = 0.008 + i * (layer + f)
            made.add(move(slab(round_cut, layer), (0, 0, z)))
        filling = slab(round_cut * 1.012 + [0, -0.0012], f + 0.001)
        made.add(move(filling, (0, 0, 0.0075 + layer)), "cream")
        cone = lathe(
            [(blob, 0), (blob * 0.9, blob * 0.6), (blob * 0.45, blob * 1.1), (0.0005, blob * 1.6)], segments=10
        )
        top = 0.008 + h
        for i, a in enumerate(np.linspace(turn[0] + 0.16, turn[-1] - 0.16, 10)):
            place = np.array([np.cos(a), np.sin(a), 0]) * (r - blob * 1.1) + [0, 0, top - 0.001]
            made.add(move(cone, place, rotate_z(a)), "cream")
            if i % 3 == 0:
                made.add(
                    move(ball(blob * 0.95, segments=12, rings=8), place + np.array([0, 0, blob * 0.75])), "cherries"
                )
        return made.add(lathe(rounded_rim(r * 1.14, 0.0085, 0.003), segments=40), "plate").build()
