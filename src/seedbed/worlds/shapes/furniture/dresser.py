"""A chest of drawers: wide and low on short feet, three rows with two knobs each; open, the top drawer is out."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, move
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "dresser")
class Dresser(Shape):
    group = "furniture"
    front = True
    ranges = {
        "width": (0.85, 1.15),
        "depth": (0.42, 0.52),
        "height": (0.75, 0.95),
        "feet": (0.05, 0.12),
        "pull": (0.55, 0.75),
    }
    accents = {"knobs": "brass", "gaps": "dark", "inside": "cream"}
    states = {"open": {}, "closed": {}}

    def build(self, state: str = "open", **p: float) -> Mesh:
        w, d, h, feet = p["width"], p["depth"], p["height"], p["feet"]
        step, pull = self._step(**p), p["pull"] * d
        made = MeshBuilder().add(move(box((w + 0.06, d + 0.06, 0.04), 0.012), (0, 0, h - 0.02)))
        made.add(move(box((w - 0.04, d - 0.05, h - feet - 0.05), 0.004, segments=1), (0, 0.02, (h + feet) / 2)), "gaps")
        made.add(move(box((w, 0.03, h - feet - 0.03), 0.006), (0, d / 2 - 0.015, (h + feet) / 2 - 0.01)))
        made.add(move(box((w, d, 0.05), 0.01), (0, 0, feet + 0.025)))
        for x in (-1, 1):
            made.add(move(box((0.04, d, h - feet - 0.02), 0.01, segments=1), (x * (w / 2 - 0.02), 0, (h + feet) / 2)))
            for y in (-1, 1):
                place = (x * (w / 2 - 0.05), y * (d / 2 - 0.05), feet / 2 + 0.01)
                made.add(move(box((0.08, 0.08, feet + 0.02), 0.01, segments=1), place))
        for k in range(3):
            out = pull if state == "open" and k == 2 else 0.0
            front, z = -d / 2 - out, feet + 0.05 + step * (k + 0.5)
            made.add(move(box((w - 0.1, 0.03, step - 0.022), 0.01), (0, front, z)))
            for share in (-0.26, 0.26):
                made.add(
                    move(ellipsoid((0.026, 0.026, 0.026), segments=14, rings=8), (share * w, front - 0.03, z)), "knobs"
                )
        if state == "open":
            z = feet + 0.05 + step * 2.5
            made.add(
                move(box((w - 0.14, pull + 0.04, 0.015), 0.004, segments=1), (0, -d / 2 - pull / 2, z - step * 0.35)),
                "inside",
            )
            for x in (-1, 1):
                side = box((0.02, pull + 0.04, step * 0.72), 0.005, segments=1)
                made.add(move(side, (x * (w / 2 - 0.07), -d / 2 - pull / 2, z)), "inside")
        return made.build()

    def supports(self, state: str = "open", **p: float) -> list[Support]:
        pull, step = p["pull"] * p["depth"], self._step(**p)
        top = Support(p["height"], p["width"], p["depth"])
        y = -p["depth"] / 2 - pull / 2 - 0.02
        floor = p["feet"] + 0.05 + step * 2.15 + 0.0075
        drawer = Support(floor, p["width"] - 0.2, pull - 0.06, y=y, inside=True)
        return [top, drawer] if state == "open" else [top]

    def _step(self, **p: float) -> float:
        """Height of a row of drawers."""
        return (p["height"] - p["feet"] - 0.1) / 3
