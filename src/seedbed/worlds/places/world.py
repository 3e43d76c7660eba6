"""The places world: tables, shelves, desks, rooms and gardens with objects at their natural sizes.

Objects stand on the ground, on furniture, in bowls and shelves; requested relations ("red cube on blue cube",
"some potted_plants surrounding lightbulb") are made true by a solver, or refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.errors import UsageError
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.layout import relations as rel
from seedbed.worlds.layout.body import GROUND, ON_WALL, body_of
from seedbed.worlds.layout.request import Request, Wanted, parse
from seedbed.worlds.layout.solver import Goal, solve
from seedbed.worlds.materials.catalogue import MATERIALS
from seedbed.worlds.materials.colors import BASIC, COLORS
from seedbed.worlds.objects.draw import (
    NO_STATE,
    SIZES,
    Thing,
    chosen_levels,
    colors_of,
    draw_levels,
    draw_object,
    known_shapes,
    object_range,
    states_of,
)
from seedbed.worlds.objects.draws import Draws
from seedbed.worlds.objects.picture import Picture
from seedbed.worlds.objects.sketch import sketched
from seedbed.worlds.places.kinds import KINDS, PLACES, Kind, categories_of, grown
from seedbed.worlds.render.scene import MAX_OBJECTS, RenderScene
from seedbed.worlds.tabletop.world import lights, lit_scene, object_factors, tint

HERE = "world places"
MOST_OBJECTS = 14
OUTDOORS = ((0.3, 0.42, 0.62), (0.62, 0.66, 0.7))  # sky: zenith, horizon


@registry.register("world", "places")
class Places:
    """Options: `places` (of table, shelf, desk, room, outdoors), `objects` beside the furniture (a number or
    [low, high], 1..14), `relations` (requests such as "red cube on blue cube"; the first one's subject is the
    scene's subject), `categories`, `colors`, `materials`, and `size`, `render`, `buffers`, `encoding`, `device`
    as the tabletop's.
    """

    name = "places"
    version = "1"
    licence = "CC0-1.0"

    def __init__(
        self,
        *,
        places: Sequence[str] | None = None,
        objects: int | Sequence[int] = (3, 6),
        relations: Sequence[str] = (),
        categories: Sequence[str] | None = None,
        colors: Sequence[str] | None = None,
        materials: Sequence[str] | None = None,
        size: int = 224,
        render: str = "fast",
        buffers: Sequence[str] = (),
        encoding: str = "png",
        device: str = "cpu",
    ) -> None:
        self.picture = Picture(HERE, size, render, buffers, encoding, device)
        self.places = chosen_levels("places", places, PLACES, HERE)
        self.objects = object_range(objects, MOST_OBJECTS, HERE)
        self.categories = known_shapes(categories, HERE)
        self.colors = chosen_levels("colors", colors, tuple(COLORS), HERE) if colors else BASIC
        self.materials = chosen_levels("materials", materials, MATERIALS, HERE)
        self._palette = {m: colors_of(m, self.colors) for m in self.materials}
        self._local = {place: categories_of(KINDS[place], self.categories) for place in self.places}
        self.requests = self._parsed([relations] if isinstance(relations, str) else relations)
        self.factors = self._factors()

    def _parsed(self, texts: Sequence[str]) -> list[Request]:
        words = {
            "category": tuple(registry.names("shape")),
            "color": tuple(COLORS),
            "material": MATERIALS,
            "size": tuple(SIZES),
            "state": tuple(dict.fromkeys(s for c in registry.names("shape") for s in states_of(c) if s != NO_STATE)),
        }
        return [parse(text, words) for text in texts]

    def _factors(self) -> tuple[Factor, ...]:
        place = Factor("place", self.places, "where the scene is")
        if not self.requests:
            empty = [name for name, found in self._local.items() if len(found) < 2]
            if empty:
                where, hint = f"place {empty[0]}", "name more categories, or fewer places"
                raise UsageError("fewer than two of the categories belong there", where=where, hint=hint)
            used = tuple(c for c in self.categories if any(c in found for found in self._local.values()))
            first, *others = object_factors(used, self.colors, self.materials)
            category = Factor("category", first.levels, first.doc, "place", self._local)
            return (place, category, *others)
        named = dict(self.requests[0].subject.levels)
        colors = (named["color"],) if "color" in named else self.colors
        materials = (named["material"],) if "material" in named else self.materials
        materials = tuple(m for m in materials if colors_of(m, colors))
        if not materials:
            raise UsageError(f"nothing {named['color']} is made of {named['material']}", where="relations")
        made = object_factors((named["category"],), colors, materials)
        return (place, *(_narrowed(factor, named) for factor in made))

    @property
    def schema(self) -> pa.Schema:
        """image, scene graph, and the buffers asked for."""
        return self.picture.schema

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Objects, poses, relations, camera, lights and surfaces; numbers only. UsageError: see `solve`."""
        draws = Draws(rng)
        kind = KINDS[str(levels["place"])]
        for attempt in range(8):
            try:
                return self._attempt(levels, kind, draws)
            except UsageError:
                if attempt == 7:
                    raise
        raise AssertionError

    def _attempt(self, levels: Mapping[str, Any], kind: Kind, draws: Draws) -> Plan:
        cast = self._cast(levels, kind, draws)
        objects = cast.objects
        bodies = [body_of(thing) for thing in objects]
        placed = [cast.carrier] if cast.carrier != GROUND else []  # the place's own furniture stands in the middle
        todo = [goal for goal in cast.goals if goal.number not in placed]
        area, room, scale = grown(kind, len(objects))
        texts = [request.text for request in self.requests]
        view = solve(bodies, todo, area, draws, lambda d: kind.view(d, scale), placed, texts)
        for thing, body in zip(objects, bodies):
            pose = {"x": body.x, "y": body.y, "z": round(body.z, 5), "yaw": body.yaw}
            thing.update(**pose, supported_by=body.by, inside=body.inside)
        return {
            "objects": objects,
            "relations": rel.every(bodies, view, [thing["category"] for thing in objects]),
            "camera": view.plan(),
            "background": draws.pick(kind.grounds),
            "wall": draws.pick(kind.walls) if kind.walls else "",
            "room": list(room),
            "tint": tint(draws),
            "lights": _raised(lights(draws, view, kind.light * scale), kind.lift),
            "texture_seed": draws.integer(0, (1 << 20) - 1),
        }

    def _cast(self, levels: Mapping[str, Any], kind: Kind, draws: Draws) -> _Cast:
        """The objects, subject first, and what is asked of each, in the order of placing."""
        cast = _Cast(self, levels, kind, draws)
        for request in self.requests:
            cast.add(request)
        if not self.requests:
            cast.free(levels)
            for _ in range(draws.integer(*self.objects) - 1):
                cast.free(self.levels_of(draws.pick(self._local[str(levels["place"])]), draws))
        if len(cast.objects) > MAX_OBJECTS:
            raise UsageError(
                f"{len(cast.objects)} objects in a scene", where="relations", hint=f"{MAX_OBJECTS} at most"
            )
        return cast

    def levels_of(self, category: str, draws: Draws, named: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Levels of an object: those named, the others drawn."""
        return draw_levels(category, draws, self._palette, named)

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns of `schema` for these plans."""
        names = registry.names("shape")
        return self.picture.columns(plans, [place_scene(plan) for plan in plans], names)

    def sketch(self, plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """The scene graphs without rendering: what is visible is estimated."""
        return [sketched(plan, self.picture.size) for plan in plans]


class _Cast:
    """Collects the objects of a scene and the goals of the solver."""

    def __init__(self, world: Places, levels: Mapping[str, Any], kind: Kind, draws: Draws) -> None:
        self.world, self.levels, self.kind, self.draws = world, levels, kind, draws
        self.objects: list[Thing] = []
        self.goals: list[Goal] = []
        self.carrier = GROUND  # number of the furniture that the others stand on
        self._known: dict[tuple[Any, ...], int] = {}
        self._subject = bool(world.requests)  # not drawn yet: that happens when its request is reached
        if self._subject:
            self.objects.append({})

    def free(self, levels: Mapping[str, Any]) -> None:
        """An object that may stand anywhere."""
        number = self._draw(levels)
        self._furnish()
        self.goals.append(Goal(number, carriers=(self.carrier,)))

    def add(self, request: Request) -> None:
        """The objects of a request, those named before taken again."""
        self._furnish()
        target = self._find(request.object) if request.object else ON_WALL
        second = self._find(request.other) if request.other else None
        for k in range(request.subject.count):
            subject = self._subject_of(request.subject, again=k > 0)
            goal = next((g for g in self.goals if g.number == subject), None)
            if goal is None:
                goal = Goal(subject, carriers=(self.carrier,))
                self.goals.append(goal)
            goal.needs.append((request.predicate, target, second))
            if request.predicate == "surrounding":
                goal.ring = (k, request.subject.count)

    def _draw(self, levels: Mapping[str, Any]) -> int:
        """Draw an object; returns its number."""
        self.objects.append(draw_object(levels, self.draws, natural=True))
        return len(self.objects) - 1

    def _named(self, wanted: Wanted) -> int:
        named = dict(wanted.levels)
        return self._draw(self.world.levels_of(named["category"], self.draws, named))

    def _furnish(self) -> None:
        """The place's own furniture, once."""
        if self.carrier == GROUND and self.kind.carrier:
            named = {"material": "wood", "size": "large"}
            self.carrier = self._draw(self.world.levels_of(self.kind.carrier, self.draws, named))
            self.objects[self.carrier]["carrier"] = True

    def _find(self, wanted: Wanted) -> int:
        if self.carrier != GROUND and all(self.objects[self.carrier].get(n) == value for n, value in wanted.levels):
            return self.carrier
        key = (wanted.levels, wanted.tag)
        if key not in self._known:
            self._known[key] = self._named(wanted)
            self.goals.append(Goal(self._known[key], carriers=(self.carrier,)))
        return self._known[key]

    def _subject_of(self, wanted: Wanted, again: bool) -> int:
        key = (wanted.levels, wanted.tag)
        if self._subject:
            self._subject = False
            self.objects[0] = draw_object(self.levels, self.draws, natural=True)
            self._known[key] = 0
            return 0
        if not again and wanted.count == 1 and key in self._known:
            return self._known[key]
        number = self._named(wanted)
        self._known.setdefault(key, number)
        return number


def place_scene(plan: Plan) -> RenderScene:
    """The plan as the renderer takes it."""
    half, back = plan["room"]
    if not half:
        return lit_scene(plan, sky=OUTDOORS)
    return lit_scene(plan, plan["wall"], left_wall=-half, right_wall=half, back_wall=back)


def _raised(light: dict[str, Any], lift: float) -> dict[str, Any]:
    for name in ("position", "fill_position"):
        light[name] = [*light[name][:2], round(light[name][2] + lift, 4)]
    return light


def _narrowed(factor: Factor, named: Mapping[str, str]) -> Factor:
    """One level only, where the request names it."""
    if factor.name not in named or factor.name in ("category", "color", "material"):
        return factor
    if named[factor.name] not in factor.levels:
        raise UsageError(f"'{named['category']}' is never {named[factor.name]}", where="relations")
    return Factor(factor.name, (named[factor.name],), factor.doc)
