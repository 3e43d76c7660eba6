"""What things are made of: object materials, and the surfaces of grounds and walls, by name.

A material takes a colour (linear RGB) and a length (metres: the object's height) that sets the size of its
texture. `colors` lists the colour terms that it comes in; None is all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seedbed.worlds.materials.colors import Rgb
from seedbed.worlds.render.scene import Surface

Make = Callable[[Rgb, float], Surface]


@dataclass(frozen=True)
class Substance:
    """A named material: how its surface is made, and the colour terms that it comes in (None: all)."""

    make: Make
    colors: tuple[str, ...] | None = None


def mixed(c: Rgb, scale: float, add: float = 0.0) -> Rgb:
    """Each channel times `scale` plus `add`, kept in 0..1."""
    r, g, b = (min(max(v * scale + add, 0.0), 1.0) for v in c)
    return r, g, b


def _contrast(c: Rgb) -> Rgb:
    """A pattern's second colour: pale, or a shade where the first is pale."""
    return mixed(c, 0.5) if sum(c) / 3 > 0.5 else mixed(c, 0.2, 0.62)


def _rust(c: Rgb, h: float) -> Surface:
    return Surface("rust", mixed(c, 1.0), mixed(c, 0.3, 0.12), 0.5, 0.35, 1.6 / h, 0.3)


def _wood(c: Rgb, h: float) -> Surface:
    return Surface("wood", mixed(c, 1.15, 0.01), mixed(c, 0.45), 0.42, 0.0, 1.3 / h)


def _marble(c: Rgb, h: float) -> Surface:
    light = sum(c) / 3 > 0.25
    return Surface("marble", mixed(c, 1.0), mixed(c, 0.3) if light else mixed(c, 0.7, 0.35), 0.16, 0.0, 1.6 / h)


def _granite(c: Rgb, h: float) -> Surface:
    light = sum(c) / 3 > 0.12
    return Surface("speckle", mixed(c, 0.95), mixed(c, 0.4) if light else mixed(c, 1.0, 0.25), 0.28, 0.0, 1.6 / h)


def _glass(c: Rgb, h: float) -> Surface:
    return Surface("plain", mixed(c, 0.75, 0.25), None, 0.03, 0.0, 1.0, 0.0, 0.0, 1.0)


SUBSTANCES: dict[str, Substance] = {
    "rubber": Substance(lambda c, h: Surface("plain", c, roughness=0.75)),
    "plastic": Substance(lambda c, h: Surface("plain", c, roughness=0.28)),
    "wood": Substance(_wood),
    "metal": Substance(
        lambda c, h: Surface("brushed", mixed(c, 0.85, 0.06), None, 0.3, 0.85, 3.0 / h, 0.03),
    ),
    "polished_metal": Substance(lambda c, h: Surface("plain", mixed(c, 0.8, 0.16), roughness=0.07, metalness=1.0)),
    "rusted_metal": Substance(_rust, ("brown", "orange", "red")),
    "glass": Substance(_glass, ("white", "red", "green", "yellow", "blue", "orange", "pink", "purple", "cyan")),
    "ceramic": Substance(lambda c, h: Surface("plain", mixed(c, 0.97, 0.01), roughness=0.1)),
    "fabric": Substance(
        lambda c, h: Surface("woven", mixed(c, 0.55), mixed(c, 1.45, 0.02), 0.95, 0.0, 0.5 / h, 0.25),
    ),
    "knit": Substance(lambda c, h: Surface("knit", mixed(c, 1.1, 0.01), mixed(c, 0.35), 0.95, 0.0, 0.9 / h, 0.3)),
    "checked": Substance(lambda c, h: Surface("checker", c, _contrast(c), 0.9, 0.0, 7.0 / h)),
    "striped": Substance(lambda c, h: Surface("stripes", c, _contrast(c), 0.9, 0.0, 4.5 / h)),
    "leather": Substance(lambda c, h: Surface("leather", c, None, 0.45, 0.0, 1.4 / h, 0.25)),
    "paper": Substance(lambda c, h: Surface("plaster", mixed(c, 0.9, 0.05), None, 0.95, 0.0, 2.0 / h, 0.05)),
    "cork": Substance(
        lambda c, h: Surface("cork", mixed(c, 1.7, 0.05), mixed(c, 0.9), 0.9, 0.0, 1.1 / h, 0.2), ("brown", "orange")
    ),
    "marble": Substance(_marble, ("white", "black", "gray", "green", "pink", "brown")),
    "granite": Substance(_granite, ("gray", "black", "white", "pink", "red", "brown")),
}
MATERIALS = tuple(SUBSTANCES)


def surface(material: str, color: Rgb, height: float) -> Surface:
    """The surface of an object of this height (m) in a material and linear colour."""
    return SUBSTANCES[material].make(color, height)


# (colour at 1, second colour at 1, texture, roughness, cells a metre, bump); the tint multiplies both colours
_GROUNDS: dict[str, tuple[Rgb, Rgb, str, float, float, float]] = {
    "plain": ((0.7, 0.7, 0.7), (0.7, 0.7, 0.7), "plain", 0.7, 2.0, 0.0),
    "planks": ((0.72, 0.52, 0.34), (0.4, 0.26, 0.15), "planks", 0.45, 3.2, 0.0),
    "cloth": ((0.5, 0.5, 0.5), (0.9, 0.9, 0.9), "woven", 0.95, 1.1, 0.2),
    "tiles": ((0.85, 0.85, 0.85), (0.35, 0.35, 0.35), "tiles", 0.25, 4.0, 0.0),
    "marble": ((0.86, 0.85, 0.83), (0.34, 0.34, 0.36), "marble", 0.18, 2.2, 0.0),
    "carpet": ((0.5, 0.42, 0.4), (0.36, 0.28, 0.27), "grain", 0.98, 5.0, 0.25),
    "checked": ((0.8, 0.79, 0.76), (0.3, 0.32, 0.36), "checker", 0.35, 3.4, 0.0),
    "grass": ((0.16, 0.3, 0.05), (0.06, 0.14, 0.02), "grass", 0.95, 3.2, 0.3),
    "sand": ((0.72, 0.58, 0.36), (0.6, 0.46, 0.27), "grain", 0.98, 4.0, 0.2),
    "soil": ((0.22, 0.13, 0.07), (0.11, 0.06, 0.03), "grain", 0.98, 2.5, 0.4),
    "concrete": ((0.5, 0.5, 0.49), (0.42, 0.42, 0.41), "speckle", 0.9, 2.4, 0.0),
}
_WALLS: dict[str, tuple[Rgb, Rgb, str, float, float, float]] = {
    "plaster": ((0.95, 0.95, 0.95), (0.95, 0.95, 0.95), "plaster", 0.9, 4.0, 0.04),
    "bricks": ((0.5, 0.24, 0.16), (0.55, 0.52, 0.48), "bricks", 0.9, 9.0, 0.0),
    "striped": ((0.86, 0.84, 0.8), (0.66, 0.7, 0.74), "stripes", 0.9, 4.0, 0.0),
    "panels": ((0.74, 0.62, 0.46), (0.5, 0.38, 0.25), "planks", 0.6, 2.4, 0.0),
}
GROUNDS, WALLS = tuple(_GROUNDS), tuple(_WALLS)


def ground(name: str, tint: Rgb) -> Surface:
    """A ground or table top; `tint` is a pale linear colour."""
    return _tinted(_GROUNDS[name], tint)


def wall(name: str, tint: Rgb) -> Surface:
    """A wall; `tint` is a pale linear colour."""
    return _tinted(_WALLS[name], tint)


def _tinted(entry: tuple[Rgb, Rgb, str, float, float, float], tint: Rgb) -> Surface:
    first, second, kind, rough, scale, bump = entry
    one = (first[0] * tint[0], first[1] * tint[1], first[2] * tint[2])
    two = (second[0] * tint[0], second[1] * tint[1], second[2] * tint[2])
    return Surface(kind, one, two, rough, 0.0, scale, bump)
