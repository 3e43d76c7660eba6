"""`Renderer`: scenes to frames through the kernels. Pixels depend on the scene alone.

On the CPU launches are single-threaded (use one process a core) and scenes are drawn one by one; on a
CUDA device the scenes of a call go through each kernel together, each with its own BVH group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import warp as wp

from seedbed.errors import UsageError, nearest
from seedbed.worlds.render import device as devices
from seedbed.worlds.render.kernels import filters, gbuffer, light, raster, shade, shadow_map, truth
from seedbed.worlds.render.kernels.shadow_map import SIDE as MAP_SIDE
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf
from seedbed.worlds.render.packing import Packed
from seedbed.worlds.render.presets import PRESETS, Preset
from seedbed.worlds.render.scene import MAX_OBJECTS, Frame, RenderScene


class Renderer:
    """Draws scenes of one size. Buffers are kept between calls."""

    def __init__(self, width: int, height: int, *, preset: str = "fast", device: str = "cpu") -> None:
        if preset not in PRESETS:
            raise UsageError(f"no preset '{preset}'", where="render", hint=nearest(preset, PRESETS))
        self.width, self.height = width, height
        self.preset = PRESETS[preset]
        self.device = devices.ready(device)
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
            self._buffers = _Buffers(count, self.width, self.height, self.preset, self.device)
        packed = Packed(scenes, self.device)
        buffers = self._buffers
        self._know(packed, buffers)
        self._see(packed, buffers)
        if self.preset.rays:
            mesh = wp.Mesh(
                packed.world,
                packed.flat_faces,
                bvh_constructor="sah" if self.device == "cpu" else "lbvh",
                bvh_leaf_size=4,
                **({"groups": packed.face_scene} if count > 1 else {}),
            )
            self._light(packed, buffers, mesh)
            self._shade(packed, buffers, mesh.id)
        else:
            self._approximate(packed, buffers)
            self._shade(packed, buffers, wp.uint64(0))
        return self._read(packed, buffers)

    def _launch(self, kernel: Any, dim: Any, inputs: list[Any]) -> None:
        wp.launch(kernel, dim, inputs=inputs, device=self.device)

    def _know(self, p: Packed, b: _Buffers) -> None:
        """Ground truth at pixel centres."""
        w, h = self.width, self.height
        self._launch(
            truth.place_vertices,
            p.vertex_count,
            [p.local, p.local_normals, p.vertex_thing, p.poses, p.thing_scene, p.views, float(w), float(h),
             p.world, p.world_normals, p.screen],
        )  # fmt: skip
        b.centres.zero_()
        b.amodal.zero_()
        self._launch(
            truth.rasterise_centres,
            p.face_count,
            [p.screen, p.faces, p.face_thing, p.thing_scene, p.thing_bit, w, h, b.centres, b.amodal],
        )
        self._launch(
            truth.resolve_truth,
            (p.scene_count, w * h),
            [p.views, b.centres, p.faces, p.world, p.world_normals, p.local, p.face_thing, p.face_material,
             p.thing_material, p.first_thing, w, h, b.mask, b.part, b.depth, b.normal, b.coord],
        )  # fmt: skip

    def _see(self, p: Packed, b: _Buffers) -> None:
        """Up to four surfaces a pixel, for shading."""
        ss, w, h = self.preset.samples, self.width, self.height
        b.zbuffer.zero_()
        b.g.count.zero_()
        self._launch(
            raster.rasterise,
            p.face_count,
            [p.screen, p.faces, p.face_thing, p.thing_scene, float(ss), ss * w, ss * h, b.zbuffer],
        )
        self._launch(
            gbuffer.resolve_gbuffer,
            (p.scene_count, w * h),
            [p.views, b.zbuffer, p.faces, p.world, p.world_normals, p.local, p.face_thing, p.face_material,
             p.poses, w, h, ss, b.g],
        )  # fmt: skip

    def _light(self, p: Packed, b: _Buffers, mesh: wp.Mesh) -> None:
        w, h, preset = self.width, self.height, self.preset
        cells = (p.scene_count, b.cells_wide * b.cells_high)
        grid = [preset.cell, b.cells_wide, b.cells_high]
        first = p.scene_count * w * h
        every = first + b.more()
        world = [p.views, mesh.id, p.scene_count > 1, b.g, p.face_material, p.materials, w, h, *grid]
        self._launch(light.gather_shadows, cells, [*world, b.lit_cells])
        self._launch(light.refine_penumbra, every, [*world, first, preset.key, preset.fill, b.lit_cells, b.lit])
        self._launch(light.gather_indirect, cells, [*world, preset.indirect, b.c0])
        for step, into, out in ((1, b.c0, b.c1), (2, b.c1, b.c0)):
            self._launch(filters.filter_indirect, cells, [p.views, b.g, w, h, *grid, step, into, out])
        self._launch(filters.spread_light, every, [p.views, b.g, w, h, *grid, first, b.lit, b.c0, b.v0, b.e0])

    def _approximate(self, p: Packed, b: _Buffers) -> None:
        """Light from a shadow map and the screen, without rays."""
        w, h = self.width, self.height
        first = p.scene_count * w * h
        every = first + b.more()
        lights = p.light_views(self.device)
        b.shadow_map.zero_()
        self._launch(
            shadow_map.place_for_light, p.vertex_count, [p.world, p.vertex_thing, p.thing_scene, lights, p.screen]
        )
        self._launch(
            raster.rasterise,
            p.face_count,
            [p.screen, p.faces, p.face_thing, p.thing_scene, 1.0, MAP_SIDE, MAP_SIDE, b.shadow_map],
        )
        self._launch(
            shadow_map.approximate_light,
            every,
            [p.views, lights, b.shadow_map, b.g, p.materials, w, h, first, b.v1, b.e1],
        )
        self._launch(shadow_map.smooth_light, every, [b.g, w, h, first, b.v1, b.e1, b.v0, b.e0])

    def _shade(self, p: Packed, b: _Buffers, mesh: Any) -> None:
        w, h = self.width, self.height
        many = self.preset.rays and p.scene_count > 1
        self._launch(
            shade.shade,
            (p.scene_count, w * h),
            [p.views, mesh, many, b.g, p.face_material, p.materials, w, h, b.v0, b.e0, b.rgb],
        )

    def _read(self, p: Packed, b: _Buffers) -> list[Frame]:
        shape, pixels = (self.height, self.width), self.width * self.height
        rgb, mask, part, depth, normal, coord, amodal = (
            a.numpy() for a in (b.rgb, b.mask, b.part, b.depth, b.normal, b.coord, b.amodal)
        )
        frames = []
        for k, scene in enumerate(p.scenes):
            here = slice(k * pixels, (k + 1) * pixels)
            frames.append(
                Frame(
                    rgb[k * pixels * 3 : (k + 1) * pixels * 3].reshape(*shape, 3).copy(),
                    mask[here].reshape(shape).copy(),
                    part[here].reshape(shape).copy(),
                    depth[here].reshape(shape).copy(),
                    normal[here].reshape(*shape, 3).copy(),
                    coord[here].reshape(*shape, 3).copy(),
                    amodal[here].reshape(shape).copy(),
                    np.stack([np.stack(thing.mesh.bounds) for thing in scene.things]),
                )
            )
        return frames


class _Buffers:
    """Arrays of one picture size, for up to `count` scenes."""

    def __init__(self, count: int, width: int, height: int, preset: Preset, device: str) -> None:
        def zeros(n: int, dtype: Any) -> Any:
            return wp.zeros(n, dtype=dtype, device=device)

        self.count = count
        pixels = count * width * height
        n = pixels * LAYERS
        self.cells_wide, self.cells_high = -(-width // preset.cell), -(-height // preset.cell)
        cells = count * self.cells_wide * self.cells_high if preset.rays else 1
        self.g = GBuf()
        self.g.pos, self.g.nrm, self.g.loc, self.g.lnr = (zeros(n, wp.vec3) for _ in range(4))
        self.g.iid, self.g.mat = zeros(n, int), zeros(n, int)
        self.g.w, self.g.cv = zeros(n, float), zeros(n, float)
        self.g.more, self.g.count = zeros(n - pixels, int), zeros(1, int)
        self.zbuffer = zeros(pixels * preset.samples**2, wp.uint64)
        self.centres, self.amodal = zeros(pixels, wp.uint64), zeros(pixels, wp.uint32)
        self.shadow_map = zeros(1 if preset.rays else count * MAP_SIDE**2, wp.uint64)
        self.v0, self.v1 = zeros(n, wp.vec2), zeros(1 if preset.rays else n, wp.vec2)
        self.lit, self.lit_cells = zeros(n if preset.rays else 1, wp.vec3), zeros(cells, wp.vec2)
        self.e0, self.e1 = zeros(n, wp.vec4), zeros(1 if preset.rays else n, wp.vec4)
        self.c0, self.c1 = zeros(cells, wp.vec4), zeros(cells, wp.vec4)
        self.rgb, self.mask, self.part = zeros(pixels * 3, wp.uint8), zeros(pixels, wp.int16), zeros(pixels, wp.int16)
        self.depth, self.normal, self.coord = zeros(pixels, float), zeros(pixels, wp.vec3), zeros(pixels, wp.vec3)

    def more(self) -> int:
        """How many surfaces there are beside each pixel's first."""
        return int(self.g.count.numpy()[0])
