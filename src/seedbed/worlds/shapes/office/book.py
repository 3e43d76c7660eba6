"""A book lying on the table, closed or open in the middle."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move, rotate_y, stretch
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "book")
class Book(Shape):
    group = "office"
    ranges = {"width": (0.14, 0.18), "height": (0.2, 0.25), "pages": (0.024, 0.042), "angle": (0.12, 0.3)}
    accents = {"pages": "paper"}
    states = {"closed": {}, "open": {}}

    def build(self, state: str = "closed", **p: float) -> Mesh:
        w, h, t = p["width"], p["height"], p["pages"]
        made = MeshBuilder()
        if state == "closed":
            for z in (0.002, t + 0.006):
                made.add(move(box((w, h, 0.004), 0.0015), (0, 0, z)))
            made.add(move(box((0.005, h, t + 0.008), 0.002), (-w / 2, 0, t / 2 + 0.004)))
            return made.add(move(box((w - 0.008, h - 0.012, t), 0.002), (-0.003, 0, t / 2 + 0.004)), "pages").build()
        for x in (-1, 1):
            turn = rotate_y(x * p["angle"])
            cover = np.array([x * w / 2 * np.cos(p["angle"]), 0, 0.003])
            made.add(move(box((w, h, 0.004), 0.0015), cover))
            swell = stretch(
                limb((0, -h / 2 + 0.03, 0), (0, h / 2 - 0.03, 0), 0.03, segments=24, caps=3),
                (w * 0.46 / 0.03, 1.0, t * 0.6 / 0.03),
            )
            made.add(move(swell, (x * w * 0.47, 0, t * 0.4), turn), "pages")
        return made.build()

    def supports(self, state: str = "closed", **p: float) -> list[Support]:
        return [Support(p["pages"] + 0.008, p["width"], p["height"])] if state == "closed" else []
