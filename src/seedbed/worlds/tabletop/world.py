"""The tabletop world: objects made by programs on a table, under two lights, with exact ground truth.

The factors describe object 0, the subject; further objects are drawn from the row's generator. Shape, pose,
camera, lights and tints vary freely in every row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.errors import UsageError
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.layout.body import GROUND, Body
from seedbed.worlds.layout.camera import Eye, as_camera
from seedbed.worlds.layout.relations import directions
from seedbed.worlds.layout.scatter import put_out_of_sight, scatter
from seedbed.worlds.materials.catalogue import MATERIALS, ground, wall
from seedbed.worlds.materials.colors import BASIC, COLORS
from seedbed.worlds.objects.draw import (
    NO_STATE,
    SIZES,
    chosen_levels,
    colors_of,
    draw_levels,
    draw_object,
    known_shapes,
    object_range,
    states_of,
)
from seedbed.worlds.objects.draws import Draws
from seedbed.worlds.objects.picture import Picture, render_thing
from seedbed.worlds.objects.sketch import sketched
from seedbed.worlds.render.scene import Light, RenderScene

BACKGROUNDS = ("plain", "planks", "cloth", "tiles", "marble", "checked")
MOST_OBJECTS = 14
SHARED = ("category", "color", "material", "size")
HERE = "world tabletop"


@registry.register("world", "tabletop")
class Tabletop:
    """Options: `size` pixels (32..1024), `render` preset (turbo, fast, good, high), `objects` (a number or
    [low, high], 1..14), `categories`, `colors`, `materials`, `backgrounds` (a part of each; default all, of the
    colours the eleven basic ones), `alike` (share of scenes in which several objects have the subject's category,
    colour, material or size: something to count), `unseen` (share in which one object is hidden or outside the
    picture), `buffers` (see docs/worlds.md), `encoding` (png, jpeg, webp), `device` ("cpu" or a CUDA device; not run
    on a GPU).
    """

    name = "tabletop"
    version = "2"
    licence = "CC0-1.0"
    # options that make scenes worth asking about, where the user gives no others
    for_questions: ClassVar[Mapping[str, Any]] = {"objects": [3, 14], "alike": 0.85, "unseen": 0.2}

    def __init__(
        self,
        *,
        size: int = 224,
        render: str = "fast",
        objects: int | Sequence[int] = 1,
        alike: float = 0.0,
        unseen: float = 0.0,
        categories: Sequence[str] | None = None,
        colors: Sequence[str] | None = None,
        materials: Sequence[str] | None = None,
        backgrounds: Sequence[str] | None = None,
        buffers: Sequence[str] = (),
        encoding: str = "png",
        device: str = "cpu",
    ) -> None:
        self.picture = Picture(HERE, size, render, buffers, encoding, device)
        self.objects = object_range(objects, MOST_OBJECTS, HERE)
        self.alike, self.unseen = _share("alike", alike), _share("unseen", unseen)
        self.categories = known_shapes(categories, HERE)
        self.colors = chosen_levels("colors", colors, tuple(COLORS), HERE) if colors else BASIC
        self.materials = chosen_levels("materials", materials, MATERIALS, HERE)
        self.backgrounds = chosen_levels("backgrounds", backgrounds, BACKGROUNDS, HERE)
        self.factors = object_factors(self.categories, self.colors, self.materials)
        self.factors += (Factor("background", self.backgrounds, "the table it stands on"),)
        self._palette = {m: colors_of(m, self.colors) for m in self.materials}

    @property
    def schema(self) -> pa.Schema:
        """image, scene graph, and the buffers asked for."""
        return self.picture.schema

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Objects, poses, relations, camera, lights and surfaces of one row; numbers only, no mesh or pixel."""
        draws = Draws(rng)
        count = draws.integer(*self.objects)
        objects = [draw_object(levels, draws)]
        shared = self._shared(draws, count)
        for k in range(count - 1):
            objects.append(draw_object(self.other(draws, levels, shared if k < shared[0] else None), draws))
        bodies = [Body(tuple(thing["dimensions"])) for thing in objects]
        view = scatter(bodies, draws)
        if self.unseen and count > 1 and draws.unit() < self.unseen:
            put_out_of_sight(bodies, view, draws)
        for thing, body in zip(objects, bodies):
            thing.update(x=body.x, y=body.y, z=0.0, yaw=body.yaw, supported_by=GROUND, inside=False)
        return {
            "objects": objects,
            "relations": directions(bodies, view),
            "camera": view.plan(),
            "background": str(levels["background"]),
            "tint": tint(draws),
            "wall": round(draws.uniform(0.7, 1.4), 4),
            "lights": lights(draws, view),
            "texture_seed": draws.integer(0, (1 << 20) - 1),
        }

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns of `schema` for these plans."""
        return self.picture.columns(plans, [table_scene(plan) for plan in plans], self.categories)

    def sketch(self, plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """The scene graphs without rendering: what is visible is estimated."""
        return [sketched(plan, self.picture.size) for plan in plans]

    def other(
        self, draws: Draws, levels: Mapping[str, Any] | None = None, shared: tuple[int, tuple[str, ...]] | None = None
    ) -> dict[str, Any]:
        """Levels of an object that is not the subject; of the subject's `levels` those that it shares."""
        if not shared or levels is None:
            return draw_levels(draws.pick(self.categories), draws, self._palette)
        named = {name: str(levels[name]) for name in shared[1]}
        return draw_levels(named.get("category") or draws.pick(self.categories), draws, self._palette, named)

    def _shared(self, draws: Draws, count: int) -> tuple[int, tuple[str, ...]]:
        """How many of the other objects are like the subject, and in what."""
        if not self.alike or draws.unit() >= self.alike:
            return 0, ()
        names = tuple(name for name in SHARED if draws.unit() < 0.5) or (draws.pick(SHARED),)
        return int((count - 1) * draws.unit() ** 0.5 + 0.5), names  # high counts are not rare


def _share(option: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(f"{option} is {value}", where=HERE, hint="give a share from 0 to 1")
    return float(value)


def object_factors(
    categories: tuple[str, ...], colors: tuple[str, ...], materials: tuple[str, ...]
) -> tuple[Factor, ...]:
    """The factors of one object: a material restricts the colours, a category has its own states."""
    palette = {m: colors_of(m, colors) for m in materials}
    empty = [m for m, allowed in palette.items() if not allowed]
    if empty:
        raise UsageError(f"'{empty[0]}' comes in none of the colours", where=f"colors {list(colors)}")
    limited = any(set(allowed) != set(colors) for allowed in palette.values())
    states = {category: states_of(category) for category in categories}
    every = tuple(dict.fromkeys(state for found in states.values() for state in found))
    factors = (
        Factor("category", categories, "what the subject is"),
        Factor("material", materials, "what its main part is made of"),
        Factor("color", colors, "its main colour", "material" if limited else "", palette if limited else {}),
        Factor("size", tuple(SIZES), "its size"),
    )
    if every == (NO_STATE,):
        return factors
    return (*factors, Factor("state", every, "its functional state", "category", states))


def table_scene(plan: Plan) -> RenderScene:
    """The plan as the renderer takes it."""
    return lit_scene(plan, back_wall=plan["wall"])


def lit_scene(plan: Plan, wall_name: str = "plaster", **room: Any) -> RenderScene:
    """A plan's objects under its two lights and an indoor sky; `room` sets other fields of the scene."""
    light, sky = plan["lights"], plan["lights"]["sky"]
    fields: dict[str, Any] = {
        "camera": as_camera(plan["camera"]),
        "things": [render_thing(thing) for thing in plan["objects"]],
        "key": Light(tuple(light["position"]), tuple(light["intensity"]), light["radius"]),
        "fill": Light(tuple(light["fill_position"]), tuple(light["fill"]), 0.4),
        "floor": ground(plan["background"], tuple(plan["tint"])),
        "wall": wall(wall_name, tuple(plan["tint"])),
        "sky": ((sky, sky * 1.06, sky * 1.16), (sky * 1.05, sky * 1.03, sky)),
        "seed": plan["texture_seed"],
    }
    return RenderScene(**{**fields, **room})


def tint(draws: Draws) -> list[float]:
    """A pale linear colour."""
    light = draws.uniform(0.62, 0.95)
    return [round(light + draws.uniform(-0.06, 0.06), 4) for _ in range(3)]


def lights(draws: Draws, view: Eye, scale: float = 1.0) -> dict[str, Any]:
    """A key light to one side of the camera, so that shadows are seen, and a weaker fill opposite it."""
    side = draws.uniform(25, 95) * (1 if draws.unit() < 0.5 else -1)
    azimuth = math.atan2(-view.ahead[0], view.ahead[1]) + math.radians(side)  # from -y, the camera's own side
    strength, warm = draws.uniform(0.75, 1.2) * scale * scale, draws.uniform(-0.08, 0.08)
    x, y = 2.1 * scale * math.sin(azimuth), -2.1 * scale * math.cos(azimuth)
    fill = draws.uniform(0.5, 1.5) * scale * scale
    return {
        "position": [round(x, 4), round(y, 4), round(draws.uniform(1.8, 2.8) * scale, 4)],
        "intensity": [round(strength * v, 4) for v in (7.6 * (1 + warm), 7.3, 7.0 * (1 - warm))],
        "radius": round(draws.uniform(0.12, 0.45) * scale, 4),
        "fill": [round(fill * v, 4) for v in (1.0, 1.1, 1.3)],
        "fill_position": [round(-x, 4), round(min(y, -1.0 * scale), 4), round(1.6 * scale, 4)],
        "sky": round(draws.uniform(0.36, 0.52), 4),
    }
