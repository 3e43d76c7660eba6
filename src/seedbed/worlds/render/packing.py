"""The scenes of a call as flat arrays on the device."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import warp as wp

from seedbed.errors import UsageError, nearest
from seedbed.worlds.render.kernels.materials import KINDS
from seedbed.worlds.render.kernels.shadow_map import LightView
from seedbed.worlds.render.kernels.structs import Material, View
from seedbed.worlds.render.scene import RenderScene, Surface


class Packed:
    """Meshes joined, with the number of each vertex's and face's object, scene and material."""

    def __init__(self, scenes: Sequence[RenderScene], device: str) -> None:
        self.scenes, self.scene_count = scenes, len(scenes)
        first = [0, *np.cumsum([len(scene.things) for scene in scenes])[:-1].tolist()]
        things = [(k, j, thing) for k, scene in enumerate(scenes) for j, thing in enumerate(scene.things)]
        meshes = [thing.mesh for _, _, thing in things]
        surfaces, material_first, scene_first = _materials(scenes)

        sizes = [len(m.vertices) for m in meshes]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        faces = np.concatenate([m.faces + s for m, s in zip(meshes, starts)]).astype(np.int32)
        face_counts = [len(m.faces) for m in meshes]
        self.vertex_count, self.face_count = sum(sizes), len(faces)
        numbers = np.arange(len(things), dtype=np.int32)

        def send(values: Any, dtype: Any) -> Any:
            return wp.array(np.ascontiguousarray(values), dtype=dtype, device=device)

        def blank(n: int, dtype: Any) -> Any:
            return wp.empty(n, dtype=dtype, device=device)

        self.local = send(np.concatenate([m.vertices for m in meshes]), wp.vec3)
        self.local_normals = send(np.concatenate([m.normals for m in meshes]), wp.vec3)
        self.faces, self.flat_faces = send(faces, wp.vec3i), send(faces.reshape(-1), int)
        self.vertex_thing = send(np.repeat(numbers, sizes), int)
        self.face_thing = send(np.repeat(numbers, face_counts), int)
        self.face_scene = send(np.repeat(np.array([k for k, _, _ in things], np.int32), face_counts), int)
        self.face_material = send(
            np.concatenate([m.face_parts + f for m, f in zip(meshes, material_first)]).astype(np.int32), int
        )
        self.poses = send(np.stack([thing.pose for _, _, thing in things]).astype(np.float32), wp.mat44)
        self.thing_scene = send(np.array([k for k, _, _ in things], np.int32), int)
        self.thing_bit = send(np.array([j for _, j, _ in things], np.int32), int)
        self.first_thing = send(np.array(first, np.int32), int)
        self.views: Any = wp.array([_view(s, f) for s, f in zip(scenes, scene_first)], dtype=View, device=device)
        self.materials: Any = wp.array([_material(s) for s in surfaces], dtype=Material, device=device)
        self.world, self.world_normals, self.screen = (blank(self.vertex_count, wp.vec3) for _ in range(3))
        self.thing_material = send(np.array(material_first, np.int32), int)

    def light_views(self, device: str) -> Any:
        """A camera at each scene's key light that sees all of its objects."""
        return wp.array([_light_view(scene) for scene in self.scenes], dtype=LightView, device=device)


def _materials(scenes: Sequence[RenderScene]) -> tuple[list[Surface], list[int], list[int]]:
    """Every surface in order, each thing's first one, each scene's first one (floor, then wall, then things)."""
    surfaces: list[Surface] = []
    thing_first, scene_first = [], []
    for scene in scenes:
        scene_first.append(len(surfaces))
        surfaces += [scene.floor, scene.wall]
        for thing in scene.things:
            if len(thing.surfaces) != len(thing.mesh.parts):
                raise UsageError(f"{len(thing.surfaces)} surfaces for parts {thing.mesh.parts}", where="render")
            thing_first.append(len(surfaces))
            surfaces += thing.surfaces
    return surfaces, thing_first, scene_first


def _material(surface: Surface) -> Any:
    if surface.kind not in KINDS:
        raise UsageError(f"no texture '{surface.kind}'", where="surface", hint=nearest(surface.kind, KINDS))
    made = Material()
    made.kind = KINDS.index(surface.kind)
    made.c0 = wp.vec3(*surface.color)
    made.c1 = wp.vec3(*(surface.second or surface.color))
    made.rough, made.metal, made.scale = surface.roughness, surface.metalness, surface.scale
    made.bump, made.emit, made.glass = surface.bump, surface.emission, surface.glass
    return made


def _view(scene: RenderScene, material_first: int) -> Any:
    forward, right, up = scene.camera.frame()
    view = View()
    view.eye = wp.vec3(*map(float, scene.camera.eye))
    view.f, view.r, view.u = (wp.vec3(*map(float, axis)) for axis in (forward, right, up))
    view.t = math.tan(math.radians(scene.camera.fov) / 2)
    view.sky0, view.sky1 = (wp.vec3(*color) for color in scene.sky)
    view.lp0, view.lc0, view.lr0 = (
        wp.vec3(*scene.key.position),
        wp.vec3(*scene.key.intensity),
        scene.key.radius,
    )
    view.lp1, view.lc1, view.lr1 = (
        wp.vec3(*scene.fill.position),
        wp.vec3(*scene.fill.intensity),
        scene.fill.radius,
    )
    view.yw, view.xl, view.xr = scene.back_wall, scene.left_wall, scene.right_wall
    view.mfloor, view.mwall, view.mat0 = material_first, material_first + 1, material_first
    view.seed, view.expo = scene.seed, scene.exposure
    view.glass = int(any(surface.glass > 0.5 for thing in scene.things for surface in thing.surfaces))
    return view


def _light_view(scene: RenderScene) -> Any:
    corners = []
    for thing in scene.things:
        low, high = thing.mesh.bounds
        box = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
        corners.append(box @ thing.pose[:3, :3].T + thing.pose[:3, 3])
    points = np.concatenate(corners)
    centre = (points.min(0) + points.max(0)) / 2
    eye = np.asarray(scene.key.position, float)
    forward = (centre - eye) / np.linalg.norm(centre - eye)
    right = np.cross(forward, [0.0, 1.0, 0.0] if abs(forward[2]) > 0.9 else [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    offset = points - eye
    ahead = np.maximum(offset @ forward, 1e-3)
    spread = max(float(np.abs(offset @ right / ahead).max()), float(np.abs(offset @ up / ahead).max()))
    view = LightView()
    view.eye = wp.vec3(*map(float, eye))
    view.f, view.r, view.u = (wp.vec3(*map(float, axis)) for axis in (forward, right, up))
    view.t = spread * 1.04
    return view
