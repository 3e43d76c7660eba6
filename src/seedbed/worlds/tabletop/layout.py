"""Where things stand: rejection sampling of positions and cameras until the picture is fair.

Fair means: no two objects touch, the subject is whole inside the frame and at most a quarter of it can be
covered, every other object's centre is in the frame. After every 20 failures the table and the distance
grow by 5 %, so the search ends.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from seedbed.worlds.render.scene import Camera

GAP = 0.03  # metres between footprints
MARGIN = 0.07  # metres by which a spatial relation must be clear
COVERED = 0.25  # of the subject's box, at most
FOV = 28.0


@dataclass(frozen=True)
class Body:
    """What layout needs to know of an object: extent (x, y, z) in metres before rotation."""

    extent: tuple[float, float, float]

    @property
    def radius(self) -> float:
        return float(np.hypot(self.extent[0], self.extent[1]) / 2)


def arrange(bodies: list[Body], rng: np.random.Generator) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(x, y, yaw of each body; camera) for a fair picture."""
    spread = 0.06 if len(bodies) == 1 else 0.12 + 0.1 * len(bodies) ** 0.75
    distance = (1.15 if len(bodies) == 1 else 1.45 + 0.16 * len(bodies)) * rng.uniform(0.92, 1.12)
    for attempt in itertools.count(1):
        camera = _camera(rng, distance)
        poses = _poses(bodies, rng, spread)
        if poses is not None and _fair(bodies, poses, camera):
            return poses, camera
        if attempt % 20 == 0:
            spread, distance = spread * 1.05, distance * 1.05
    raise AssertionError  # the loop above ends by returning


def relations(poses: list[dict[str, Any]], camera: dict[str, Any]) -> list[dict[str, Any]]:
    """Spatial relations as the camera sees them, for pairs that clear `MARGIN` along the axis."""
    forward, right, _ = as_camera(camera).frame()
    ground = np.array([forward[0], forward[1]]) / np.hypot(forward[0], forward[1])
    found = []
    for a, b in itertools.permutations(range(len(poses)), 2):
        offset = np.array([poses[a]["x"] - poses[b]["x"], poses[a]["y"] - poses[b]["y"]])
        across, away = float(offset @ right[:2]), float(offset @ ground)
        if abs(across) >= MARGIN:
            found.append({"subject": a, "predicate": "right_of" if across > 0 else "left_of", "object": b})
        if abs(away) >= MARGIN:
            found.append({"subject": a, "predicate": "behind" if away > 0 else "in_front_of", "object": b})
    return found


def as_camera(camera: dict[str, Any]) -> Camera:
    """The plan's camera as the renderer's."""
    return Camera(tuple(camera["eye"]), tuple(camera["target"]), camera["fov"])


def _camera(rng: np.random.Generator, distance: float) -> dict[str, Any]:
    azimuth, elevation = np.radians(rng.uniform(-32, 32)), np.radians(rng.uniform(20, 48))
    target = np.array([rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03), rng.uniform(0.08, 0.13)])
    out = np.array([np.sin(azimuth), -np.cos(azimuth), 0]) * np.cos(elevation) + [0, 0, np.sin(elevation)]
    eye = target + distance * out
    return {"eye": _rounded(eye), "target": _rounded(target), "fov": FOV}


def _poses(bodies: list[Body], rng: np.random.Generator, spread: float) -> list[dict[str, Any]] | None:
    poses: list[dict[str, Any]] = []
    for body in bodies:
        x, y = rng.uniform(-spread, spread, 2)
        if any(np.hypot(x - p["x"], y - p["y"]) < body.radius + other.radius + GAP for p, other in zip(poses, bodies)):
            return None
        yaw = rng.uniform(-180, 180)
        poses.append({"x": round(float(x), 4), "y": round(float(y), 4), "yaw": round(float(yaw), 3)})
    return poses


def _fair(bodies: list[Body], poses: list[dict[str, Any]], camera: dict[str, Any]) -> bool:
    boxes, depths = [], []
    view = as_camera(camera)
    for body, pose in zip(bodies, poses):
        pixels, depth = view.project(_corners(body, pose), 1000, 1000)
        boxes.append([*pixels.min(0), *pixels.max(0)])
        depths.append(float(depth.mean()))
    inside = [b[0] >= 20 and b[1] >= 20 and b[2] <= 980 and b[3] <= 980 for b in boxes]
    centred = [0 <= (b[0] + b[2]) / 2 <= 1000 and 0 <= (b[1] + b[3]) / 2 <= 1000 for b in boxes]
    if not inside[0] or not all(centred):
        return False
    nearer = [b for b, depth in zip(boxes[1:], depths[1:]) if depth < depths[0]]
    return sum(_overlap(boxes[0], b) for b in nearer) <= COVERED


def _corners(body: Body, pose: dict[str, Any]) -> np.ndarray:
    w, d, h = body.extent
    corners = np.array(list(itertools.product((-w / 2, w / 2), (-d / 2, d / 2), (0, h))))
    c, s = np.cos(np.radians(pose["yaw"])), np.sin(np.radians(pose["yaw"]))
    turned = corners @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return turned + np.array([pose["x"], pose["y"], 0.0])


def _overlap(a: list[float], b: list[float]) -> float:
    """The share of box a that box b covers."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return width * height / ((a[2] - a[0]) * (a[3] - a[1]))


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(v), 4) for v in values]
