"""Placement of bodies on carriers under requested relations: draw, test, start again; and say why not.

Objects are placed one after another, carriers first. For each, candidate poses are drawn where its requests
point (on a support, around a centre, beside, between...), and the first that stands whole on its carrier,
touches nothing and clears every margin is taken. When one finds no place the whole scene is drawn anew.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from seedbed.errors import UsageError
from seedbed.worlds.layout import relations as rel
from seedbed.worlds.layout.body import GROUND, ON_WALL, Body, collide, gap, rests_within
from seedbed.worlds.layout.camera import Eye
from seedbed.worlds.objects.draws import Draws
from seedbed.worlds.shapes.base import Support

TRIES = 60  # poses drawn for one object
RESTARTS = 60  # whole scenes drawn
GAP = 0.015  # metres between things on one carrier
OVERHANG = 0.72  # of a footprint wider than its support must lie on it: its middle is then well supported
SLACK = 0.01  # metres by which a requested margin is exceeded


@dataclass
class Goal:
    """What is asked of one body: relations to bodies placed before it, and where it may stand."""

    number: int
    needs: list[tuple[str, int, int | None]] = field(default_factory=list)  # predicate, object, second object
    carriers: Sequence[int] = (GROUND,)
    ring: tuple[int, int] | None = None  # its place among how many, around needs' object


@dataclass
class Ground:
    """The free ground: a rectangle around (x, y), and the height at which things hang on the back wall."""

    width: float
    depth: float
    x: float = 0.0
    y: float = 0.0
    back: float | None = None  # y of the back wall
    hang: float = 1.3


def solve(
    bodies: Sequence[Body], goals: Sequence[Goal], ground: Ground, draws: Draws, view: Callable[[Draws], Eye],
    placed: Sequence[int] = (), texts: Sequence[str] = (),
) -> Eye:  # fmt: skip
    """Pose the bodies of the goals, in order, among those `placed` already; returns the camera.

    Raises UsageError that says which request failed most often, and why.
    """
    failures: Counter[str] = Counter()
    for _ in range(RESTARTS):
        eye, done = view(draws), list(placed)
        for goal in goals:
            why = _place(bodies, goal, ground, draws, eye, done)
            if why:
                failures[why] += 1
                break
            done.append(goal.number)
        else:
            return eye
    worst, count = failures.most_common(1)[0]
    what = f"cannot satisfy {', '.join(map(repr, texts))}" if texts else "the objects do not fit"
    raise UsageError(f"{what}: {worst} ({count} of {RESTARTS} attempts)", where="relations", hint="ask for less")


def _place(bodies: Sequence[Body], goal: Goal, ground: Ground, draws: Draws, eye: Eye, done: Sequence[int]) -> str:
    """Pose one body; returns why it cannot, or nothing."""
    body = bodies[goal.number]
    placed = [bodies[k] for k in done]
    reason = "no free place"
    for _ in range(TRIES):
        found = _propose(body, goal, bodies, ground, draws, eye)
        if found:
            reason = found
            if found.startswith("!"):
                return found[1:]
            continue
        if any(_clash(body, other, bodies) for other in placed):
            reason = "no free place"
            continue
        missed = next((need for need in goal.needs if not holds(bodies, goal.number, need, eye)), None)
        if missed is None and _seen(body, eye):
            return ""
        reason = f"'{missed[0]}' does not clear its margin" if missed else "it would be outside the picture"
    return reason


def _clash(body: Body, other: Body, bodies: Sequence[Body]) -> bool:
    """Whether two bodies would touch. A carrier and what it carries do; what is inside is tested by its support."""
    for one, two in ((body, other), (other, body)):
        carrier = one.by
        while carrier >= 0:
            if bodies[carrier] is two:
                return False
            carrier = bodies[carrier].by
        if two.open_below and rel.beneath(one, two) and one.top < two.z + _room(two) and _central(one, two):
            return False
    return collide(body, other, GAP)


def _propose(body: Body, goal: Goal, bodies: Sequence[Body], ground: Ground, draws: Draws, eye: Eye) -> str:
    """Set a candidate pose; returns why there is none ("!" first: never), or nothing."""
    body.yaw = round(draws.uniform(-180, 180), 3)
    body.inside = False
    for predicate, number, _ in goal.needs:
        if predicate in ("on", "inside"):
            return _onto(body, bodies[number], number, predicate == "inside", draws)
        if predicate == "attached":
            return _hang(body, ground, draws)
        if predicate == "under":
            return _beneath(body, bodies[number], draws)
    carrier = goal.carriers[int(draws.unit() * len(goal.carriers))]
    near = _near(body, goal, bodies, draws, eye)
    if near is not None:
        other = bodies[goal.needs[0][1]]
        body.x, body.y = near
        body.by, body.z = other.by, other.z
        if other.by == GROUND:
            return "" if _on_ground(body, ground) else "it would leave the ground"
        home = bodies[other.by]
        fits = any(abs(_height(home, s) - body.z) < 1e-6 and rests_within(body, home, s) for s in home.supports)
        return "" if fits else "it would stand over the edge"
    if carrier != GROUND:
        return _onto(body, bodies[carrier], carrier, None, draws)
    body.by, body.z = GROUND, 0.0
    body.x = round(ground.x + draws.uniform(-0.5, 0.5) * ground.width, 4)
    body.y = round(ground.y + draws.uniform(-0.5, 0.5) * ground.depth, 4)
    return "" if _on_ground(body, ground) else "it would leave the ground"


def _on_ground(body: Body, ground: Ground) -> bool:
    w, d = ground.width / 2, ground.depth / 2
    return all(abs(x - ground.x) <= w and abs(y - ground.y) <= d for x, y in body.corners())


def _height(carrier: Body, support: Support) -> float:
    return carrier.z + support.z


def _onto(body: Body, carrier: Body, number: int, inside: bool | None, draws: Draws) -> str:
    """On one of the carrier's supports, or within it."""
    usable = [s for s in carrier.supports if inside is None or s.inside == inside]
    if not usable:
        return f"!nothing can stand {'inside' if inside else 'on'} it: it has no support for that"
    tall = [s for s in usable if s.clearance >= body.extent[2] + 0.005]
    if not tall:
        return "!it is too tall for the space"
    support = tall[int(draws.unit() * len(tall))]
    least = min(body.extent[0], body.extent[1])
    room_u, room_v = max(support.width - least, 0.02), max(support.depth - least, 0.02)
    x, y = carrier.ground(support.x + draws.uniform(-0.5, 0.5) * room_u, support.y + draws.uniform(-0.5, 0.5) * room_v)
    body.x, body.y, body.z, body.by, body.inside = (
        round(x, 4),
        round(y, 4),
        _height(carrier, support),
        number,
        support.inside,
    )
    if draws.unit() < 0.5:  # squared to its carrier it fits where turned freely it would not
        body.yaw = round(carrier.yaw + 90.0 * int(draws.unit() * 4), 3)
    share = 1.0 if support.inside or _fits(body, support) else OVERHANG
    return "" if rests_within(body, carrier, support, share) else "it is too wide to stand there"


def _fits(body: Body, support: Support) -> bool:
    """Whether a body can stand whole on a support, turned the right way."""
    w, d = body.extent[0], body.extent[1]
    return (w <= support.width and d <= support.depth) or (d <= support.width and w <= support.depth)


def _hang(body: Body, ground: Ground, draws: Draws) -> str:
    if ground.back is None:
        return "!there is no wall to hang it on"
    body.yaw, body.by = 0.0, ON_WALL
    body.x = round(ground.x + draws.uniform(-0.35, 0.35) * ground.width, 4)
    body.y = round(ground.back - body.extent[1] / 2 - 0.003, 4)
    body.z = round(ground.hang + draws.uniform(-0.1, 0.15), 4)
    return ""


def _beneath(body: Body, other: Body, draws: Draws) -> str:
    """On the ground under another's box: only where there is room under its lowest support."""
    if not other.open_below or body.extent[2] > _room(other):
        return "!there is no room under it"
    body.by, body.z = other.by, other.z
    u, v = draws.uniform(-0.15, 0.15) * other.extent[0], draws.uniform(-0.15, 0.15) * other.extent[1]
    x, y = other.ground(u, v)
    body.x, body.y = round(x, 4), round(y, 4)
    return ""


def _room(carrier: Body) -> float:
    """Free height under a table's top."""
    return 0.8 * min((s.z for s in carrier.supports if not s.inside), default=0.0)


def _central(body: Body, carrier: Body) -> bool:
    """Whether a body keeps clear of the carrier's legs, which stand at its edges."""
    w, d = carrier.extent[0] * 0.36, carrier.extent[1] * 0.36
    return all(abs(u) <= w and abs(v) <= d for u, v in (carrier.local(x, y) for x, y in body.corners()))


def _near(body: Body, goal: Goal, bodies: Sequence[Body], draws: Draws, eye: Eye) -> tuple[float, float] | None:
    """A place that suits the first request; None when there is none to suit."""
    if not goal.needs:
        return None
    predicate, number, second = goal.needs[0]
    other = bodies[number]
    if predicate == "between" and second is not None:
        two = bodies[second]
        k = draws.uniform(0.35, 0.65)
        return _rounded(other.x + (two.x - other.x) * k, other.y + (two.y - other.y) * k)
    if predicate == "surrounding" and goal.ring:
        place, of = goal.ring
        a = 2 * math.pi * (place + 0.5 + draws.uniform(-0.12, 0.12)) / of
        r = other.radius + body.radius + draws.uniform(0.04, 0.12)
        return _rounded(other.x + r * math.cos(a), other.y + r * math.sin(a))
    if predicate == "next_to":
        a, r = draws.uniform(0, 2 * math.pi), draws.uniform(0.3, 1.0) * (body.radius + other.radius) + 0.05
        return _rounded(other.x + r * math.cos(a), other.y + r * math.sin(a))
    if predicate == "facing":
        a, r = draws.uniform(0, 2 * math.pi), other.radius + body.radius + draws.uniform(0.1, 0.6)
        x, y = other.x + r * math.cos(a), other.y + r * math.sin(a)
        body.yaw = round(math.degrees(math.atan2(other.x - x, y - other.y)) + draws.uniform(-8, 8), 3)
        return _rounded(x, y)
    far = rel.MARGIN + SLACK + draws.uniform(0, 0.4)
    far += (body.radius + other.radius) * draws.uniform(0.3, 1.0)
    aside = draws.uniform(-0.1, 0.1)
    (rx, ry), (ax, ay) = (eye.right[0], eye.right[1]), eye.ahead
    sign = 1 if predicate in ("right_of", "behind") else -1
    if predicate in ("left_of", "right_of"):
        return _rounded(other.x + sign * far * rx + aside * ax, other.y + sign * far * ry + aside * ay)
    return _rounded(other.x + sign * far * ax + aside * rx, other.y + sign * far * ay + aside * ry)


def holds(bodies: Sequence[Body], number: int, need: tuple[str, int, int | None], eye: Eye) -> bool:
    """Whether a relation is true of poses, with its margin."""
    predicate, target, second = need
    body = bodies[number]
    if predicate == "attached":
        return body.by == ON_WALL
    other = bodies[target]
    if predicate in ("on", "inside"):
        return body.by == target and body.inside == (predicate == "inside")
    if predicate == "under":
        return other.by == number or rel.beneath(body, other)
    if predicate == "next_to":
        return body.by == other.by and 0 <= gap(body, other) <= rel.NEAR
    if predicate == "between" and second is not None:
        return rel.is_between(body, other, bodies[second])
    if predicate == "facing":
        return rel.is_facing(body, other)
    if predicate == "surrounding":
        return body.by == other.by and math.dist((body.x, body.y), (other.x, other.y)) <= rel.REACH
    found = rel.directions([body, other], eye, rel.MARGIN + SLACK)
    return any(r["subject"] == 0 and r["predicate"] == predicate for r in found)


def _seen(body: Body, eye: Eye) -> bool:
    x, y, depth = eye.point(body.x, body.y, body.z + body.extent[2] / 2)
    return depth > 0.1 and 0.03 <= x <= 0.97 and 0.03 <= y <= 0.97


def _rounded(x: float, y: float) -> tuple[float, float]:
    return round(x, 4), round(y, 4)
