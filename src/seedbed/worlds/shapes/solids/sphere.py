"""A ball, a little flattened or stretched."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe
from seedbed.worlds.shapes.base import Shape


@register("shape", "sphere")
class Sphere(Shape):
    ranges = {"stretch": (0.94, 1.06), "belly": (-0.03, 0.03), "foot": (0.0, 0.02)}

    def build(self, **p: float) -> Mesh:
        turn = np.linspace(-np.pi / 2, np.pi / 2, 22)
        radius = np.maximum(np.cos(turn) * (1 + p["belly"] * np.sin(2 * turn)), 0)
        height = p["stretch"] * (np.sin(turn) + 1) - p["foot"]
        profile = np.stack([radius, np.maximum(height, 0)], 1)
        return MeshBuilder().add(lathe(profile, segments=40, crease=60)).build()
