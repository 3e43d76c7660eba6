"""The pairs world: two scenes of the same things that differ in one swap only, after Winoground (Thrush et al. 2022).

swap        first scene                          second scene
arguments   a mug left of a cube                 a cube left of a mug (also in front of, on, around)
attributes  a red mug and a blue cube            a blue mug and a red cube
relation    a mug left of a cube and in front    a mug left of a vase and in front of a cube
            of a vase
counts      three mugs and two cubes             two mugs and three cubes
factor      a red mug                            a green mug: one factor of the subject changed, nothing else

Camera, lights, surfaces, variants and every other place are the same in both. The language room writes the captions.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.dataset.schema import SCENE
from seedbed.errors import UsageError
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.layout import relations as rel
from seedbed.worlds.layout.body import GROUND, Body, body_of
from seedbed.worlds.layout.camera import Eye, overlap
from seedbed.worlds.layout.scatter import orbit
from seedbed.worlds.objects.draw import Thing, draw_object
from seedbed.worlds.objects.draws import Draws
from seedbed.worlds.objects.sketch import sketched
from seedbed.worlds.tabletop.world import Tabletop, lights, table_scene, tint

HERE = "world pairs"
SWAPS = ("arguments", "attributes", "relation", "counts", "factor")
PLACES = ("left_of", "right_of", "in_front_of", "behind", "on", "surrounding")
FLAT = ("cube", "cylinder", "gift_box", "drum")  # stand on each other
CHANGED = ("color", "material", "size", "category", "state")
RING = 4  # things around a thing
TRIES = 60
PAIR = pa.struct(
    [
        ("swap", pa.string()),
        ("relation", pa.string()),  # of `arguments`; of `factor` the factor that changes; else null
        ("roles", pa.list_(pa.int32())),  # numbers of the objects that the captions are about, in both scenes
        ("roles_1", pa.list_(pa.int32())),
    ]
)


@registry.register("world", "pairs")
class Pairs:
    """Options: `swaps` (a part of arguments, attributes, relation, counts, factor), and `categories`, `colors`,
    `materials`, `backgrounds`, `size`, `render`, `encoding`, `device` as the tabletop's.
    """

    name = "pairs"
    version = "1"
    licence = "CC0-1.0"

    def __init__(self, *, swaps: Sequence[str] | None = None, **options: Any) -> None:
        for name in ("objects", "alike", "unseen", "buffers"):
            if name in options:
                raise UsageError(f"pairs have no option '{name}'", where=HERE)
        self.table = Tabletop(**options)
        self.picture = self.table.picture
        for name in swaps or ():
            if name not in SWAPS:
                raise UsageError(f"no swap '{name}'", where=HERE, hint=f"known: {', '.join(SWAPS)}")
        if len(self.table.categories) < 3 or len(self.table.colors) < 2:
            raise UsageError("pairs need three categories and two colours at least", where=HERE)
        self.flat = tuple(c for c in FLAT if c in self.table.categories)
        self.factors = (
            Factor("swap", tuple(swaps or SWAPS), "what the two captions swap"),
            *self.table.factors,
        )

    @property
    def schema(self) -> pa.Schema:
        """image and scene of the first picture, image_1 and scene_1 of the second, and what is swapped."""
        fields = [
            ("image", pa.binary()),
            ("scene", SCENE),
            ("image_1", pa.binary()),
            ("scene_1", SCENE),
            ("pair", PAIR),
        ]
        return pa.schema([pa.field(name, kind) for name, kind in fields])

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Both scenes and what differs; numbers only."""
        draws = Draws(rng)
        make = {
            "arguments": self._arguments, "attributes": self._attributes, "relation": self._relation,
            "counts": self._counts, "factor": self._factor,
        }[str(levels["swap"])]  # fmt: skip
        for _ in range(TRIES):
            found = make(levels, draws)
            if found is not None:
                break
        else:
            raise UsageError(f"no fair pair in {TRIES} tries", where=f"{HERE}, swap {levels['swap']}")
        shared = {
            "background": str(levels["background"]),
            "tint": tint(draws),
            "wall": round(draws.uniform(0.7, 1.4), 4),
            "lights": lights(draws, found.view),
            "texture_seed": draws.integer(0, (1 << 20) - 1),
        }
        first, second = (self._scene(objects, found.view, shared) for objects in (found.first, found.second))
        pair = {"swap": str(levels["swap"]), "relation": found.relation, "roles": found.roles, "roles_1": found.roles_1}
        return {"first": first, "second": second, "pair": pair}

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns of `schema` for these plans."""
        flat = [scene for plan in plans for scene in (plan["first"], plan["second"])]
        made = self.picture.columns(flat, [table_scene(plan) for plan in flat], self.table.categories)
        images, scenes = made["image"].to_pylist(), made["scene"].to_pylist()
        columns = {
            "image": images[::2], "scene": scenes[::2], "image_1": images[1::2], "scene_1": scenes[1::2],
            "pair": [plan["pair"] for plan in plans],
        }  # fmt: skip
        return pa.RecordBatch.from_pydict(columns, schema=self.schema)

    def sketch(self, plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """The first scenes' graphs without rendering: what is visible is estimated."""
        return [sketched(plan["first"], self.picture.size) for plan in plans]

    def _scene(self, objects: list[Thing], view: Eye, shared: Mapping[str, Any]) -> Plan:
        bodies = [body_of(thing, posed=True) for thing in objects]
        found = rel.every(bodies, view, [thing["category"] for thing in objects])
        return {"objects": objects, "relations": found, "camera": view.plan(), **shared}

    def _thing(self, levels: Mapping[str, Any], draws: Draws) -> Thing:
        return draw_object(levels, draws)

    def _unlike(self, others: Sequence[Mapping[str, Any]], draws: Draws, size: str = "") -> dict[str, Any]:
        """Levels of an object of another category, colour and material than the others'."""
        for _ in range(200):
            levels = self.table.other(draws)
            if all(levels[n] != o[n] for o in others for n in ("category", "color")):
                return {**levels, "size": size or levels["size"]}
        raise UsageError("too few categories or colours for a pair", where=HERE)

    def _arguments(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        names = tuple(p for p in PLACES if p != "on" or len(self.flat) >= 2)
        predicate = draws.pick(names)
        if predicate == "on":
            return self._stacked(levels, draws)
        if predicate == "surrounding":
            return self._ringed(levels, draws)
        a = self._thing({**levels, "size": "small"}, draws)
        b = self._thing(self._unlike([a], draws, "small"), draws)
        view = orbit(draws, draws.uniform(1.35, 1.6), low=24.0, high=40.0)
        far = max(a["dimensions"][0] + b["dimensions"][0], a["dimensions"][1] + b["dimensions"][1]) / 2 + draws.uniform(
            0.08, 0.16
        )
        (rx, ry), (ax, ay) = (view.right[0], view.right[1]), view.ahead
        way = {"left_of": (-rx, -ry), "right_of": (rx, ry), "in_front_of": (-ax, -ay), "behind": (ax, ay)}[predicate]
        aside = draws.uniform(-0.05, 0.05) if predicate in ("left_of", "right_of") else draws.uniform(0.12, 0.18)
        side = (ax * aside, ay * aside) if predicate in ("left_of", "right_of") else (rx * aside, ry * aside)
        one = (way[0] * far / 2 + side[0], way[1] * far / 2 + side[1])
        two = (-one[0], -one[1])
        first = [_put(a, one), _put(b, two)]
        second = [_put(a, two), _put(b, one)]
        return _fair(_Pair(first, second, view, predicate, [0, 1], [1, 0]))

    def _stacked(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        a = self._thing({**levels, "category": draws.pick(self.flat), "size": "small", "state": "none"}, draws)
        other = self._unlike([{"category": "", "color": a["color"]}], draws, "small")
        b = self._thing({**other, "category": draws.pick(self.flat), "state": "none"}, draws)
        if abs(a["dimensions"][0] - b["dimensions"][0]) > 0.06:
            return None
        view = orbit(draws, draws.uniform(1.2, 1.45), low=18.0, high=32.0, lift=0.16)
        first = [_put(a, (0.0, 0.0), b["dimensions"][2], 1), _put(b, (0.0, 0.0))]
        second = [_put(a, (0.0, 0.0)), _put(b, (0.0, 0.0), a["dimensions"][2], 0)]
        return _fair(_Pair(first, second, view, "on", [0, 1], [1, 0]), covered=0.8)

    def _ringed(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        """Some of one thing around one of another; in the second scene the other way about."""
        a = self._thing({**levels, "size": "small"}, draws)
        b = self._thing(self._unlike([a], draws, "small"), draws)
        if max(*a["dimensions"], *b["dimensions"]) > 0.24:
            return None
        far = max(math.hypot(*a["dimensions"][:2]), math.hypot(*b["dimensions"][:2])) * 0.75 + draws.uniform(0.08, 0.12)
        turn = draws.uniform(0, 2 * math.pi)
        ring = [
            (far * math.cos(turn + 2 * math.pi * k / RING), far * math.sin(turn + 2 * math.pi * k / RING))
            for k in range(RING)
        ]
        view = orbit(draws, draws.uniform(1.7, 2.0), low=34.0, high=48.0)
        first = [*(_put(a, place) for place in ring), _put(b, (0.0, 0.0))]
        second = [*(_put(b, place) for place in ring), _put(a, (0.0, 0.0))]
        return _fair(_Pair(first, second, view, "surrounding", [0, RING], [0, RING]), covered=0.45)

    def _attributes(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        a = self._thing({**levels, "size": "small"}, draws)
        other = self._unlike([a], draws, "small")
        b = self._thing(other, draws)
        places = self._apart(2, draws, max(math.hypot(*thing["dimensions"][:2]) for thing in (a, b)))
        swapped = [_recolored(a, b), _recolored(b, a)]
        if any(thing["color"] not in self.table._palette.get(thing["material"], ()) for thing in swapped):
            return None
        first = [_put(thing, at) for thing, at in zip((a, b), places)]
        second = [_put(thing, at) for thing, at in zip(swapped, places)]
        return _fair(_Pair(first, second, _view(draws, places), None, [0, 1], [0, 1]))

    def _relation(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        """`a` between two others that change places: left of one and in front of the other."""
        a = self._thing({**levels, "size": "small"}, draws)
        b = self._thing(self._unlike([a], draws, "small"), draws)
        c = self._thing(self._unlike([a, b], draws, "small"), draws)
        view = orbit(draws, draws.uniform(1.5, 1.75), low=28.0, high=42.0)
        (rx, ry), (ax, ay) = (view.right[0], view.right[1]), view.ahead
        far = 0.12 + max(max(t["dimensions"][:2]) for t in (a, b, c))
        home = (-(rx + ax) * far / 2, -(ry + ay) * far / 2)
        right = (home[0] + rx * far, home[1] + ry * far)
        back = (home[0] + ax * far * 1.15, home[1] + ay * far * 1.15)
        first = [_put(a, home), _put(b, right), _put(c, back)]
        second = [_put(a, home), _put(b, back), _put(c, right)]
        return _fair(_Pair(first, second, view, None, [0, 1, 2], [0, 1, 2]))

    def _counts(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        """m of one thing and n of another; in the second scene n and m. Both counts are two or more."""
        a = self._thing({**levels, "size": "small"}, draws)
        b = self._thing(self._unlike([a], draws, "small"), draws)
        low = draws.integer(2, 3)
        high = draws.integer(low + 1, 4)
        many, few = (high, low) if draws.unit() < 0.5 else (low, high)
        wide = max(math.hypot(*thing["dimensions"][:2]) for thing in (a, b))
        places = self._apart(many + few, draws, wide)
        first = [_put(a, at) for at in places[:many]] + [_put(b, at) for at in places[many:]]
        second = [_put(a, at) for at in places[:few]] + [_put(b, at) for at in places[few:]]
        far = 1.1 + 1.6 * max(math.hypot(*at) for at in places) + 1.2 * wide
        view = orbit(draws, far, low=34.0, high=50.0)
        return _fair(_Pair(first, second, view, None, [0, many], [0, few]), covered=0.45)

    def _factor(self, levels: Mapping[str, Any], draws: Draws) -> _Pair | None:
        """One factor of the subject is another in the second scene."""
        a = self._thing(levels, draws)
        name = draws.pick(CHANGED)
        factor = next((f for f in self.table.factors if f.name == name), None)
        if factor is None:
            return None
        others = [w for w in factor.possible(levels[factor.given] if factor.given else "") if w != levels[name]]
        if not others:
            return None
        changed = {**levels, name: draws.pick(others)}
        if name == "category":
            changed["state"] = self.table.other(draws)["state"] if levels["state"] != "none" else "none"
            if levels.get("state", "none") != "none":
                return None
        if name == "material" and levels["color"] not in self.table._palette[str(changed["material"])]:
            return None
        b = _changed(a, changed, name, draws)
        if b is None:
            return None
        place = (draws.uniform(-0.04, 0.04), draws.uniform(-0.04, 0.04))
        view = orbit(draws, draws.uniform(1.15, 1.3), low=22.0, high=40.0)
        return _fair(_Pair([_put(a, place)], [_put(b, place)], view, name, [0], [0]))

    def _apart(self, count: int, draws: Draws, wide: float = 0.24) -> list[tuple[float, float]]:
        """Places on the table, far enough from each other for things `wide` metres across."""
        places: list[tuple[float, float]] = []
        reach = 0.5 * wide * count**0.5
        while len(places) < count:
            at = (draws.uniform(-reach, reach), draws.uniform(-reach * 0.8, reach * 0.8))
            if all(math.dist(at, other) > wide + 0.03 for other in places):
                places.append(at)
            else:
                reach += 0.004
        return places


class _Pair:
    """Two lists of objects under one camera, and what is swapped."""

    def __init__(
        self,
        first: list[Thing],
        second: list[Thing],
        view: Eye,
        relation: str | None,
        roles: list[int],
        roles_1: list[int],
    ) -> None:
        self.first, self.second, self.view, self.relation = first, second, view, relation
        self.roles, self.roles_1 = roles, roles_1


def _view(draws: Draws, places: Sequence[tuple[float, float]]) -> Eye:
    far = max(math.hypot(*at) for at in places)
    return orbit(draws, draws.uniform(1.15, 1.25) + 2.0 * far, low=28.0, high=44.0)


def _put(thing: Thing, at: tuple[float, float], z: float = 0.0, by: int = GROUND) -> Thing:
    """A copy of the object at a place; every copy of it stands turned the same way."""
    made = copy.deepcopy(thing)
    yaw = round(math.fmod(thing["scale"][0] * 7919.0, 1.0) * 60.0 - 30.0, 3)
    made.update(x=round(at[0], 4), y=round(at[1], 4), z=round(z, 5), yaw=yaw, supported_by=by, inside=False)
    return made


def _recolored(thing: Thing, other: Thing) -> Thing:
    return {**thing, "color": other["color"], "rgb": list(other["rgb"])}


def _changed(thing: Thing, levels: Mapping[str, Any], name: str, draws: Draws) -> Thing | None:
    """The object with one factor changed, everything else kept."""
    made = draw_object(levels, draws)
    if name == "color":
        return {**thing, "color": made["color"], "rgb": made["rgb"]}
    if name == "material":
        return {**thing, "material": made["material"]}
    if name == "size":
        ratio = 0.28 / 0.17 if levels["size"] == "large" else 0.17 / 0.28
        return {
            **thing, "size": made["size"], "scale": [round(s * ratio, 5) for s in thing["scale"]],
            "dimensions": [round(d * ratio, 5) for d in thing["dimensions"]],
        }  # fmt: skip
    if name == "state":
        from seedbed.worlds.objects.build import dimensions, extent_of

        extent = extent_of(thing["category"], thing["variant"], made["state"])
        return {**thing, "state": made["state"], "dimensions": dimensions(extent, tuple(thing["scale"]))}
    return {**made, "color": thing["color"], "rgb": thing["rgb"], "material": thing["material"], "size": thing["size"]}


def _fair(pair: _Pair, covered: float = 0.3) -> _Pair | None:
    """The pair, if in both scenes everything is in the picture, nothing touches and little is covered."""
    for objects in (pair.first, pair.second):
        bodies = [body_of(thing, posed=True) for thing in objects]
        if not _apart_enough(bodies, objects):
            return None
        boxes = [pair.view.bounds(body.box()) for body in bodies]
        if any(min(box[0], box[1]) < 0.02 or max(box[2], box[3]) > 0.98 for box, _ in boxes):
            return None
        for k, (box, depth) in enumerate(boxes):
            hides = [o for o, far in (b for j, b in enumerate(boxes) if j != k) if far < depth]
            if sum(overlap(box, o) for o in hides) > covered:
                return None
    return pair


def _apart_enough(bodies: Sequence[Body], objects: Sequence[Thing]) -> bool:
    for k, body in enumerate(bodies):
        for j in range(k):
            stacked = objects[k]["supported_by"] == j or objects[j]["supported_by"] == k
            if (
                not stacked
                and math.dist((body.x, body.y), (bodies[j].x, bodies[j].y)) < (body.radius + bodies[j].radius) * 0.9
            ):
                return False
    return True
