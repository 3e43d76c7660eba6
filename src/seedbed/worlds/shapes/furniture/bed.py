"""A bed: a wooden frame with a tall headboard, a thick coloured blanket turned down at a pale sheet, pillows."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, move, rotate_x
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "bed")
class Bed(Shape):
    group = "furniture"
    front = True
    ranges = {
        "width": (1.0, 1.7),
        "length": (1.9, 2.1),
        "height": (0.42, 0.56),
        "headboard": (0.45, 0.75),
        "fold": (0.6, 0.75),
    }
    accents = {"frame": "wood", "linen": "pale"}

    def build(self, **p: float) -> Mesh:
        w, n, h = p["width"], p["length"], p["height"]
        cover = n * p["fold"]
        made = MeshBuilder().add(move(box((w + 0.06, cover, 0.3), 0.08, segments=3), (0, (cover - n) / 2, h - 0.13)))
        made.add(move(box((w, n, 0.22), 0.06), (0, 0, h - 0.13)), "linen")
        made.add(move(box((w + 0.08, 0.2, 0.05), 0.024), (0, cover - n / 2, h + 0.01)), "linen")
        made.add(move(box((w + 0.04, n, 0.12), 0.02), (0, 0, h - 0.25)), "frame")
        top = h + p["headboard"]
        made.add(move(box((w + 0.12, 0.08, top - 0.06), 0.035), (0, n / 2 + 0.03, 0.03 + top / 2)), "frame")
        made.add(move(box((w + 0.12, 0.07, h - 0.02), 0.03), (0, -n / 2 - 0.04, 0.02 + h / 2)), "frame")
        for x in (-1, 1):
            for y in (-1, 1):
                place = (x * (w / 2 + 0.02), y * (n / 2 + 0.02), h / 4)
                made.add(move(box((0.09, 0.09, h / 2), 0.015, segments=1), place), "frame")
            pillow = ellipsoid((w * 0.235, 0.2, 0.085))
            made.add(move(pillow, (x * w * 0.245, n / 2 - 0.24, h + 0.06), rotate_x(0.25)), "linen")
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        cover = p["length"] * p["fold"]
        return [Support(p["height"] + 0.02, p["width"] * 0.9, cover * 0.8, y=(cover - p["length"]) / 2 - 0.03)]
