"""An ice cream: two big scoops with a melting skirt on a ringed wafer cone, a cherry on top."""

import numpy as np

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, ball, ellipsoid, lathe, limb, move, ring
from seedbed.worlds.shapes.base import Shape


@register("shape", "ice_cream")
class IceCream(Shape):
    group = "food"
    ranges = {
        "cone": (0.08, 0.105),
        "scoop": (0.04, 0.048),
        "second": (0.72, 0.9),
        "foot": (0.008, 0.014),
        "wafer": (0.035, 0.055),
    }
    accents = {"cone": "crust", "cherry": "red"}
    upright = 1.25

    def build(self, **p: float) -> Mesh:
        h, r, foot = p["cone"], p["scoop"], p["foot"]
        mouth = r * 0.86
        grooves = [
            (foot + (mouth - foot) * k - 0.0014 * (i % 2), h * k) for i, k in enumerate(np.linspace(0.02, 0.9, 18))
        ]
        made = MeshBuilder().add(move(ellipsoid((r, r, r)), (0, 0, h + r * 0.5)))
        made.add(move(ellipsoid(np.full(3, r * p["second"])), (0.003, 0, h + r * 1.35 + r * p["second"] * 0.55)))
        collar = [(0, h * 0.9), (mouth, h * 0.9), (mouth * 1.08, h * 0.92), (mouth * 1.08, h), (mouth * 0.8, h * 1.01)]
        made.add(lathe([(0, 0), (foot, 0), *grooves, *collar[1:]], segments=28, crease=50), "cone")
        made.add(move(ring(r * 0.9, r * 0.17, segments=24, sides=8), (0, 0, h)))
        for i, drop in enumerate((0.3, 0.55, 0.25, 0.42)):
            a = i * np.pi / 2 + 0.5
            out = np.array([np.cos(a) * mouth * 1.1, np.sin(a) * mouth * 1.1, h])
            made.add(limb(out + np.array([0, 0, 0.006]), out - [0, 0, r * drop], 0.007, 0.006, segments=8))
        top = h + r * 1.35 + r * p["second"] * 1.5
        made.add(move(ball(r * 0.3, segments=14, rings=9), (0.003, 0, top)), "cherry")
        base = np.array([r * 0.3, 0.0, h + r * 1.9])
        return made.add(
            limb(base, base + np.array([p["wafer"] * 0.55, 0.01, p["wafer"] * 0.8]), 0.008, segments=10), "cone"
        ).build()
