"""A child's high chair: four long splayed legs, a small seat with a back, a wide tray in front, a foot rest."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move, rotate_x
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "highchair")
class Highchair(Shape):
    group = "furniture"
    front = True
    upright = 1.25
    ranges = {
        "width": (0.32, 0.4),
        "seat": (0.52, 0.64),
        "back": (0.34, 0.46),
        "splay": (0.05, 0.11),
        "tray": (0.24, 0.3),
    }
    accents = {"legs": "wood", "tray": "pale"}

    def build(self, **p: float) -> Mesh:
        w, s, b, tray = p["width"], p["seat"], p["back"], p["tray"]
        made = MeshBuilder().add(move(box((w, w, 0.07), 0.03), (0, 0, s)))
        made.add(move(box((w, 0.06, b), 0.028), (0, w / 2 + 0.01, s + b / 2), rotate_x(-0.12)))
        for x in (-1, 1):
            made.add(move(box((0.04, w, 0.2), 0.018), (x * w / 2, 0, s + 0.09)))
            for y in (-1, 1):
                foot = (x * (w / 2 + p["splay"]), y * (w / 2 + p["splay"]), 0.02)
                made.add(limb(foot, (x * (w / 2 - 0.04), y * (w / 2 - 0.04), s - 0.02), 0.02, 0.022), "legs")
        made.add(move(box((w + 0.14, tray, 0.035), 0.016), (0, -w / 2 - tray * 0.25, s + 0.2)), "tray")
        step = w / 2 + p["splay"] * 0.62
        made.add(move(box((2 * step, 0.13, 0.03), 0.012), (0, -step - 0.02, s * 0.38)), "legs")
        return made.build()

    def supports(self, **p: float) -> list[Support]:
        w, tray = p["width"], p["tray"]
        return [Support(p["seat"] + 0.2175, w + 0.08, tray * 0.85, y=-w / 2 - tray * 0.25)]
