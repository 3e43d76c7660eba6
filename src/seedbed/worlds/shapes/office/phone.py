"""A smartphone lying face up, its screen on or off."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "phone")
class Phone(Shape):
    group = "office"
    ranges = {"width": (0.068, 0.078), "length": (0.14, 0.16), "depth": (0.0075, 0.01), "bezel": (0.003, 0.006)}
    accents = {"screen": "screen_off", "button": "dark"}
    states = {"on": {"screen": "screen"}, "off": {}}
    front = True

    def build(self, state: str = "on", **p: float) -> Mesh:
        w, n, t, b = p["width"], p["length"], p["depth"], p["bezel"]
        made = MeshBuilder().add(move(box((w, n, t), t * 0.45, segments=4), (0, 0, t / 2)))
        made.add(move(box((w - 2 * b, n - 2 * b - 0.014, 0.0012), 0.0005), (0, 0.002, t)), "screen")
        made.add(move(lathe(rounded_rim(0.0032, 0.0008, 0.0003), segments=20), (0, -n / 2 + 0.006, t)), "button")
        return made.add(move(box((0.014, 0.002, 0.0012), 0.0005), (0, n / 2 - 0.005, t)), "button").build()
