"""Colours and materials of the tabletop: eight colour names, four materials that take a colour, accents, backdrops.

Colours are CLEVR's eight names. They are given in sRGB and jittered in lightness and tint within the name,
then made linear for rendering.
"""

from __future__ import annotations

import numpy as np

from seedbed.worlds.render.scene import Color, Surface

COLORS: dict[str, tuple[int, int, int]] = {
    "gray": (118, 118, 118),
    "red": (190, 28, 30),
    "blue": (36, 66, 205),
    "green": (30, 122, 34),
    "brown": (112, 66, 28),
    "purple": (124, 36, 172),
    "cyan": (38, 190, 198),
    "yellow": (236, 200, 28),
}
MATERIALS = ("rubber", "metal", "fabric", "wood")
BACKGROUNDS = ("plain", "planks", "cloth", "tiles")


def linear(srgb: np.ndarray) -> np.ndarray:
    """sRGB 0..1 to linear light 0..1 (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def jittered(name: str, rng: np.random.Generator) -> list[float]:
    """The named colour in linear RGB with a small change of lightness and tint, rounded to 4 digits."""
    srgb = np.array(COLORS[name]) / 255
    tint = rng.uniform(-0.025, 0.025, 3) if name != "gray" else np.full(3, rng.uniform(-0.015, 0.015))
    return [round(float(v), 4) for v in linear(np.clip(srgb * rng.uniform(0.9, 1.1) + tint, 0.01, 0.98))]


def surface(material: str, color: list[float], height: float) -> Surface:
    """The surface of an object of this height (m) in a material and linear colour."""
    c = np.array(color)
    if material == "metal":
        bright = _color(np.clip(c * 0.85 + 0.06, 0, 1))
        return Surface("brushed", bright, roughness=0.3, metalness=0.85, scale=3.0 / height, bump=0.03)
    if material == "fabric":
        return Surface("woven", _color(c * 0.55), _color(np.clip(c * 1.45 + 0.02, 0, 1)), 0.95, 0.0, 0.5 / height, 0.25)
    if material == "wood":
        return Surface("wood", _color(np.clip(c * 1.15 + 0.01, 0, 1)), _color(c * 0.45), 0.42, 0.0, 1.3 / height)
    return Surface("plain", _color(c), roughness=0.75, scale=2.0 / height)


ACCENTS = {
    "dark": Surface("plain", (0.03, 0.03, 0.035), roughness=0.4),
    "pale": Surface("plain", (0.78, 0.76, 0.72), roughness=0.3),
    "steel": Surface("plain", (0.55, 0.56, 0.58), roughness=0.3, metalness=0.9),
    "screen": Surface("plain", (0.2, 0.28, 0.36), roughness=0.12, emission=0.7),
}


def backdrop(name: str, tint: list[float]) -> tuple[Surface, Surface]:
    """(table, wall) of a background; `tint` is a pale linear colour."""
    t = np.array(tint)
    wall = Surface("plaster", _color(t * 0.95), roughness=0.9, scale=4.0, bump=0.04)
    tables = {
        "plain": Surface("plain", _color(t * 0.7), roughness=0.7, scale=2.0),
        "planks": Surface("planks", _color(t * [0.72, 0.52, 0.34]), _color(t * [0.4, 0.26, 0.15]), 0.45, 0, 3.2),
        "cloth": Surface("woven", _color(t * 0.5), _color(t * 0.9), 0.95, 0.0, 1.1, 0.2),
        "tiles": Surface("tiles", _color(t * 0.85), _color(t * 0.35), 0.25, 0.0, 4.0),
    }
    return tables[name], wall


def _color(values: np.ndarray) -> Color:
    return float(values[0]), float(values[1]), float(values[2])
