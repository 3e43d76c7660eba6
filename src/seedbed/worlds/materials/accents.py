"""Accents: surfaces of parts that do not carry the object's own colour and material."""

from seedbed.worlds.render.scene import Surface

ACCENTS: dict[str, Surface] = {
    "dark": Surface("plain", (0.03, 0.03, 0.035), roughness=0.4),
    "tyre": Surface("plain", (0.025, 0.025, 0.027), roughness=0.85),
    "pale": Surface("plain", (0.78, 0.76, 0.72), roughness=0.3),
    "cream": Surface("plain", (0.8, 0.68, 0.44), roughness=0.55),
    "paper": Surface("plain", (0.86, 0.84, 0.78), roughness=0.9),
    "steel": Surface("plain", (0.55, 0.56, 0.58), roughness=0.3, metalness=0.9),
    "mirror": Surface("plain", (0.86, 0.88, 0.9), roughness=0.03, metalness=1.0),
    "brass": Surface("plain", (0.72, 0.5, 0.18), roughness=0.3, metalness=0.9),
    "screen": Surface("plain", (0.2, 0.28, 0.36), roughness=0.12, emission=0.7),
    "screen_off": Surface("plain", (0.015, 0.017, 0.02), roughness=0.1),
    "window": Surface("plain", (0.05, 0.08, 0.11), roughness=0.06),
    "glow": Surface("plain", (1.0, 0.86, 0.55), roughness=0.5, emission=2.2),
    "glow_off": Surface("plain", (0.7, 0.66, 0.5), roughness=0.15),
    "flame": Surface("plain", (1.0, 0.45, 0.08), roughness=0.6, emission=2.4),
    "wood": Surface("wood", (0.55, 0.33, 0.16), (0.3, 0.16, 0.07), roughness=0.45, scale=7.0),
    "bark": Surface("wood", (0.16, 0.09, 0.045), (0.07, 0.04, 0.02), roughness=0.9, scale=12.0),
    "leaf": Surface("plain", (0.07, 0.26, 0.045), roughness=0.6),
    "leaf_pale": Surface("plain", (0.42, 0.52, 0.36), roughness=0.2),
    "wine": Surface("plain", (0.22, 0.006, 0.02), roughness=0.05),
    "soil": Surface("speckle", (0.09, 0.055, 0.03), (0.035, 0.02, 0.012), roughness=0.95, scale=14.0),
    "liquid": Surface("plain", (0.11, 0.045, 0.015), roughness=0.05),
    "water": Surface("plain", (0.12, 0.3, 0.42), roughness=0.04),
    "crust": Surface("plain", (0.5, 0.25, 0.075), roughness=0.8),
    "red": Surface("plain", (0.5, 0.02, 0.02), roughness=0.4),
    "pink": Surface("plain", (0.78, 0.34, 0.38), roughness=0.6),
    "orange": Surface("plain", (0.85, 0.3, 0.02), roughness=0.5),
}
