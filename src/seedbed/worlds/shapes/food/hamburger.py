"""A hamburger: domed seeded bun, frilly lettuce, tomato, square cheese, dark patty, flat bun below."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, ellipsoid, lathe, move, rotate_z, rounded_rim
from seedbed.worlds.shapes.base import Shape


@register("shape", "hamburger")
class Hamburger(Shape):
    group = "food"
    ranges = {
        "radius": (0.05, 0.06),
        "dome": (0.036, 0.05),
        "patty": (0.013, 0.019),
        "lower": (0.016, 0.024),
        "frill": (0.003, 0.006),
    }
    accents = {"patty": "bark", "cheese": "orange", "tomato": "red", "lettuce": "leaf", "seeds": "cream"}

    def build(self, **p: float) -> Mesh:
        r, dome, low = p["radius"], p["dome"], p["lower"]
        made = MeshBuilder().add(lathe(rounded_rim(r * 0.97, low, low * 0.35), segments=32))
        z = low
        made.add(move(lathe(rounded_rim(r * 1.03, p["patty"], 0.005), segments=32), (0, 0, z - 0.001)), "patty")
        z += p["patty"]
        made.add(move(box((r * 1.62, r * 1.62, 0.004), 0.0015), (0, 0, z), rotate_z(0.6)), "cheese")
        made.add(move(lathe(rounded_rim(r * 0.98, 0.007, 0.003), segments=32), (0, 0, z + 0.001)), "tomato")
        z += 0.008
        vertices, normals, faces = lathe(rounded_rim(r * 1.1, 0.005, 0.002), segments=44)
        angle, out = np.arctan2(vertices[:, 1], vertices[:, 0]), np.hypot(vertices[:, 0], vertices[:, 1]) / r
        vertices[:, 2] += p["frill"] * np.sin(angle * 11) * np.clip(out - 0.7, 0, 1) * 2
        made.add(move((vertices, normals, faces), (0, 0, z + 0.0005)), "lettuce")
        z += 0.006
        arc = [(r * np.cos(a), 0.008 + dome * np.sin(a)) for a in np.linspace(0, np.pi / 2, 12)]
        made.add(move(lathe([(0, 0), (r * 0.9, 0), (r * 0.98, 0.003), *arc], segments=32, crease=60), (0, 0, z)))
        for i in range(18):
            tilt, a = 0.12 + 0.82 * np.sqrt((i + 0.5) / 18), i * 2.39996
            spot = np.array(
                [np.sin(tilt) * np.cos(a) * r, np.sin(tilt) * np.sin(a) * r, z + 0.008 + dome * np.cos(tilt)]
            )
            made.add(move(ellipsoid((0.0034, 0.002, 0.0018), segments=6, rings=4), spot, rotate_z(a)), "seeds")
        return made.build()
