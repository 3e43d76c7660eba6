"""Every shape: sound meshes, four or more parameters that matter, parts, states, supports, and a group."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

from seedbed import registry
from seedbed.worlds.geometry import Mesh
from seedbed.worlds.materials.accents import ACCENTS
from seedbed.worlds.objects.build import dimensions, extent_of, fit, scaled_mesh
from seedbed.worlds.shapes.base import Shape

SHAPES = registry.names("shape")


def states(shape: Shape) -> list[dict[str, str]]:
    return [{"state": name} for name in shape.states] or [{}]


@pytest.mark.parametrize("name", SHAPES)
def test_meshes_are_sound(name: str) -> None:
    shape = registry.get("shape", name)()
    assert len(shape.ranges) >= 4 and shape.group != "thing"
    assert set(shape.accents.values()) <= set(ACCENTS)
    for seed, given in enumerate(states(shape) * 2):
        parameters = shape.draw(np.random.default_rng(seed))
        assert all(low <= parameters[p] <= high for p, (low, high) in shape.ranges.items())
        mesh = shape.build(**parameters, **given)
        v, f = mesh.vertices, mesh.faces
        assert 100 <= len(f) <= 9000 and f.min() >= 0 and f.max() < len(v)
        assert np.isfinite(v).all() and np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
        face = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
        assert ((face * mesh.normals[f].mean(1)).sum(1) >= -1e-9).all(), "a normal points against its winding"
        assert set(mesh.parts[1:]) <= set(shape.accents), "a part without an accent"
        assert set(np.unique(mesh.face_parts)) == set(range(len(mesh.parts)))
        assert np.array_equal(shape.build(**parameters, **given).vertices, v)
        low, high = mesh.bounds
        for support in shape.supports(**parameters, **given):
            assert low[2] - 1e-6 <= support.z <= high[2] + 1e-3 and support.width > 0 and support.depth > 0
            assert support.clearance > 0
            assert support.width <= high[0] - low[0] + 1e-6 and support.depth <= high[1] - low[1] + 1e-6


@pytest.mark.parametrize("name", SHAPES)
def test_every_parameter_and_state_changes_the_mesh(name: str) -> None:
    shape = registry.get("shape", name)()
    first = {p: low for p, (low, _) in shape.ranges.items()}
    given = states(shape)[0]
    base = shape.build(**first, **given)
    for p, (_, high) in shape.ranges.items():
        pairs = [(shape.build(**first, **s), shape.build(**{**first, p: high}, **s)) for s in states(shape)]
        assert any(differ(a, b) for a, b in pairs), f"{p} changes nothing"
    for other in states(shape)[1:]:
        made = shape.build(**first, **other)
        recoloured = any(shape.accent(q, other["state"]) != shape.accent(q, given["state"]) for q in made.parts[1:])
        assert recoloured or differ(base, made), f"{other} looks the same"


def differ(a: Mesh, b: Mesh) -> bool:
    return a.vertices.shape != b.vertices.shape or not np.allclose(a.vertices, b.vertices, atol=1e-7)


@pytest.mark.parametrize("name", SHAPES)
def test_extent_is_the_mesh(name: str) -> None:
    """What planning knows of an object (extent, base) is what is drawn."""
    state = next(iter(registry.get("shape", name)().states), "none")
    extent = extent_of(name, 3, state)
    scale = fit(extent, 0.28, 0.336, (1.03, 0.97, 1.01))
    low, high = scaled_mesh(name, 3, state, scale).bounds
    assert np.allclose(high - low, dimensions(extent, scale), atol=2e-4)
    assert low[2] == pytest.approx(0, abs=1e-5) and np.allclose(low[:2] + high[:2], 0, atol=1e-4)


def test_groups_are_the_folders_and_files_hold_one_shape_each() -> None:
    found = set()
    for name in SHAPES:
        cls = registry.get("shape", name)
        file = Path(inspect.getfile(cls))
        if "worlds" not in file.parts:
            continue  # a plugin of another test
        assert file.stem == name and file.parent.name == cls.group
        found.add(file)
    assert len(found) >= 80


def test_supports_carry_what_is_drawn() -> None:
    """Cast down on the middle of every open support: the mesh is there, no higher and at most 3 cm lower."""
    for name in ("table", "desk", "chair", "bed", "plate", "bowl", "bench", "dresser", "bar_stool", "cube", "cylinder"):
        shape = registry.get("shape", name)()
        parameters = shape.draw(np.random.default_rng(1))
        mesh = shape.build(**parameters)
        for support in shape.supports(**parameters):
            hits = heights(mesh, support.x, support.y)
            assert hits and min(abs(h - support.z) for h in hits) < 0.03, name


def heights(mesh: Mesh, x: float, y: float) -> list[float]:
    """z of every face over the ground point."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
    u, v = b - a, c - a
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    ok = np.abs(area) > 1e-14
    p = np.array([x, y]) - a[:, :2]
    area = np.where(ok, area, 1)
    s = (p[:, 0] * v[:, 1] - p[:, 1] * v[:, 0]) / area
    t = (u[:, 0] * p[:, 1] - u[:, 1] * p[:, 0]) / area
    inside = ok & (s >= 0) & (t >= 0) & (s + t <= 1)
    return (a[:, 2] + s * u[:, 2] + t * v[:, 2])[inside].tolist()
