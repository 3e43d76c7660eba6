"""Colour names: the eleven basic colour terms of English (Berlin & Kay 1969), and CLEVR's cyan."""

from __future__ import annotations

Rgb = tuple[float, float, float]

COLORS: dict[str, tuple[int, int, int]] = {  # sRGB
    "gray": (118, 118, 118),
    "red": (190, 28, 30),
    "blue": (36, 66, 205),
    "green": (30, 122, 34),
    "brown": (112, 66, 28),
    "purple": (124, 36, 172),
    "cyan": (38, 190, 198),
    "yellow": (236, 200, 28),
    "orange": (234, 112, 14),
    "pink": (240, 130, 170),
    "white": (236, 234, 230),
    "black": (24, 24, 26),
}
BASIC = ("black", "white", "red", "green", "yellow", "blue", "brown", "orange", "pink", "purple", "gray")
NEUTRAL = ("black", "white", "gray")


def linear(value: float) -> float:
    """sRGB 0..1 to linear light 0..1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def jittered(name: str, lightness: float, tint: tuple[float, float, float]) -> list[float]:
    """The named colour in linear RGB, its lightness and tint changed a little by numbers in -1..1."""
    amount = 0.008 if name in NEUTRAL else 0.025
    scale = 1 + 0.1 * lightness if name not in ("white", "black") else 1 + 0.04 * lightness
    values = [c / 255 * scale + amount * t for c, t in zip(COLORS[name], tint)]
    return [round(linear(min(max(v, 0.01), 0.98)), 4) for v in values]
