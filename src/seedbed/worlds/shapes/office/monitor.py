"""A computer monitor on a foot, on or off."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move, rounded_rim, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "monitor")
class Monitor(Shape):
    group = "office"
    ranges = {"width": (0.5, 0.62), "ratio": (0.56, 0.64), "neck": (0.08, 0.13), "frame": (0.012, 0.022)}
    accents = {"screen": "screen_off", "foot": "dark"}
    states = {"on": {"screen": "screen"}, "off": {}}
    front = True

    def build(self, state: str = "on", **p: float) -> Mesh:
        w, h, n, t = p["width"], p["width"] * p["ratio"], p["neck"], p["frame"]
        z = n + h / 2
        made = MeshBuilder().add(move(box((w, 0.035, h), 0.008), (0, 0, z)))
        made.add(move(box((w - 2 * t, 0.004, h - 2 * t), 0.001), (0, -0.018, z)), "screen")
        made.add(move(box((0.06, 0.03, n + 0.06), 0.006), (0, 0.02, (n + 0.06) / 2)), "foot")
        made.add(
            move(stretch(lathe(rounded_rim(0.13, 0.014, 0.005), segments=36), (1.0, 0.72, 1.0)), (0, 0.02, 0)), "foot"
        )
        return made.build()
