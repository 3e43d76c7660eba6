"""A striped watermelon with a curly stem, and a half-moon slice with red flesh and seeds standing before it."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ellipsoid, grid_faces, move, rotate_x, slab, tube
from seedbed.worlds.shapes.base import Shape


@register("shape", "watermelon")
class Watermelon(Shape):
    group = "food"
    ranges = {
        "radius": (0.1, 0.125),
        "length": (0.13, 0.175),
        "stripes": (0.014, 0.022),
        "slice": (0.09, 0.115),
        "thick": (0.024, 0.036),
    }
    accents = {"stripes": "leaf", "rind": "paper", "flesh": "red", "seeds": "dark"}
    front = True

    def build(self, **p: float) -> Mesh:
        r, n, s, t = p["radius"], p["length"], p["slice"], p["thick"]
        made = MeshBuilder().add(move(ellipsoid((n, r, r), segments=28, rings=18), (0, 0, r)))
        k = np.linspace(0.12, np.pi - 0.12, 25)[:, None]
        wide = (p["stripes"] * np.sin(k) * (1 + 0.3 * np.sin(k * 18)) + 0.002) / (r * np.sin(k))
        for a in np.arange(8) * np.pi / 4 + 0.39:
            around = a + wide * np.linspace(-1, 1, 5)
            out = np.stack(
                [np.cos(k) + 0 * around, np.sin(k) * np.cos(around), np.sin(k) * np.sin(around)], -1
            ).reshape(-1, 3)
            normals = out / [n, r, r]
            normals /= np.linalg.norm(normals, axis=1, keepdims=True)
            made.add((1.012 * out * [n, r, r] + (0, 0, r), normals, grid_faces(25, 5, flip=True)), "stripes")
        j = np.linspace(0, 1, 9)
        stem = np.stack([n - 0.006 + 0.04 * j, 0.02 * np.sin(j * 5) * j, r + 0.03 * j**2], 1)
        made.add(tube(stem, 0.005, segments=8), "stripes")
        turn = np.linspace(np.pi, 2 * np.pi, 25)
        half = np.stack([np.cos(turn), np.sin(turn)], 1)
        lean = rotate_x(np.pi / 2 - 0.28)
        place = np.array([0, -r - t - 0.012, s])
        for scale, grow, part in ((1.0, 0.001, "body"), (0.92, 0.003, "rind"), (0.86, 0.005, "flesh")):
            outline = np.concatenate([half * s * scale, [[s * scale, grow], [-s * scale, grow]]])
            made.add(move(slab(outline, t + 2 * grow), place + lean @ [0, 0, -t / 2 - grow], lean), part)
        for i, a in enumerate(np.linspace(3.5, 5.92, 7)):
            reach = s * (0.62 if i % 2 else 0.4)
            for side in (-1, 1):
                seed = ellipsoid((0.004, 0.006, 0.002), segments=8, rings=5)
                spot = lean @ [np.cos(a) * reach, np.sin(a) * reach, side * (t / 2 + 0.005)]
                made.add(move(seed, place + spot, lean), "seeds")
        return made.build()
