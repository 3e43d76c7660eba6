"""Rigid bodies on a plane: sliding with friction, turning, falling with a bounce, and collisions.

Steps of 1/480 s (semi-implicit Euler). A contact is where footprints meet (rectangles, exact); the impulse acts
along the line of centres, with the masses of the bodies' volumes and a coefficient of restitution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from seedbed.worlds.layout.body import Body, collide, gap

GRAVITY = 9.81  # m/s^2
FRICTION = 0.06  # of a smooth table
RESTITUTION = 0.55
STEP = 1.0 / 480.0  # s

Pose = tuple[float, float, float, float]  # x, y, z (m), yaw (degrees)


@dataclass
class Moved:
    """A body with velocities: along x, y, z (m/s) and about z (degrees/s)."""

    body: Body
    vx: float = 0.0
    vy: float = 0.0
    vz: float = 0.0
    spin: float = 0.0
    lasting: bool = False  # turns without friction, as on a turntable

    @property
    def mass(self) -> float:
        w, d, h = self.body.extent
        return w * d * h

    @property
    def still(self) -> bool:
        return abs(self.vx) + abs(self.vy) + abs(self.vz) < 1e-3 and abs(self.spin) < 0.2 and self.body.z < 1e-4


def simulate(moved: Sequence[Moved], frames: int, rate: float) -> tuple[list[list[Pose]], list[dict[str, int | str]]]:
    """(pose of every body in each frame, events): `moves`, `stops`, `collides` with the first frame that shows them."""
    poses: list[list[Pose]] = []
    events: list[dict[str, int | str]] = []
    moving = [not m.still for m in moved]
    events += [_event("moves", 0, k) for k, m in enumerate(moving) if m]
    touching: set[tuple[int, int]] = set()
    steps = round(1.0 / (rate * STEP))
    for frame in range(frames):
        poses.append([_pose(m.body) for m in moved])
        for _ in range(steps):
            for m in moved:
                _advance(m)
            _collisions(moved, touching, events, frame + 1)
        for k, m in enumerate(moved):
            if moving[k] == m.still and frame + 1 < frames:
                events.append(_event("stops" if m.still else "moves", frame + 1, k))
                moving[k] = not m.still
    return poses, [e for e in events if int(e["frame"]) < frames]


def _event(kind: str, frame: int, subject: int, object: int = -1) -> dict[str, int | str]:
    return {"kind": kind, "frame": frame, "subject": subject, "object": object}


def _pose(body: Body) -> Pose:
    return round(body.x, 5), round(body.y, 5), round(max(body.z, 0.0), 5), round(body.yaw, 4)


def _advance(m: Moved) -> None:
    b = m.body
    if b.z > 0 or m.vz > 0:
        m.vz -= GRAVITY * STEP
        b.z += m.vz * STEP
        if b.z <= 0:
            b.z = 0.0
            m.vz = -m.vz * RESTITUTION if m.vz < -0.25 else 0.0
    else:
        speed = math.hypot(m.vx, m.vy)
        slowed = max(speed - FRICTION * GRAVITY * STEP, 0.0)
        if speed > 0:
            m.vx, m.vy = m.vx * slowed / speed, m.vy * slowed / speed
        if not m.lasting and m.spin:
            m.spin = math.copysign(max(abs(m.spin) - 40 * STEP, 0.0), m.spin)
    b.x += m.vx * STEP
    b.y += m.vy * STEP
    b.yaw += m.spin * STEP


def _collisions(moved: Sequence[Moved], touching: set[tuple[int, int]], events: list, frame: int) -> None:
    for i in range(len(moved)):
        for j in range(i):
            one, two = moved[i], moved[j]
            if not collide(one.body, two.body):
                if (i, j) in touching and gap(one.body, two.body) > 0.004:
                    touching.discard((i, j))
                continue
            nx, ny = two.body.x - one.body.x, two.body.y - one.body.y
            far = math.hypot(nx, ny) or 1.0
            nx, ny = nx / far, ny / far
            closing = (one.vx - two.vx) * nx + (one.vy - two.vy) * ny
            if closing > 1e-4:
                push = (1 + RESTITUTION) * closing / (1 / one.mass + 1 / two.mass)
                one.vx, one.vy = one.vx - push / one.mass * nx, one.vy - push / one.mass * ny
                two.vx, two.vy = two.vx + push / two.mass * nx, two.vy + push / two.mass * ny
            if (i, j) not in touching:
                touching.add((i, j))
                fast, slow = (i, j) if math.hypot(one.vx, one.vy) < math.hypot(two.vx, two.vy) else (j, i)
                events.append(_event("collides", frame, fast, slow))
            deep = -gap(one.body, two.body)
            if deep > 0:  # out of each other, each by half
                one.body.x, one.body.y = one.body.x - nx * deep / 2, one.body.y - ny * deep / 2
                two.body.x, two.body.y = two.body.x + nx * deep / 2, two.body.y + ny * deep / 2
