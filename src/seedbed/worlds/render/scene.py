"""What is to be drawn, as plain data: surfaces, lights, camera, objects. No Warp in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from seedbed.worlds.geometry import Mesh

Color = tuple[float, float, float]  # linear RGB, 0..1
Point = tuple[float, float, float]  # metres
MAX_OBJECTS = 32


@dataclass(frozen=True)
class Surface:
    """A material: texture kind, two colours, GGX roughness, metalness, texture cells a metre, bump, emission."""

    kind: str = "plain"
    color: Color = (0.5, 0.5, 0.5)
    second: Color | None = None
    roughness: float = 0.5
    metalness: float = 0.0
    scale: float = 1.0
    bump: float = 0.0
    emission: float = 0.0


@dataclass(frozen=True)
class Light:
    """A spherical area light: position, radiant intensity (linear RGB), radius."""

    position: Point
    intensity: Color
    radius: float


@dataclass(frozen=True)
class Camera:
    """A pinhole camera: `fov` is vertical, in degrees; up is z."""

    eye: Point
    target: Point
    fov: float

    def frame(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors forward, right, up."""
        forward = np.asarray(self.target, float) - np.asarray(self.eye, float)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        return forward, right, np.cross(right, forward)

    def project(self, points: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        """World points (n, 3) to pixels (n, 2) (x right, y down, origin at the corner) and depths (n,) in metres."""
        forward, right, up = self.frame()
        offset = np.asarray(points, float) - np.asarray(self.eye, float)
        depth = offset @ forward
        tan = np.tan(np.radians(self.fov) / 2)
        x = ((offset @ right) / depth / tan + width / height) * 0.5 * height
        y = (1.0 - (offset @ up) / depth / tan) * 0.5 * height
        return np.stack([x, y], -1), depth


@dataclass(frozen=True)
class Thing:
    """A mesh in the world: 4x4 pose (rigid), and a surface for each of the mesh's parts."""

    mesh: Mesh
    pose: np.ndarray
    surfaces: tuple[Surface, ...]


@dataclass(frozen=True)
class RenderScene:
    """One picture: things in a room (floor z = 0, optional walls) under two lights and a sky."""

    camera: Camera
    things: Sequence[Thing]
    key: Light
    fill: Light
    floor: Surface
    wall: Surface
    sky: tuple[Color, Color] = ((0.42, 0.46, 0.52), (0.46, 0.45, 0.44))  # zenith, horizon
    back_wall: float = 1e6
    left_wall: float = -1e6
    right_wall: float = 1e6
    seed: int = 0
    exposure: float = 1.0


@dataclass(frozen=True)
class Frame:
    """A rendered picture and its ground truth, all of one size (h, w).

    rgb uint8 (h, w, 3); instance_mask int16 (h, w): object number, -1 floor, -2 back wall, -3 and -4 side
    walls, -9 nothing (of the sample a quarter pixel off the centre); depth float32 (h, w), metres along the
    optical axis, of that surface at the pixel's centre; normals float32 (h, w, 3),
    world frame; visible and amodal int32 (objects,): samples seen, and samples that would be seen inside
    the frame without the other objects (`samples` of them to a pixel).
    """

    rgb: np.ndarray
    instance_mask: np.ndarray
    depth: np.ndarray
    normals: np.ndarray
    visible: np.ndarray
    amodal: np.ndarray
    samples: int = field(default=4)
