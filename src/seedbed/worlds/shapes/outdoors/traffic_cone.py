"""A traffic cone: a square foot, a cone with pale bands."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, box, lathe, move
from seedbed.worlds.shapes.base import Shape


@register("shape", "traffic_cone")
class TrafficCone(Shape):
    group = "outdoors"
    ranges = {"radius": (0.13, 0.16), "height": (0.42, 0.52), "foot": (0.34, 0.42), "tip": (0.022, 0.032)}
    accents = {"bands": "pale"}
    upright = 1.15

    def build(self, **p: float) -> Mesh:
        r, h, f, t = p["radius"], p["height"], p["foot"], p["tip"]
        made = MeshBuilder().add(move(box((f, f, 0.03), 0.012), (0, 0, 0.015)))

        def wide(z: float) -> float:
            return r + (t - r) * z / h

        made.add(lathe([(wide(0), 0.028), (wide(h), h), (wide(h) - 0.006, h + 0.004), (0, h + 0.002)], segments=36))
        for low, high in ((0.36, 0.52), (0.68, 0.8)):
            made.add(
                lathe(
                    [
                        (wide(low * h), low * h),
                        (wide(low * h) + 0.003, low * h),
                        (wide(high * h) + 0.003, high * h),
                        (wide(high * h), high * h),
                    ],
                    segments=36,
                ),
                "bands",
            )
        return made.build()
