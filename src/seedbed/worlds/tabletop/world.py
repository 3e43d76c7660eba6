"""The tabletop world: objects made by programs on a table, under two lights, with exact ground truth.

The factors describe object 0, the subject; further objects are drawn from the row's generator. Shape,
pose, camera, lights and tints vary freely in every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.dataset.images import encode
from seedbed.dataset.schema import SCENE
from seedbed.errors import UsageError, nearest
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.geometry import Mesh
from seedbed.worlds.render.scene import Light, RenderScene, Thing
from seedbed.worlds.tabletop import truth
from seedbed.worlds.tabletop.layout import Body, arrange, as_camera, relations
from seedbed.worlds.tabletop.materials import (
    ACCENTS,
    BACKGROUNDS,
    COLORS,
    MATERIALS,
    backdrop,
    jittered,
    surface,
)  # fmt: skip

if TYPE_CHECKING:
    from seedbed.worlds.render.renderer import Renderer

SIZES = {"small": 0.17, "large": 0.28}  # metres: height allowed; width is a fifth more
BUFFERS = ("instance_mask", "depth", "normals")
PRESETS = ("fast", "good", "high")
MOST_OBJECTS = 10


@registry.register("world", "tabletop")
class Tabletop:
    """Options: `size` pixels (32..1024), `render` preset, `objects` (a number or [low, high], 1..10),
    `categories` (a part of the shapes; default all), `buffers` (any of instance_mask, depth, normals),
    `device` ("cpu" or a CUDA device; not run on a GPU).
    """

    name = "tabletop"
    version = "1"
    licence = "CC0-1.0"

    def __init__(
        self,
        *,
        size: int = 224,
        render: str = "fast",
        objects: int | Sequence[int] = 1,
        categories: Sequence[str] | None = None,
        buffers: Sequence[str] = (),
        device: str = "cpu",
    ) -> None:
        self.size, self.preset, self.device = size, render, device
        self.objects = _range(objects)
        self.buffers = tuple([buffers] if isinstance(buffers, str) else buffers)
        self._check()
        self.factors = (
            Factor("category", _categories(categories), "what the subject is"),
            Factor("color", tuple(COLORS), "the subject's main colour"),
            Factor("material", MATERIALS, "what its main part is made of"),
            Factor("size", tuple(SIZES), "its height on the table"),
            Factor("background", BACKGROUNDS, "the table it stands on"),
        )

    def _check(self) -> None:
        where = "world tabletop"
        if not isinstance(self.size, int) or not 32 <= self.size <= 1024:
            raise UsageError(f"size is {self.size}", where=where, hint="give whole pixels from 32 to 1024")
        if self.preset not in PRESETS:
            raise UsageError(f"no preset '{self.preset}'", where=where, hint=nearest(str(self.preset), PRESETS))
        for name in self.buffers:
            if name not in BUFFERS:
                raise UsageError(f"no buffer '{name}'", where=where, hint=nearest(str(name), BUFFERS))

    @property
    def schema(self) -> pa.Schema:
        """image (PNG), scene graph, and the buffers asked for (PNG: see `truth.encode_buffers`)."""
        extra = [pa.field(name, pa.binary()) for name in BUFFERS if name in self.buffers]
        return pa.schema([pa.field("image", pa.binary()), pa.field("scene", SCENE), *extra])

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Objects, poses, relations, camera, lights and surfaces of one row; numbers only, no mesh or pixel."""
        count = int(rng.integers(self.objects[0], self.objects[1] + 1))
        objects = [_object(levels, rng)]
        objects += [_object(self._other(rng), rng) for _ in range(count - 1)]
        poses, camera = arrange([Body(tuple(o["dimensions"])) for o in objects], rng)
        for number, (thing, pose) in enumerate(zip(objects, poses)):
            thing.update(id=number, **pose)
        return {
            "objects": objects,
            "relations": relations(poses, camera),
            "camera": camera,
            "background": str(levels["background"]),
            "tint": _rounded(rng.uniform(0.62, 0.95) + rng.uniform(-0.06, 0.06, 3)),
            "wall": round(float(rng.uniform(0.7, 1.4)), 4),
            "lights": _lights(rng),
            "texture_seed": int(rng.integers(1 << 20)),
        }

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns of `schema` for these plans."""
        renderer = _renderer(self.size, self.preset, self.device)
        frames = renderer.render([_scene(plan) for plan in plans])
        columns: dict[str, list[Any]] = {
            "image": [encode(frame.rgb) for frame in frames],
            "scene": [truth.scene_graph(plan, frame) for plan, frame in zip(plans, frames)],
        }
        for name in self.schema.names[2:]:
            columns[name] = [truth.encode_buffer(name, frame) for frame in frames]
        return pa.RecordBatch.from_pydict(columns, schema=self.schema)

    def _other(self, rng: np.random.Generator) -> dict[str, Any]:
        return {f.name: f.levels[int(rng.integers(len(f.levels)))] for f in self.factors}


def _categories(chosen: Sequence[str] | None) -> tuple[str, ...]:
    """The shapes, in the order given: a design's long tail follows it."""
    known = registry.names("shape")
    for name in chosen or ():
        if name not in known:
            raise UsageError(f"no shape '{name}'", where="world tabletop", hint=nearest(str(name), known))
    if chosen is not None and (isinstance(chosen, str) or len(set(chosen)) < max(2, len(chosen))):
        hint = "give a list of two or more, each once"
        raise UsageError(f"categories is {chosen}", where="world tabletop", hint=hint)
    return tuple(chosen or known)


def _range(objects: int | Sequence[int]) -> tuple[int, int]:
    try:
        low, high = (objects, objects) if isinstance(objects, int) else objects
        fits = 1 <= low <= high <= MOST_OBJECTS
    except (TypeError, ValueError):
        fits = False
    if not fits:
        hint = f"give a number or [low, high] from 1 to {MOST_OBJECTS}"
        raise UsageError(f"objects is {objects}", where="world tabletop", hint=hint)
    return int(low), int(high)


def _object(levels: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    shape = registry.get("shape", str(levels["category"]))()
    parameters = shape.draw(rng)
    height = SIZES[str(levels["size"])] * float(rng.uniform(0.94, 1.06))
    low, high = _mesh(str(levels["category"]), tuple(parameters.items()), round(height, 4)).bounds
    return {
        "category": str(levels["category"]),
        "color": str(levels["color"]),
        "material": str(levels["material"]),
        "size": str(levels["size"]),
        "parameters": parameters,
        "height": round(height, 4),
        "rgb": jittered(str(levels["color"]), rng),
        "dimensions": _rounded(high - low),
    }


@lru_cache(maxsize=256)
def _mesh(category: str, parameters: tuple[tuple[str, float], ...], height: float) -> Mesh:
    shape = registry.get("shape", category)()
    return shape.build(**dict(parameters)).fitted(height * shape.upright, height * 1.2)


def _lights(rng: np.random.Generator) -> dict[str, Any]:
    azimuth, strength = np.radians(rng.uniform(-70, 70)), rng.uniform(0.75, 1.2)
    warm = rng.uniform(-0.08, 0.08)
    position = [2.3 * np.sin(azimuth), -2.0 * np.cos(azimuth), rng.uniform(1.8, 2.8)]
    return {
        "position": _rounded(np.array(position)),
        "intensity": _rounded(strength * np.array([7.6 * (1 + warm), 7.3, 7.0 * (1 - warm)])),
        "radius": round(float(rng.uniform(0.15, 0.45)), 4),
        "fill": _rounded(rng.uniform(0.5, 1.5) * np.array([1.0, 1.1, 1.3])),
        "sky": round(float(rng.uniform(0.36, 0.52)), 4),
    }


def _scene(plan: Plan) -> RenderScene:
    lights, sky = plan["lights"], plan["lights"]["sky"]
    table, wall = backdrop(plan["background"], plan["tint"])
    x, y, _ = lights["position"]
    return RenderScene(
        camera=as_camera(plan["camera"]),
        things=[_thing(thing) for thing in plan["objects"]],
        key=Light(tuple(lights["position"]), tuple(lights["intensity"]), lights["radius"]),
        fill=Light((-x, min(y, -1.0), 1.6), tuple(lights["fill"]), 0.4),
        floor=table,
        wall=wall,
        sky=((sky, sky * 1.06, sky * 1.16), (sky * 1.05, sky * 1.03, sky)),
        back_wall=plan["wall"],
        seed=plan["texture_seed"],
    )


def _thing(thing: Mapping[str, Any]) -> Thing:
    mesh = _mesh(thing["category"], tuple(thing["parameters"].items()), thing["height"])
    accents = registry.get("shape", thing["category"]).accents
    main = surface(thing["material"], thing["rgb"], thing["height"])
    c, s = np.cos(np.radians(thing["yaw"])), np.sin(np.radians(thing["yaw"]))
    pose = np.array([[c, -s, 0, thing["x"]], [s, c, 0, thing["y"]], [0, 0, 1, 0], [0, 0, 0, 1]])
    return Thing(mesh, pose, (main, *(ACCENTS[accents[part]] for part in mesh.parts[1:])))


@lru_cache(maxsize=2)
def _renderer(size: int, preset: str, device: str) -> Renderer:
    from seedbed.worlds.render.renderer import Renderer

    return Renderer(size, size, preset=preset, device=device)


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(v), 4) for v in values]
