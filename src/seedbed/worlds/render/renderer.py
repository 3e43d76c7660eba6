"""`Renderer`: scenes to frames through the kernels. Pixels depend on the scene alone.

On the CPU launches are single-threaded (use one process a core) and scenes are drawn one by one; on a
CUDA device the scenes of a call go through each kernel together, each with its own BVH group.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import warp as wp

from seedbed.errors import UsageError, nearest
from seedbed.worlds.render import device as devices
from seedbed.worlds.render.kernels import filters, gbuffer, light, raster, shade
from seedbed.worlds.render.kernels.materials import KINDS
from seedbed.worlds.render.kernels.structs import GBuf, Material, View
from seedbed.worlds.render.scene import MAX_OBJECTS, Frame, RenderScene, Surface

LAYERS = 4
# shadow rays, indirect rays, extra rays in penumbras, samples along each side of a pixel
PRESETS = {"fast": (1, 1, 5, 2), "good": (1, 2, 8, 3), "high": (4, 8, 24, 4)}


class Renderer:
    """Draws scenes of one size. Buffers are kept between calls."""

    def __init__(self, width: int, height: int, *, preset: str = "fast", device: str = "cpu") -> None:
        if preset not in PRESETS:
            raise UsageError(f"no preset '{preset}'", where="render", hint=nearest(preset, PRESETS))
        self.width, self.height = width, height
        self.device = devices.ready(device)
        self.shadow, self.indirect, self.extra, self.samples = PRESETS[preset]
        self._buffers: _Buffers | None = None

    def render(self, scenes: Sequence[RenderScene]) -> list[Frame]:
        """Draw every scene. Raises UsageError for a scene with no object or more than 32."""
        for scene in scenes:
            if not 1 <= len(scene.things) <= MAX_OBJECTS:
                raise UsageError(f"{len(scene.things)} objects in a scene", where="render", hint="1 to 32 work")
        if self.device == "cpu":
            return [frame for scene in scenes for frame in self._draw([scene])]
        return self._draw(scenes)

    def _draw(self, scenes: Sequence[RenderScene]) -> list[Frame]:
        count = len(scenes)
        if self._buffers is None or self._buffers.count < count:
            self._buffers = _Buffers(count, self.width, self.height, self.samples, self.device)
        packed = _Packed(scenes, self.device)
        buffers = self._buffers
        self._see(packed, buffers)
        mesh = wp.Mesh(
            packed.world,
            packed.flat_faces,
            bvh_constructor="sah" if self.device == "cpu" else "lbvh",
            bvh_leaf_size=4,
            **({"groups": packed.face_scene} if count > 1 else {}),
        )
        self._light(packed, buffers, mesh)
        return self._read(packed, buffers)

    def _launch(self, kernel: Any, dim: Any, inputs: list[Any]) -> None:
        wp.launch(kernel, dim, inputs=inputs, device=self.device)

    def _see(self, p: _Packed, b: _Buffers) -> None:
        ss, w, h = self.samples, self.width, self.height
        pixels = w * h
        self._launch(
            raster.transform_vertices,
            p.vertex_count,
            [p.local, p.local_normals, p.vertex_thing, p.poses, p.thing_scene, p.views,
             float(ss * w), float(ss * h), p.world, p.world_normals, p.screen],
        )  # fmt: skip
        b.zbuffer.zero_()
        b.amodal.zero_()
        self._launch(
            raster.rasterise,
            p.face_count,
            [
                p.screen,
                p.faces,
                p.face_thing,
                p.thing_scene,
                p.thing_bit,
                ss * w,
                ss * h,
                b.zbuffer,
                b.amodal,
            ],
        )
        self._launch(
            gbuffer.resolve_gbuffer,
            (p.scene_count, pixels),
            [p.views, b.zbuffer, p.faces, p.world, p.world_normals, p.local, p.face_thing, p.face_material,
             p.poses, w, h, ss, b.g, p.visible],
        )  # fmt: skip
        self._launch(
            raster.count_amodal,
            (p.scene_count, ss * ss * pixels),
            [b.amodal, ss * ss * pixels, p.first_thing, p.amodal],
        )

    def _light(self, p: _Packed, b: _Buffers, mesh: wp.Mesh) -> None:
        w, h = self.width, self.height
        many, every = p.scene_count > 1, (p.scene_count, LAYERS, w * h)
        self._launch(
            light.gather_light,
            every,
            [p.views, mesh.id, many, b.g, p.face_material, p.materials, w, w * h,
             self.shadow, self.indirect, True, b.v0, b.e0],
        )  # fmt: skip
        self._launch(
            light.refine_penumbra,
            every,
            [p.views, mesh.id, many, b.g, w, h, self.shadow, self.extra, b.v0, b.v1],
        )
        passes = [(1, b.v1, b.e0, b.v0, b.e1), (2, b.v0, b.e1, b.v1, b.e0), (4, b.v1, b.e0, b.v0, b.e1)]
        for step, v_in, e_in, v_out, e_out in passes:
            self._launch(filters.filter_light, every, [p.views, b.g, w, h, step, v_in, e_in, v_out, e_out])
        self._launch(
            shade.shade,
            (p.scene_count, w * h),
            [p.views, mesh.id, many, b.g, p.face_material, p.materials, w, h, b.v0, b.e1,
             b.rgb, b.mask, b.depth, b.normal],
        )  # fmt: skip

    def _read(self, p: _Packed, b: _Buffers) -> list[Frame]:
        shape, pixels = (self.height, self.width), self.width * self.height
        rgb, mask, depth, normal = (a.numpy() for a in (b.rgb, b.mask, b.depth, b.normal))
        visible, amodal = p.visible.numpy(), p.amodal.numpy()
        frames = []
        for k, (first, count) in enumerate(zip(p.first, p.counts)):
            here, things = slice(k * pixels, (k + 1) * pixels), slice(first, first + count)
            instance = mask[here].reshape(shape).copy()
            instance[instance >= 0] -= first
            frames.append(
                Frame(
                    rgb[k * pixels * 3 : (k + 1) * pixels * 3].reshape(*shape, 3).copy(),
                    instance,
                    depth[here].reshape(shape).copy(),
                    normal[here].reshape(*shape, 3).copy(),
                    visible[things].copy(),
                    amodal[things].copy(),
                    self.samples**2,
                )
            )
        return frames


class _Buffers:
    """Arrays of one picture size, for up to `count` scenes."""

    def __init__(self, count: int, width: int, height: int, samples: int, device: str) -> None:
        def zeros(n: int, dtype: Any) -> Any:
            return wp.zeros(n, dtype=dtype, device=device)

        self.count = count
        pixels = count * width * height
        n = pixels * LAYERS
        self.g = GBuf()
        self.g.pos, self.g.nrm, self.g.loc, self.g.lnr = (zeros(n, wp.vec3) for _ in range(4))
        self.g.iid, self.g.mat = zeros(n, int), zeros(n, int)
        self.g.w, self.g.cv, self.g.dep = (zeros(n, float) for _ in range(3))
        self.zbuffer = zeros(pixels * samples**2, wp.uint64)
        self.amodal = zeros(pixels * samples**2, wp.uint32)
        self.v0, self.v1 = zeros(n, wp.vec2), zeros(n, wp.vec2)
        self.e0, self.e1 = zeros(n, wp.vec4), zeros(n, wp.vec4)
        self.rgb, self.mask = zeros(pixels * 3, wp.uint8), zeros(pixels, wp.int16)
        self.depth, self.normal = zeros(pixels, float), zeros(pixels, wp.vec3)


class _Packed:
    """The scenes of a call as flat arrays on the device."""

    def __init__(self, scenes: Sequence[RenderScene], device: str) -> None:
        self.scene_count = len(scenes)
        self.counts = [len(scene.things) for scene in scenes]
        self.first = [0, *np.cumsum(self.counts)[:-1].tolist()]
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
        self.first_thing = send(np.array(self.first, np.int32), int)
        self.views: Any = wp.array([_view(s, f) for s, f in zip(scenes, scene_first)], dtype=View, device=device)
        self.materials: Any = wp.array([_material(s) for s in surfaces], dtype=Material, device=device)
        self.world, self.world_normals, self.screen = (blank(self.vertex_count, wp.vec3) for _ in range(3))
        self.visible = wp.zeros(len(things), dtype=int, device=device)
        self.amodal = wp.zeros(len(things), dtype=int, device=device)


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
    made.bump, made.emit = surface.bump, surface.emission
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
    return view
