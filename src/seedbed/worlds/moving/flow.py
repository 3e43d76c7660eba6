"""Optical flow, tracks and visibility of moving scenes, from exact coordinates and poses.

Each pixel's surface point is known in its object's own frame, so where it is in another frame follows from the
pose there and that frame's camera: no matching and no interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seedbed.dataset.images import encode
from seedbed.worlds.render.scene import Camera, Frame

UNIT = 64.0  # stored steps of a pixel
ZERO = 32768


def points(frame: Frame, camera: Camera) -> np.ndarray:
    """World point (h, w, 3) of each pixel's centre, from depth; the room's too."""
    h, w = frame.depth.shape
    forward, right, up = camera.frame()
    tan = np.tan(np.radians(camera.fov) / 2)
    y, x = np.mgrid[0:h, 0:w] + 0.5
    ray = forward + right * ((2 * x / h - w / h) * tan)[..., None] + up * ((1 - 2 * y / h) * tan)[..., None]
    return np.asarray(camera.eye) + ray * frame.depth[..., None]


def flow(frame: Frame, camera: Camera, poses: Sequence[np.ndarray], there: Camera) -> tuple[np.ndarray, np.ndarray]:
    """(displacement (h, w, 2) in pixels to another moment, depth (h, w) there); NaN where nothing is seen.

    `poses` are the objects' 4 x 4 poses at the other moment, `there` its camera.
    """
    h, w = frame.depth.shape
    world = points(frame, camera)
    for number, pose in enumerate(poses):
        here = frame.mask(number)
        world[here] = frame.coordinates[here] @ pose[:3, :3].T + pose[:3, 3]
    pixel, depth = there.project(world.reshape(-1, 3), w, h)
    y, x = np.mgrid[0:h, 0:w] + 0.5
    moved = pixel.reshape(h, w, 2) - np.stack([x, y], -1)
    nothing = frame.instance_mask == -9
    moved[nothing] = np.nan
    return moved, depth.reshape(h, w)


def occluded(moved: np.ndarray, depth: np.ndarray, other: Frame) -> np.ndarray:
    """bool (h, w): points that the other frame does not show: outside it, or behind something (by 1 % of depth)."""
    h, w = depth.shape
    y, x = np.mgrid[0:h, 0:w] + 0.5
    with np.errstate(invalid="ignore"):
        column, row = np.floor(x + moved[..., 0]), np.floor(y + moved[..., 1])
        inside = (column >= 0) & (row >= 0) & (column < w) & (row < h)
    c, r = np.where(inside, column, 0).astype(int), np.where(inside, row, 0).astype(int)
    return ~inside | (other.depth[r, c] < depth * 0.99 - 0.002)


def encode_flow(moved: np.ndarray) -> bytes:
    """As a 16-bit PNG of (2 h, w): x displacements above y displacements, in 1/64 pixel about 32768; 0: nothing."""
    stored = np.clip(np.round(moved * UNIT) + ZERO, 1, 65535)
    stored = np.where(np.isfinite(moved), stored, 0).astype(np.uint16)
    return encode(np.concatenate([stored[..., 0], stored[..., 1]], axis=0))


def decode_flow(image: np.ndarray) -> np.ndarray:
    """The displacements (h, w, 2), NaN where there is nothing, of a decoded picture (2 h, w[, 1])."""
    flat = image[..., 0] if image.ndim == 3 else image
    half = flat.shape[0] // 2
    both = np.stack([flat[:half], flat[half:]], -1).astype(float)
    return np.where(both == 0, np.nan, (both - ZERO) / UNIT)


def tracks(
    frames: Sequence[Frame], cameras: Sequence[Camera], poses: Sequence[Sequence[np.ndarray]], each: int = 4
) -> list[dict]:
    """Up to `each` points an object, seen in the first frame, followed through all: pixel and whether it is seen."""
    first = frames[0]
    h, w = first.depth.shape
    found = []
    for number in range(first.objects):
        rows, columns = np.nonzero(first.mask(number))
        if not len(rows):
            continue
        for k in range(each):
            at = (2 * k + 1) * len(rows) // (2 * each)
            own = first.coordinates[rows[at], columns[at]]
            xy, seen = [], []
            for frame, camera, here in zip(frames, cameras, poses):
                point = own @ here[number][:3, :3].T + here[number][:3, 3]
                pixel, depth = camera.project(point[None], w, h)
                x, y = float(pixel[0, 0]), float(pixel[0, 1])
                xy.append([x, y])
                at_pixel = (int(y), int(x))  # seen: the pixel that it falls in shows its object, at its depth
                shown = 0 <= x < w and 0 <= y < h and frame.instance_mask[at_pixel] == number
                seen.append(bool(shown and abs(frame.depth[at_pixel] - depth[0]) < 0.01 * depth[0] + 0.002))
            found.append({"object": number, "xy": xy, "visible": seen})
    return found
