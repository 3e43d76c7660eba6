"""Options that every 3D world shares, and the way from plans to columns: scenes, frames, images, buffers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seedbed.dataset.images import FORMATS, encode
from seedbed.dataset.schema import SCENE
from seedbed.errors import UsageError, nearest
from seedbed.worlds.materials.accents import ACCENTS
from seedbed.worlds.materials.catalogue import surface
from seedbed.worlds.objects.build import scaled_mesh, shape_of
from seedbed.worlds.objects.truth import BUFFERS, encode_buffer, scene_graph
from seedbed.worlds.render.presets import PRESETS
from seedbed.worlds.render.scene import Frame, RenderScene, Thing

if TYPE_CHECKING:
    from seedbed.worlds.render.renderer import Renderer


class Picture:
    """Size, preset, buffers, encoding and device of a world's pictures, checked."""

    def __init__(self, where: str, size: int, render: str, buffers: Sequence[str], encoding: str, device: str) -> None:
        self.size, self.preset, self.encoding, self.device = size, render, encoding, device
        self.buffers = tuple([buffers] if isinstance(buffers, str) else buffers)
        if not isinstance(size, int) or not 32 <= size <= 1024:
            raise UsageError(f"size is {size}", where=where, hint="give whole pixels from 32 to 1024")
        if render not in PRESETS:
            raise UsageError(f"no preset '{render}'", where=where, hint=nearest(str(render), PRESETS))
        if encoding not in FORMATS:
            raise UsageError(f"no encoding '{encoding}'", where=where, hint=nearest(str(encoding), FORMATS))
        for name in self.buffers:
            if name not in BUFFERS:
                raise UsageError(f"no buffer '{name}'", where=where, hint=nearest(str(name), BUFFERS))

    @property
    def schema(self) -> pa.Schema:
        """image, scene graph, and the buffers asked for."""
        extra = [pa.field(name, kind) for name, kind in BUFFERS.items() if name in self.buffers]
        return pa.schema([pa.field("image", pa.binary()), pa.field("scene", SCENE), *extra])

    def frames(self, scenes: Sequence[RenderScene]) -> list[Frame]:
        """Draw the scenes."""
        return _renderer(self.size, self.preset, self.device).render(scenes)

    def image(self, frame: Frame) -> bytes:
        """The frame's picture, encoded."""
        return encode(frame.rgb, self.encoding)

    def columns(
        self, plans: Sequence[Mapping[str, Any]], scenes: Sequence[RenderScene], categories: Sequence[str]
    ) -> pa.RecordBatch:
        """The columns of `schema`."""
        frames = self.frames(scenes)
        made: dict[str, list[Any]] = {
            "image": [self.image(frame) for frame in frames],
            "scene": [scene_graph(plan, frame) for plan, frame in zip(plans, frames)],
        }
        number = {name: k for k, name in enumerate(categories)}
        for name in self.schema.names[2:]:
            made[name] = [
                encode_buffer(name, frame, [number.get(o["category"], 253) for o in plan["objects"]])
                for plan, frame in zip(plans, frames)
            ]
        return pa.RecordBatch.from_pydict(made, schema=self.schema)


def render_thing(thing: Mapping[str, Any]) -> Thing:
    """A plan's object as the renderer takes it."""
    scale, state = tuple(thing["scale"]), thing["state"]
    mesh = scaled_mesh(thing["category"], thing["variant"], state, scale)
    shape = shape_of(thing["category"])
    main = surface(thing["material"], tuple(thing["rgb"]), max(thing["dimensions"]))
    accents = (ACCENTS[shape.accent(part, state)] for part in mesh.parts[1:])
    return Thing(mesh, pose_of(thing["x"], thing["y"], thing["z"], thing["yaw"]), (main, *accents))


def pose_of(x: float, y: float, z: float, yaw: float) -> np.ndarray:
    """4 x 4 pose: turned by `yaw` degrees about z, then moved."""
    c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, 1, z], [0, 0, 0, 1]])


@lru_cache(maxsize=2)
def _renderer(size: int, preset: str, device: str) -> Renderer:
    from seedbed.worlds.render.renderer import Renderer

    return Renderer(size, size, preset=preset, device=device)
