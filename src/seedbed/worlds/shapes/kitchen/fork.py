"""A fork lying on the table."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, limb, move, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "fork")
class Fork(Shape):
    group = "kitchen"
    ranges = {"length": (0.18, 0.21), "head": (0.026, 0.032), "tines": (0.045, 0.055), "grip": (0.016, 0.022)}

    def build(self, **p: float) -> Mesh:
        n, w, t, g = p["length"], p["head"], p["tines"], p["grip"]
        body = n - t - 0.03
        shaft = [
            (-n / 2, 0, 0.004),
            (-n / 2 + body * 0.5, 0, 0.005),
            (-n / 2 + body, 0, 0.013),
            (-n / 2 + body + 0.03, 0, 0.008),
        ]
        made = MeshBuilder().add(tube(shaft, [g * 0.2, g * 0.16, 0.0026, 0.0034], segments=10, flatten=2.4))
        made.add(move(box((0.026, w, 0.004), 0.0018), (n / 2 - t - 0.006, 0, 0.008)))
        for k in range(4):
            y = (k - 1.5) * (w - 0.005) / 3
            made.add(limb((n / 2 - t - 0.002, y, 0.008), (n / 2, y, 0.014), 0.0026, 0.0016, segments=8))
        return made.build()
