"""A frying pan with a long handle."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, tube
from seedbed.worlds.shapes.base import Shape, Support


@register("shape", "pan")
class Pan(Shape):
    group = "kitchen"
    ranges = {"radius": (0.11, 0.14), "height": (0.04, 0.055), "handle": (0.16, 0.21), "flare": (0.01, 0.024)}
    accents = {"handle": "dark"}

    def build(self, **p: float) -> Mesh:
        r, h, n, f = p["radius"], p["height"], p["handle"], p["flare"]
        base = r - f
        profile = [
            (0, 0),
            (base - 0.004, 0),
            (base, 0.004),
            (r, h),
            (r - 0.003, h + 0.001),
            (base - 0.004, 0.008),
            (0, 0.006),
        ]
        path = [(r - 0.006, 0, h * 0.8), (r + n * 0.2, 0, h * 0.95), (r + n * 0.6, 0, h * 1.12), (r + n, 0, h * 1.12)]
        made = MeshBuilder().add(lathe(profile, segments=48))
        return made.add(tube(path, [0.008, 0.01, 0.013, 0.011], segments=12, flatten=1.4), "handle").build()

    def supports(self, **p: float) -> list[Support]:
        side = (p["radius"] - p["flare"]) * 1.3
        return [Support(0.008, side, side, inside=True)]
