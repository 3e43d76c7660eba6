"""Shapes as bodies: variants of a category, fitted to a size, with their dimensions, supports and meshes.

A category has 32 variants: its parameters are drawn from (category, variant) alone, so a variant's extent is
computed once and planning builds no mesh. Each object is then stretched a little, so no two are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from seedbed import registry
from seedbed.lineage import row_rng
from seedbed.worlds.geometry import Mesh
from seedbed.worlds.shapes.base import Parameters, Shape, Support

VARIANTS = 32
SHAPES_VERSION = "1"  # changes the parameters of every variant

Scale = tuple[float, float, float]


@dataclass(frozen=True)
class Extent:
    """A variant's bounding box before fitting, and where things can stand on it."""

    low: tuple[float, float, float]
    size: tuple[float, float, float]
    supports: tuple[Support, ...]

    @property
    def base(self) -> tuple[float, float, float]:
        """The point that is put on the ground: the middle of the box's lower face."""
        return self.low[0] + self.size[0] / 2, self.low[1] + self.size[1] / 2, self.low[2]


@lru_cache(maxsize=512)
def shape_of(category: str) -> Shape:
    """The category's program."""
    made: Shape = registry.get("shape", category)()
    return made


@lru_cache(maxsize=65536)
def parameters_of(category: str, variant: int) -> Parameters:
    """The shape parameters of a variant."""
    return shape_of(category).draw(row_rng(f"shape/{category}", SHAPES_VERSION, 0, variant))


@lru_cache(maxsize=1024)
def mesh_of(category: str, variant: int, state: str) -> Mesh:
    """A variant's mesh in the units of `build`."""
    return shape_of(category).build(**_arguments(category, variant, state))


@lru_cache(maxsize=65536)
def extent_of(category: str, variant: int, state: str) -> Extent:
    """A variant's box and supports."""
    low, high = mesh_of(category, variant, state).bounds
    supports = shape_of(category).supports(**_arguments(category, variant, state))
    size = high - low
    return Extent(_triple(low), _triple(size), tuple(supports))


def _arguments(category: str, variant: int, state: str) -> dict[str, Any]:
    """What `build` and `supports` take: the parameters, and the state where the category has any."""
    given = {"state": state} if shape_of(category).states else {}
    return {**parameters_of(category, variant), **given}


def fit(extent: Extent, height: float, width: float, stretch: Scale) -> Scale:
    """Factors along x, y, z that fit the box under a height and into a width, after the stretch."""
    x, y, z = (s * k for s, k in zip(extent.size, stretch))
    factor = min(height / z, width / max(x, y))
    return stretch[0] * factor, stretch[1] * factor, stretch[2] * factor


def dimensions(extent: Extent, scale: Scale) -> list[float]:
    """The box's extent along x, y, z, metres."""
    return [round(s * k, 4) for s, k in zip(extent.size, scale)]


def placed_supports(extent: Extent, scale: Scale) -> list[Support]:
    """Supports in the object's own frame, its base at the origin, metres."""
    bx, by, bz = extent.base
    sx, sy, sz = scale
    return [
        Support(
            (s.z - bz) * sz, s.width * sx, s.depth * sy, (s.x - bx) * sx, (s.y - by) * sy, s.clearance * sz, s.inside
        )
        for s in extent.supports
    ]


@lru_cache(maxsize=256)
def scaled_mesh(category: str, variant: int, state: str, scale: Scale) -> Mesh:
    """The mesh with its base at the origin, metres."""
    mesh = mesh_of(category, variant, state)
    factors = np.array(scale)
    base = np.array(extent_of(category, variant, state).base)
    normals = mesh.normals / factors
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    vertices = ((mesh.vertices - base) * factors).astype(np.float32)
    return Mesh(vertices, normals.astype(np.float32), mesh.faces, mesh.face_parts, mesh.parts)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
