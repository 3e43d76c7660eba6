"""A desktop printer with a sheet in its tray and one coming out."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, move, rotate_x
from seedbed.worlds.shapes.base import Shape


@register("shape", "printer")
class Printer(Shape):
    group = "office"
    ranges = {"width": (0.4, 0.46), "depth": (0.28, 0.34), "height": (0.16, 0.21), "sheet": (0.12, 0.18)}
    accents = {"paper": "paper", "slot": "dark", "panel": "screen"}
    front = True

    def build(self, **p: float) -> Mesh:
        w, d, h, s = p["width"], p["depth"], p["height"], p["sheet"]
        made = MeshBuilder().add(move(box((w, d, h), 0.025, segments=3), (0, 0, h / 2)))
        lean = rotate_x(-0.5)
        made.add(move(box((w * 0.66, 0.012, s + 0.05), 0.004), (0, d * 0.36, h + s * 0.38), lean))
        made.add(move(box((w * 0.56, 0.004, s + 0.09), 0.001), (0, d * 0.34, h + s * 0.5), lean), "paper")
        made.add(move(box((w * 0.66, 0.012, h * 0.24), 0.003), (0, -d / 2 + 0.002, h * 0.36)), "slot")
        made.add(move(box((w * 0.56, 0.16, 0.004), 0.001), (0, -d / 2 - 0.06, h * 0.3)), "paper")
        made.add(move(box((w * 0.62, 0.12, 0.008), 0.003), (0, -d / 2 - 0.05, h * 0.2)))
        return made.add(move(box((0.07, 0.05, 0.006), 0.002), (w * 0.33, -d * 0.28, h)), "panel").build()
