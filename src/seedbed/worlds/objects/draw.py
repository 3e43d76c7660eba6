"""One object from its factors: variant, size, colour; and the conditional levels of materials and states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed import registry
from seedbed.errors import UsageError, nearest
from seedbed.worlds.materials.catalogue import SUBSTANCES
from seedbed.worlds.materials.colors import COLORS, jittered
from seedbed.worlds.objects.build import VARIANTS, dimensions, extent_of, fit, shape_of
from seedbed.worlds.objects.draws import Draws

SIZES = {"small": 0.17, "large": 0.28}  # metres on a table: height allowed; width is a fifth more
NO_STATE = "none"
Thing = dict[str, Any]


def draw_object(levels: Mapping[str, Any], draws: Draws, *, natural: bool = False) -> Thing:
    """A plan's object: names, variant, scale and dimensions. `natural`: at its natural size, not the table's."""
    category, state = str(levels["category"]), str(levels.get("state", NO_STATE))
    variant = draws.integer(0, VARIANTS - 1)
    shape, extent = shape_of(category), extent_of(category, variant, state)
    stretch = (draws.uniform(0.95, 1.05), draws.uniform(0.95, 1.05), draws.uniform(0.95, 1.05))
    spread = draws.uniform(0.94, 1.06)
    if natural:
        bigger = spread * shape.metres * (1.12 if levels["size"] == "large" else 0.9)
        scale = (stretch[0] * bigger, stretch[1] * bigger, stretch[2] * bigger)
    else:
        height = SIZES[str(levels["size"])] * spread
        scale = fit(extent, height * shape.upright, height * 1.2, stretch)
    rounded = (round(scale[0], 5), round(scale[1], 5), round(scale[2], 5))
    tint = (draws.uniform(-1, 1), draws.uniform(-1, 1), draws.uniform(-1, 1))
    return {
        "category": category,
        "group": shape.group,
        "color": str(levels["color"]),
        "material": str(levels["material"]),
        "size": str(levels["size"]),
        "state": state,
        "variant": variant,
        "scale": list(rounded),
        "rgb": jittered(str(levels["color"]), draws.uniform(-1, 1), tint),
        "dimensions": dimensions(extent, rounded),
    }


def draw_levels(
    category: str, draws: Draws, palette: Mapping[str, tuple[str, ...]], named: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Levels of an object that no design asked for: those named, the others drawn.

    `palette` holds the materials to draw from, and the colours of each.
    """
    named = named or {}
    fits = [m for m in palette if "color" not in named or colors_of(m, (named["color"],))]
    material = named.get("material") or draws.pick(fits or list(palette))
    colors = palette.get(material) or colors_of(material, tuple(COLORS))
    return {
        "category": category,
        "material": material,
        "color": named.get("color") or draws.pick(colors),
        "size": named.get("size") or draws.pick(tuple(SIZES)),
        "state": named.get("state") or draws.pick(states_of(category)),
    }


def states_of(category: str) -> tuple[str, ...]:
    """The functional states of a category; ("none",) where it has none."""
    return tuple(shape_of(category).states) or (NO_STATE,)


def colors_of(material: str, colors: Sequence[str]) -> tuple[str, ...]:
    """Those of the colours that a material comes in."""
    known = SUBSTANCES[material].colors
    return tuple(colors) if known is None else tuple(c for c in colors if c in known)


def known_shapes(chosen: Sequence[str] | None, where: str) -> tuple[str, ...]:
    """The shapes, in the order given: a design's long tail follows it."""
    return chosen_levels("categories", chosen, registry.names("shape"), where)


def chosen_levels(option: str, chosen: Sequence[str] | None, known: Sequence[str], where: str) -> tuple[str, ...]:
    """A part of the known levels; UsageError names the nearest known one."""
    for name in chosen or ():
        if name not in known:
            raise UsageError(f"no '{name}' in {option}", where=where, hint=nearest(str(name), known))
    if chosen is not None and (isinstance(chosen, str) or len(set(chosen)) < max(1, len(chosen))):
        raise UsageError(f"{option} is {chosen}", where=where, hint="give a list, each once")
    return tuple(chosen or known)


def object_range(objects: int | Sequence[int], most: int, where: str) -> tuple[int, int]:
    """How many objects a scene has: a number, or [low, high], from 1 to `most`."""
    try:
        low, high = (objects, objects) if isinstance(objects, int) else objects
        fits = 1 <= low <= high <= most
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise UsageError(f"objects is {objects}", where=where, hint=f"give a number or [low, high] from 1 to {most}")
    return int(low), int(high)
