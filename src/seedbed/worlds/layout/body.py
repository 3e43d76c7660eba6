"""`Body`: what layout needs to know of an object, and exact tests between the footprints of two.

A footprint is the object's bounding rectangle on the ground, turned by its yaw. Lengths are metres, angles
degrees; z is the height of the base.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from seedbed.worlds.objects.build import extent_of, placed_supports, shape_of
from seedbed.worlds.shapes.base import Support

GROUND = -1  # supported by the ground
ON_WALL = -2  # hangs on the back wall
Point = tuple[float, float]


@dataclass(slots=True)
class Body:
    """Extent (x, y, z) before rotation, and the pose: base centre, yaw, and the number of what carries it."""

    extent: tuple[float, float, float]
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    yaw: float = 0.0
    by: int = GROUND
    inside: bool = False
    front: bool = False
    open_below: bool = False  # stands on legs at its edges, free in the middle
    supports: Sequence[Support] = field(default_factory=tuple)

    @property
    def radius(self) -> float:
        return math.hypot(self.extent[0], self.extent[1]) / 2

    @property
    def top(self) -> float:
        return self.z + self.extent[2]

    def local(self, x: float, y: float) -> Point:
        """A ground point in this body's own frame."""
        a = math.radians(self.yaw)
        c, s = math.cos(a), math.sin(a)
        dx, dy = x - self.x, y - self.y
        return dx * c + dy * s, dy * c - dx * s

    def ground(self, u: float, v: float) -> Point:
        """A point of this body's frame on the ground."""
        a = math.radians(self.yaw)
        c, s = math.cos(a), math.sin(a)
        return self.x + u * c - v * s, self.y + u * s + v * c

    def facing(self) -> Point:
        """Unit vector of its front (-y in its own frame)."""
        a = math.radians(self.yaw)
        return math.sin(a), -math.cos(a)

    def corners(self) -> list[Point]:
        """The footprint's corners, in order."""
        w, d = self.extent[0] / 2, self.extent[1] / 2
        return [self.ground(-w, -d), self.ground(w, -d), self.ground(w, d), self.ground(-w, d)]

    def box(self) -> list[tuple[float, float, float]]:
        """The eight corners of the 3D box."""
        flat = self.corners()
        return [(x, y, self.z) for x, y in flat] + [(x, y, self.top) for x, y in flat]


def body_of(thing: dict[str, Any], *, posed: bool = False) -> Body:
    """A plan's object as a body, at its pose when it has one."""
    scale = tuple(thing["scale"])
    extent = extent_of(thing["category"], thing["variant"], thing["state"])
    w, d, h = thing["dimensions"]
    shape, supports = shape_of(thing["category"]), placed_supports(extent, scale)
    made = Body((w, d, h), front=shape.front, open_below=shape.open_below, supports=supports)
    if posed:
        made.x, made.y, made.z, made.yaw = thing["x"], thing["y"], thing["z"], thing["yaw"]
        made.by, made.inside = thing["supported_by"], thing["inside"]
    return made


def gap(a: Body, b: Body) -> float:
    """Distance between two footprints, metres; below 0: by how much they overlap along the best axis."""
    best = -math.inf
    pa, pb = a.corners(), b.corners()
    for body in (a, b):
        r = math.radians(body.yaw)
        for ax, ay in ((math.cos(r), math.sin(r)), (-math.sin(r), math.cos(r))):
            one = [x * ax + y * ay for x, y in pa]
            two = [x * ax + y * ay for x, y in pb]
            best = max(best, min(two) - max(one), min(one) - max(two))
    return best


def collide(a: Body, b: Body, clearance: float = 0.0) -> bool:
    """Whether the boxes come nearer than `clearance` sideways while their heights overlap."""
    if a.z >= b.top - 1e-6 or b.z >= a.top - 1e-6:
        return False
    near = a.radius + b.radius + clearance
    if (a.x - b.x) ** 2 + (a.y - b.y) ** 2 >= near * near:
        return False
    return gap(a, b) < clearance


def rests_within(body: Body, carrier: Body, support: Support, share: float = 1.0) -> bool:
    """Whether the footprint, shrunk to a share about its middle, lies whole on a support of its carrier."""
    for x, y in body.corners():
        u, v = carrier.local(body.x + (x - body.x) * share, body.y + (y - body.y) * share)
        if abs(u - support.x) > support.width / 2 + 1e-6 or abs(v - support.y) > support.depth / 2 + 1e-6:
            return False
    return True
