"""A plan's scene graph without rendering: boxes and visibility are estimated from the objects' 3D boxes.

For planning questions and probes over many scenes; a rendered scene's graph has the exact figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seedbed.worlds.layout.body import body_of
from seedbed.worlds.layout.camera import eye_of
from seedbed.worlds.objects.truth import pictured

GRID = 64  # cells along the picture's side
SLIM = 0.8  # of the box of an object's 3D box: how far its outline reaches, on average


def sketched(plan: Mapping[str, Any], size: int) -> dict[str, Any]:
    """The scene graph as `seedbed.dataset.schema.SCENE` (without camera matrices), of a picture of `size` pixels."""
    view = eye_of(plan["camera"])
    seen = [_outline(view.bounds(body_of(thing, posed=True).box())) for thing in plan["objects"]]
    owner = np.full((GRID, GRID), -1)
    for number in sorted(range(len(seen)), key=lambda k: -seen[k][2]):
        owner[seen[number][0]] = number
    return pictured(plan, size, size, [_facts(owner, *outline[:2], k, size) for k, outline in enumerate(seen)])


def _outline(bounds: tuple[Any, float]) -> tuple[np.ndarray, float, float]:
    """(mask of the ellipse in the box, its area beyond the picture too, depth)."""
    (x0, y0, x1, y1), depth = bounds
    centre = (np.arange(GRID) + 0.5) / GRID
    across = ((centre - (x0 + x1) / 2) / max(SLIM * (x1 - x0) / 2, 1e-6)) ** 2
    down = ((centre - (y0 + y1) / 2) / max(SLIM * (y1 - y0) / 2, 1e-6)) ** 2
    return down[:, None] + across[None, :] <= 1.0, 0.785 * SLIM**2 * (x1 - x0) * (y1 - y0), depth


def _facts(owner: np.ndarray, mask: np.ndarray, area: float, number: int, size: int) -> dict[str, Any]:
    shown, whole = owner == number, int(np.count_nonzero(mask))
    visible, scale = int(np.count_nonzero(shown)), size * size / GRID**2
    small = whole < 4 and area > 0  # too small for the grid
    amodal = area * size * size if small and whole else whole * scale
    return {
        "bbox_xyxy": _box(shown, size),
        "amodal_bbox_xyxy": _box(mask, size),
        "visible_pixels": round(amodal * (visible / whole)) if whole else 0,
        "amodal_pixels": round(amodal),
        "visibility": visible / whole if whole else 0.0,
    }


def _box(mask: np.ndarray, size: int) -> list[float]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return [0.0, 0.0, 0.0, 0.0]
    k = size / GRID
    return [columns[0] * k, rows[0] * k, (columns[-1] + 1) * k, (rows[-1] + 1) * k]
