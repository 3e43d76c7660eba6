"""What is to be drawn, as plain data: surfaces, lights, camera, objects. No Warp in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seedbed.worlds.geometry import Mesh

Color = tuple[float, float, float]  # linear RGB, 0..1
Point = tuple[float, float, float]  # metres
MAX_OBJECTS = 32


@dataclass(frozen=True)
class Surface:
    """A material: texture kind, two colours, GGX roughness, metalness, texture cells a metre, bump, emission;
    `glass` 1 lets light through, tinted by `color`.
    """

    kind: str = "plain"
    color: Color = (0.5, 0.5, 0.5)
    second: Color | None = None
    roughness: float = 0.5
    metalness: float = 0.0
    scale: float = 1.0
    bump: float = 0.0
    emission: float = 0.0
    glass: float = 0.0


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
    """A rendered picture and its ground truth, all of one size (h, w), the truth exact at pixel centres.

    rgb uint8 (h, w, 3); instance_mask int16 (h, w): object number, -1 floor, -2 back wall, -3 and -4 side
    walls, -9 nothing; part_mask int16: number of the mesh's part, -1 for the room; depth float32, metres along
    the optical axis; normals float32 (h, w, 3), world frame; coordinates float32 (h, w, 3): the point in the
    object's own frame (metres), 0 for the room; presence uint32: bit k is set where object k would be seen if
    it were alone; bounds float32 (objects, 2, 3): each object's box in its own frame.
    """

    rgb: np.ndarray
    instance_mask: np.ndarray
    part_mask: np.ndarray
    depth: np.ndarray
    normals: np.ndarray
    coordinates: np.ndarray
    presence: np.ndarray
    bounds: np.ndarray

    @property
    def objects(self) -> int:
        return len(self.bounds)

    def mask(self, number: int) -> np.ndarray:
        """bool (h, w): where object `number` is seen."""
        return self.instance_mask == number

    def amodal_mask(self, number: int) -> np.ndarray:
        """bool (h, w): where it would be seen without the others."""
        return (self.presence >> np.uint32(number)) & np.uint32(1) == 1
