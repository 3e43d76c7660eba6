"""A sofa: a long low seat of plump cushions between two arms, a padded back, short feet."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move, rotate_x
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "sofa")
class Sofa(Shape):
    group = "furniture"
    front = True
    ranges = {
        "width": (1.6, 2.2),
        "depth": (0.78, 0.95),
        "seat": (0.4, 0.47),
        "back": (0.38, 0.52),
        "arm": (0.16, 0.25),
        "plump": (0.04, 0.075),
    }
    accents = {"feet": "wood", "pillow": "pale"}

    def build(self, **p: float) -> Mesh:
        w, d, s, b, arm = p["width"], p["depth"], p["seat"], p["back"], p["arm"]
        room = w - 2 * arm
        count = 2 if room < 1.45 else 3
        made = MeshBuilder().add(move(box((w - 0.02, d, s - 0.22), 0.03, segments=1), (0, 0, s / 2 - 0.01)))
        made.add(move(box((w - 0.02, 0.2, s + b - 0.14), p["plump"]), (0, d / 2 - 0.1, (s + b) / 2 + 0.04)))
        for k in range(count):
            x = room * ((k + 0.5) / count - 0.5)
            made.add(move(box((room / count - 0.012, d - 0.18, 0.16), p["plump"]), (x, -0.11, s - 0.08)))
            lean = rotate_x(-0.16)
            made.add(move(box((room / count - 0.012, 0.17, b), p["plump"]), (x, d / 2 - 0.24, s + b * 0.47), lean))
        for x in (-1, 1):
            made.add(move(box((arm, d, s + 0.1), 0.045), (x * (w - arm) / 2, -0.02, (s + 0.1) / 2 + 0.09)))
            pillow = move(box((0.36, 0.12, 0.34), 0.055), rotation=rotate_x(-0.32))
            made.add(move(pillow, (x * (room / 2 - 0.2), d / 2 - 0.4, s + 0.17)), "pillow")
            for y in (-1, 1):
                x_foot, y_foot = x * (w / 2 - 0.1), y * (d / 2 - 0.09)
                made.add(
                    limb((x_foot, y_foot, 0.022), (x_foot, y_foot, 0.2), 0.022, 0.035, segments=10, caps=3), "feet"
                )
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        room, depth = p["width"] - 2 * p["arm"], p["depth"] - 0.6
        return [Support(p["seat"], room - 0.1, depth, y=-p["depth"] / 2 + 0.05 + depth / 2)]
