"""A table lamp: a coloured shade on a thin stem and a round foot."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ball, lathe, move, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "lamp")
class Lamp(Shape):
    group = "office"
    ranges = {"foot": (0.075, 0.1), "top": (0.05, 0.085), "rim": (0.125, 0.155), "height": (0.36, 0.44)}
    accents = {"stem": "steel", "bulb": "pale"}
    states = {"off": {}, "on": {"bulb": "glow"}}
    upright = 1.25

    def build(self, state: str = "off", **p: float) -> Mesh:
        h, rim, top, wall = p["height"], p["rim"], p["top"], 0.004
        low, high = h * 0.54, h
        shade = [(rim, low), (top, high), (top - wall, high), (rim - wall, low), (rim, low)]
        stem = move(lathe(rounded_rim(0.011, h * 0.9, 0.003), segments=16), (0, 0, 0.01))
        return (
            MeshBuilder()
            .add(lathe(shade, segments=44))
            .add(stem, "stem")
            .add(move(ball(0.034, segments=20, rings=12), (0, 0, h * 0.66)), "bulb")
            .add(move(lathe(rounded_rim(top * 0.93, 0.004, 0.001), segments=28), (0, 0, h * 0.99)), "bulb")
            .add(lathe(rounded_rim(p["foot"], 0.022, 0.007), segments=36))
            .build()
        )
