"""A hat with a brim and a band."""

from seedbed.registry import register
from seedbed.worlds.geometry import Mesh, MeshBuilder, lathe, stretch
from seedbed.worlds.shapes.base import Shape


@register("shape", "hat")
class Hat(Shape):
    group = "household"
    ranges = {"brim": (0.15, 0.19), "crown": (0.085, 0.1), "height": (0.1, 0.14), "curl": (0.008, 0.03)}
    accents = {"band": "dark"}

    def build(self, **p: float) -> Mesh:
        b, c, h, k = p["brim"], p["crown"], p["height"], p["curl"]
        top = [(c * 0.9, h * 0.86), (c * 0.78, h * 0.97), (c * 0.5, h), (0, h * 0.96)]
        made = MeshBuilder().add(
            stretch(
                lathe(
                    [(0, 0.002), (b * 0.8, 0.002), (b, k), (b - 0.002, k + 0.004), (c + 0.012, 0.008), (c, 0.02), *top],
                    segments=48,
                ),
                (0.86, 1.0, 1.0),
            )
        )
        band = lathe([(c, 0.014), (c + 0.003, 0.016), (c * 0.985 + 0.003, h * 0.3), (c * 0.985, h * 0.3)], segments=48)
        return made.add(stretch(band, (0.86, 1.0, 1.0)), "band").build()
