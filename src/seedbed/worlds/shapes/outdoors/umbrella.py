"""An open umbrella leaning on its rim, eight panels and a hooked handle."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, limb, move, rotate_y, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "umbrella")
class Umbrella(Shape):
    group = "outdoors"
    ranges = {"radius": (0.48, 0.58), "depth": (0.2, 0.28), "shaft": (0.78, 0.9), "lean": (0.75, 0.95)}
    accents = {"shaft": "dark", "handle": "wood"}

    def build(self, **p: float) -> Mesh:
        r, d, n = p["radius"], p["depth"], p["shaft"]
        turn = np.linspace(0, np.pi / 2, 12)
        dome = [(r * np.sin(x), n - d * (1 - np.cos(x))) for x in turn]
        shell = lathe([(x * 0.985, z - 0.006) for x, z in dome[::-1]][:-1] + [(0, n - 0.006)], segments=48, crease=60)
        v, q, f = lathe([(max(x, 0.0), z) for x, z in dome[::-1]], segments=48, crease=60)
        lean = rotate_y(p["lean"] + np.pi / 2 - 0.55)
        made = MeshBuilder()
        made.add(move((v, q, f), rotation=lean))
        made.add(move((shell[0], -shell[1], shell[2][:, ::-1]), rotation=lean))
        made.add(move(limb((0, 0, 0), (0, 0, n + 0.04), 0.009), rotation=lean), "shaft")
        hook = np.linspace(0, np.pi, 12)
        path = np.stack([0.045 - 0.045 * np.cos(hook), 0 * hook, -0.045 * np.sin(hook)], 1)
        return made.add(move(tube(path, 0.013, segments=10), rotation=lean), "handle").build()
