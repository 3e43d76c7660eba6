"""A teapot: a belly, a spout, a handle, a lid."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "teapot")
class Teapot(Shape):
    group = "kitchen"
    ranges = {"radius": (0.075, 0.095), "height": (0.11, 0.14), "spout": (0.06, 0.085), "handle": (0.04, 0.055)}

    def build(self, **p: float) -> Mesh:
        r, h, s, g = p["radius"], p["height"], p["spout"], p["handle"]
        turn = np.linspace(-1.15, 1.25, 16)
        belly = [(r * np.cos(x), h * 0.5 + h * 0.53 * np.sin(x)) for x in turn]
        foot, neck = belly[0], belly[-1]
        lid = [
            (neck[0] + 0.004, neck[1]),
            (neck[0], neck[1] + 0.008),
            (0.012, neck[1] + 0.02),
            (0.008, neck[1] + 0.026),
        ]
        knob = [(0.014, neck[1] + 0.034), (0.012, neck[1] + 0.044), (0, neck[1] + 0.048)]
        made = MeshBuilder().add(
            lathe([(0, foot[1] - 0.004), (foot[0], foot[1] - 0.004), *belly, *lid, *knob], segments=44)
        )
        path = [(r * 0.8, 0, h * 0.34), (r + s * 0.4, 0, h * 0.42), (r + s * 0.7, 0, h * 0.7), (r + s, 0, h * 0.94)]
        made.add(tube(path, [0.022, 0.017, 0.012, 0.01], segments=14))
        bow = np.linspace(-1.5, 1.5, 18)
        arch = np.stack([-r * 0.88 - g * np.cos(bow), 0 * bow, h * 0.54 + h * 0.3 * np.sin(bow)], 1)
        return made.add(tube(arch, 0.0085, segments=10)).build()
