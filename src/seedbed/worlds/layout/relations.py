"""Spatial relations from poses, each only where the geometry clears its margin.

left_of, right_of     along the camera's horizontal axis, centres at least 7 cm apart; none of the four directions
                      between a thing and what carries it
in_front_of, behind   along the camera's view on the ground, centres at least 7 cm apart
on, inside            carried by the other's support, on it or within it (the footprint lies whole on the support)
under                 the other is on it, or on what is on it; or it stands wholly beneath the other's box, on the
                      same ground
next_to               standing on the same thing, footprints at most 12 cm apart
between               within the middle half of the line between two others, at most a fifth of it aside
surrounding           one of three or more of a category around an object, no gap wider than 150 degrees
facing                its front points at the other within 20 degrees, at most 2 m away
attached              hanging on the wall (object -2: the back wall)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from seedbed.worlds.layout.body import GROUND, ON_WALL, Body, gap
from seedbed.worlds.layout.camera import Eye

MARGIN = 0.07  # metres, for the four directions
NEAR = 0.12  # metres between footprints
FACING = math.cos(math.radians(20.0))
REACH = 2.0  # metres
WIDEST = math.radians(150.0)
DIRECTIONS = ("left_of", "right_of", "in_front_of", "behind")
PREDICATES = (*DIRECTIONS, "on", "inside", "under", "next_to", "between", "surrounding", "facing", "attached")

Relation = dict[str, Any]


def directions(bodies: Sequence[Body], view: Eye, margin: float = MARGIN) -> list[Relation]:
    """The four directions as the camera sees them."""
    rx, ry, _ = view.right
    ax, ay = view.ahead
    across = [b.x * rx + b.y * ry for b in bodies]
    away = [b.x * ax + b.y * ay for b in bodies]
    found = []
    for a in range(len(bodies)):
        for b in range(len(bodies)):
            if a == b:
                continue
            u, v = across[a] - across[b], away[a] - away[b]
            if abs(u) >= margin:
                found.append(relation(a, "right_of" if u > 0 else "left_of", b))
            if abs(v) >= margin:
                found.append(relation(a, "behind" if v > 0 else "in_front_of", b))
    return found


def every(bodies: Sequence[Body], view: Eye, categories: Sequence[str]) -> list[Relation]:
    """All relations of a scene."""
    beside = [r for r in directions(bodies, view) if not _stacked(bodies, r["subject"], r["object"])]
    return [
        *beside,
        *_carried(bodies),
        *_beside(bodies),
        *_between(bodies),
        *_surrounding(bodies, categories),
        *_facing(bodies),
    ]


def relation(subject: int, predicate: str, object: int, other: int | None = None) -> Relation:
    """As a scene graph holds it; `other` is the second object of `between`."""
    return {"subject": subject, "predicate": predicate, "object": object, "other": other}


def _carried(bodies: Sequence[Body]) -> list[Relation]:
    found = []
    for k, body in enumerate(bodies):
        if body.by == ON_WALL:
            found.append(relation(k, "attached", ON_WALL))
        elif body.by != GROUND:
            found.append(relation(k, "inside" if body.inside else "on", body.by))
        found += [relation(below, "under", k) for below in _below(bodies, k)]
        for j, other in enumerate(bodies):
            if j != k and other.by != ON_WALL and beneath(body, other):
                found.append(relation(k, "under", j))
    return found


def _below(bodies: Sequence[Body], number: int) -> list[int]:
    """What a body stands on, and what that stands on, and so on: all that is under it."""
    found = []
    body = bodies[number]
    while body.by >= 0 and not body.inside:
        found.append(body.by)
        body = bodies[body.by]
    return found


def _stacked(bodies: Sequence[Body], a: int, b: int) -> bool:
    """Whether one carries the other, directly or not: no side then stands for their place."""
    for low, high in ((a, b), (b, a)):
        by = bodies[high].by
        while by >= 0:
            if by == low:
                return True
            by = bodies[by].by
    return False


def beneath(body: Body, other: Body) -> bool:
    """Whether a body stands on the same ground, wholly within the other's footprint."""
    if body.by != other.by or body.by == ON_WALL or abs(body.z - other.z) > 1e-6 or body.top >= other.top:
        return False
    w, d = other.extent[0] / 2, other.extent[1] / 2
    return all(abs(u) <= w and abs(v) <= d for u, v in (other.local(x, y) for x, y in body.corners()))


def _beside(bodies: Sequence[Body]) -> list[Relation]:
    found = []
    for a in range(len(bodies)):
        for b in range(a):
            one, two = bodies[a], bodies[b]
            far = one.radius + two.radius + NEAR
            if one.by != two.by or one.by == ON_WALL or (one.x - two.x) ** 2 + (one.y - two.y) ** 2 > far * far:
                continue
            if 0 <= gap(one, two) <= NEAR:
                found += [relation(a, "next_to", b), relation(b, "next_to", a)]
    return found


def is_between(body: Body, one: Body, two: Body) -> bool:
    """Whether a body stands in the middle half of the line between two others."""
    dx, dy = two.x - one.x, two.y - one.y
    length = math.hypot(dx, dy)
    if length < 2 * MARGIN or abs(body.z - one.z) > 0.05 or abs(body.z - two.z) > 0.05:
        return False
    px, py = body.x - one.x, body.y - one.y
    along, aside = (px * dx + py * dy) / length**2, abs(px * dy - py * dx) / length
    return 0.25 <= along <= 0.75 and aside <= 0.2 * length


def _between(bodies: Sequence[Body]) -> list[Relation]:
    n = range(len(bodies))
    return [
        relation(k, "between", a, b)
        for a in n
        for b in n
        if a < b
        for k in n
        if k not in (a, b) and is_between(bodies[k], bodies[a], bodies[b])
    ]


def widest_gap(around: Sequence[Body], centre: Body) -> float:
    """The widest angle (radians) without one of the bodies, as seen from the centre."""
    angles = sorted(math.atan2(b.y - centre.y, b.x - centre.x) for b in around)
    turns = [b - a for a, b in itertools.pairwise(angles)]
    return max([*turns, angles[0] + 2 * math.pi - angles[-1]]) if angles else 2 * math.pi


def _surrounding(bodies: Sequence[Body], categories: Sequence[str]) -> list[Relation]:
    found = []
    for k, centre in enumerate(bodies):
        for category in dict.fromkeys(categories):
            ring = [
                j
                for j, b in enumerate(bodies)
                if j != k
                and categories[j] == category
                and b.by == centre.by
                and math.dist((b.x, b.y), (centre.x, centre.y)) <= REACH
            ]
            if len(ring) >= 3 and widest_gap([bodies[j] for j in ring], centre) <= WIDEST:
                found += [relation(j, "surrounding", k) for j in ring]
    return found


def is_facing(body: Body, other: Body) -> bool:
    """Whether a body's front points at another."""
    dx, dy = other.x - body.x, other.y - body.y
    far = math.hypot(dx, dy)
    fx, fy = body.facing()
    return body.front and MARGIN <= far <= REACH and (dx * fx + dy * fy) / far >= FACING


def _facing(bodies: Sequence[Body]) -> list[Relation]:
    n = range(len(bodies))
    return [relation(a, "facing", b) for a in n for b in n if a != b and is_facing(bodies[a], bodies[b])]
