"""The plan's camera in plain numbers, its matrices, and what of a box it sees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from seedbed.worlds.render.scene import Camera

Box = tuple[float, float, float, float]


class Eye:
    """A pinhole camera for planning: points to the unit square, without numpy."""

    def __init__(self, eye: tuple[float, float, float], target: tuple[float, float, float], fov: float) -> None:
        self.eye, self.target, self.fov = eye, target, fov
        f = [b - a for a, b in zip(eye, target)]
        n = math.sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2])
        self.forward = (f[0] / n, f[1] / n, f[2] / n)
        m = math.hypot(f[0], f[1])
        self.right = (f[1] / m, -f[0] / m, 0.0)  # forward x up
        r, g = self.right, self.forward
        self.up = (r[1] * g[2], -r[0] * g[2], r[0] * g[1] - r[1] * g[0])
        self.tan = math.tan(math.radians(fov) / 2)
        self.ahead = (f[0] / m, f[1] / m)  # forward along the ground

    def point(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """(column, row) in 0..1 of a square picture, and depth in metres."""
        dx, dy, dz = x - self.eye[0], y - self.eye[1], z - self.eye[2]
        f, r, u = self.forward, self.right, self.up
        depth = dx * f[0] + dy * f[1] + dz * f[2]
        k = 0.5 / (max(depth, 1e-3) * self.tan)
        return 0.5 + (dx * r[0] + dy * r[1]) * k, 0.5 - (dx * u[0] + dy * u[1] + dz * u[2]) * k, depth

    def bounds(self, points: Iterable[tuple[float, float, float]]) -> tuple[Box, float]:
        """Box (x0, y0, x1, y1) of points in the unit square, and their mean depth."""
        seen = [self.point(*p) for p in points]
        xs, ys = [p[0] for p in seen], [p[1] for p in seen]
        return (min(xs), min(ys), max(xs), max(ys)), sum(p[2] for p in seen) / len(seen)

    def plan(self) -> dict[str, Any]:
        """As a plan holds it, rounded; use `eye_of` to get the camera of the rounded numbers."""
        return {
            "eye": [round(v, 4) for v in self.eye], "target": [round(v, 4) for v in self.target],
            "fov": round(self.fov, 3),
        }  # fmt: skip


def eye_of(camera: Mapping[str, Any]) -> Eye:
    """The planning camera of a plan's camera."""
    return Eye(tuple(camera["eye"]), tuple(camera["target"]), camera["fov"])


def as_camera(camera: Mapping[str, Any]) -> Camera:
    """The plan's camera as the renderer's."""
    return Camera(tuple(camera["eye"]), tuple(camera["target"]), camera["fov"])


def matrices(camera: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    """Intrinsics [fx, fy, cx, cy] (pixels) and world-to-camera extrinsics, 3 x 4 row by row, in the convention
    of OpenCV: x right, y down, z forward.
    """
    forward, right, up = as_camera(camera).frame()
    rotation = np.stack([right, -up, forward])
    shift = -rotation @ np.array(camera["eye"], float)
    focal = height / (2 * math.tan(math.radians(camera["fov"]) / 2))
    return {
        "intrinsics": [focal, focal, width / 2, height / 2],
        "extrinsics": [float(v) for v in np.concatenate([rotation, shift[:, None]], axis=1).reshape(-1)],
    }


def overlap(a: Box, b: Box) -> float:
    """The share of box a that box b covers."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return width * height / ((a[2] - a[0]) * (a[3] - a[1]))
