"""A bar stool: a small round padded seat high on four long splayed legs, a steel foot ring low down."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb, move, ring, rounded_rim
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "bar_stool")
class BarStool(Shape):
    group = "furniture"
    upright = 1.25
    ranges = {
        "radius": (0.16, 0.2),
        "height": (0.66, 0.82),
        "splay": (0.04, 0.1),
        "pad": (0.06, 0.1),
        "foot_rest": (0.26, 0.4),
    }
    accents = {"ring": "steel"}

    def build(self, **p: float) -> Mesh:
        r, h, pad, splay = p["radius"], p["height"], p["pad"], p["splay"]
        top = h - pad
        made = MeshBuilder().add(move(lathe(rounded_rim(r, pad, pad * 0.4), segments=36), (0, 0, top)))
        for turn in np.pi / 4 + np.arange(4) * np.pi / 2:
            way = np.array([np.cos(turn), np.sin(turn), 0])
            made.add(limb((r * 0.9 + splay) * way + [0, 0, 0.022], r * 0.62 * way + [0, 0, top], 0.022, 0.026))
        k = p["foot_rest"]
        out = (r * 0.9 + splay) * (1 - k) + r * 0.62 * k
        return made.add(move(ring(out, 0.014, segments=36, sides=10), (0, 0, top * k)), "ring").build()

    def supports(self, **p: float) -> list[Support]:
        return [Support(p["height"], p["radius"] * 1.15, p["radius"] * 1.15)]
