"""Free placement on a plane and a fair camera: fast, without any requested relation.

Fair means: no two objects touch, the subject is whole inside the frame and at most a quarter of it can be
covered, every other object's centre is in the frame. After every 20 failures the plane and the distance
grow by 5 %, so the search ends.
"""

from __future__ import annotations

import itertools
import math

from seedbed.worlds.layout.body import Body
from seedbed.worlds.layout.camera import Eye, overlap
from seedbed.worlds.objects.draws import Draws

GAP = 0.03  # metres between footprints
COVERED = 0.25  # of the subject's box, at most
FOV = 28.0
TRIES = 12  # places tried for one object before all are placed anew


def scatter(bodies: list[Body], draws: Draws, *, low: float = 20.0, high: float = 48.0) -> Eye:
    """Set x, y and yaw of each body; returns the camera of a fair picture, `low` to `high` degrees above."""
    n = len(bodies)
    spread = 0.06 if n == 1 else 0.12 + 0.1 * n**0.75
    distance = (1.15 if n == 1 else 1.45 + 0.16 * n) * draws.uniform(0.92, 1.12)
    for attempt in itertools.count(1):
        if _place(bodies, draws, spread):
            view = orbit(draws, distance, low=low, high=high)
            if _fair(bodies, view):
                return view
        if attempt % 20 == 0:
            spread, distance = spread * 1.05, distance * 1.05
    raise AssertionError  # the loop above ends by returning


def orbit(
    draws: Draws, distance: float, *, low: float = 20.0, high: float = 48.0, side: float = 32.0, lift: float = 0.1,
    at: tuple[float, float] = (0.0, 0.0), fov: float = FOV,
) -> Eye:  # fmt: skip
    """A camera that looks at a point near `at` from the front: elevation and azimuth in degrees."""
    azimuth, elevation = math.radians(draws.uniform(-side, side)), math.radians(draws.uniform(low, high))
    x, y = at[0] + draws.uniform(-0.03, 0.03), at[1] + draws.uniform(-0.03, 0.03)
    z = lift + draws.uniform(-0.02, 0.03)
    flat = distance * math.cos(elevation)
    eye = (x + flat * math.sin(azimuth), y - flat * math.cos(azimuth), z + distance * math.sin(elevation))
    at_eye = (round(eye[0], 4), round(eye[1], 4), round(eye[2], 4))
    return Eye(at_eye, (round(x, 4), round(y, 4), round(z, 4)), round(fov, 3))


def _place(bodies: list[Body], draws: Draws, spread: float) -> bool:
    """Round footprints GAP apart: stricter than rectangles, and independent of yaw."""
    standing: list[tuple[float, float, float]] = []
    for body in bodies:
        radius = body.radius
        for _ in range(TRIES):
            x, y = draws.uniform(-spread, spread), draws.uniform(-spread, spread)
            for u, v, r in standing:
                reach = radius + r
                if (x - u) * (x - u) + (y - v) * (y - v) < reach * reach:
                    break
            else:
                break
        else:
            return False
        standing.append((x, y, radius + GAP + 2e-4))
        body.x, body.y, body.yaw = round(x, 4), round(y, 4), round(draws.uniform(-180, 180), 3)
    return True


def _fair(bodies: list[Body], view: Eye) -> bool:
    box, depth = view.bounds(bodies[0].box())
    if min(box[0], box[1]) < 0.02 or max(box[2], box[3]) > 0.98:
        return False
    covered = 0.0
    for body in bodies[1:]:
        x, y, far = view.point(body.x, body.y, body.z + body.extent[2] / 2)
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return False
        if far < depth:
            covered += overlap(box, view.bounds(body.box())[0])
    return covered <= COVERED


def put_out_of_sight(bodies: list[Body], view: Eye, draws: Draws) -> None:
    """Move the last object out of the picture, or behind a larger one where one hides it wholly."""
    body = bodies[-1]
    if draws.unit() < 0.5:
        taller = sorted(bodies[1:-1] or bodies[:-1], key=lambda b: -b.extent[2] * b.radius)
        ax, ay = view.ahead
        for other in taller:
            away = other.radius + body.radius + GAP
            body.x, body.y = round(other.x + ax * away, 4), round(other.y + ay * away, 4)
            inner, outer = view.bounds(body.box())[0], view.bounds(other.box())[0]
            free = all(math.dist((body.x, body.y), (b.x, b.y)) > b.radius + body.radius for b in bodies[:-1])
            if free and overlap(inner, outer) > 0.98:
                return
    side = 1.0 if draws.unit() < 0.5 else -1.0
    rx, ry = view.right[0], view.right[1]
    for step in range(1, 40):
        body.x, body.y = round(side * rx * 0.15 * step, 4), round(side * ry * 0.15 * step, 4)
        box = view.bounds(body.box())[0]
        free = all(math.dist((body.x, body.y), (b.x, b.y)) > b.radius + body.radius + GAP for b in bodies[:-1])
        if free and (box[2] < -0.05 or box[0] > 1.05):
            return
