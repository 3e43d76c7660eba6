"""A wardrobe: a tall cupboard with two doors and a cornice; open, the doors swing wide on hanging clothes."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, joined, limb, mirrored, move, rotate_z
from seedbed.worlds.shapes.base import Shape, Support

CLOTHES = (("pale", 0.62), ("red", 0.45), ("paper", 0.55), ("dark", 0.5), ("cream", 0.58))


@register("shape", "wardrobe")
class Wardrobe(Shape):
    group = "furniture"
    front = True
    upright = 1.25
    ranges = {
        "width": (0.9, 1.2),
        "depth": (0.48, 0.58),
        "height": (1.6, 1.95),
        "cornice": (0.02, 0.06),
        "swing": (1.6, 2.0),
    }
    accents = {"knobs": "brass", "inside": "cream", **{name: name for name, _ in CLOTHES}}
    states = {"open": {}, "closed": {}}

    def build(self, state: str = "open", **p: float) -> Mesh:
        w, d, h, t, out = p["width"], p["depth"], p["height"], 0.04, p["cornice"]
        made = MeshBuilder().add(move(box((w, d, 0.12), 0.01), (0, 0, 0.06)))
        made.add(move(box((w + 2 * out, d + 2 * out, 0.08), 0.02), (0, 0, h - 0.04)))
        made.add(move(box((w, 0.03, h - 0.1), 0.005), (0, d / 2 - 0.015, h / 2)))
        made.add(move(box((w - t, 0.01, h - 0.16), 0.002, segments=1), (0, d / 2 - 0.034, h / 2)), "inside")
        leaf, tall = w / 2 - 0.006, h - 0.22
        panels = [move(box((leaf, 0.035, tall), 0.008, segments=1), (leaf / 2, 0, 0))]
        for z, share in ((0.23, 0.4), (-0.26, 0.36)):
            panels.append(move(box((leaf * 0.7, 0.03, tall * share), 0.012, segments=1), (leaf / 2, -0.012, tall * z)))
        knob = move(ellipsoid((0.022, 0.03, 0.05), segments=14, rings=8), (leaf - 0.04, -0.035, 0))
        turn = rotate_z(-p["swing"] if state == "open" else 0.0)
        hinge = (-w / 2, -d / 2 - 0.01, 0.13 + tall / 2)
        for piece, part in ((joined(panels), "body"), (knob, "knobs")):
            door = move(piece, hinge, turn)
            made.add(door, part).add(mirrored(door), part)
        for x in (-1, 1):
            made.add(move(box((t, d, h - 0.1), 0.008, segments=1), (x * (w - t) / 2, 0, h / 2)))
        if state == "open":
            made.add(limb((-w / 2 + t, 0, h * 0.88), (w / 2 - t, 0, h * 0.88), 0.014), "knobs")
            for x, (part, share) in zip(np.linspace(-0.34, 0.3, len(CLOTHES)) * w, CLOTHES):
                made.add(move(box((0.09, d * 0.62, h * share), 0.035), (x, 0, h * (0.88 - share / 2))), part)
        return made.build()

    def supports(self, state: str = "open", **p: float) -> list[Support]:
        floor = Support(0.12, p["width"] - 0.12, p["depth"] - 0.1, 0, -0.02, p["height"] * 0.26 - 0.14, True)
        return [floor] if state == "open" else []
