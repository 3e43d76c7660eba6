"""The renderer against independent geometry: spheres and boxes cast by formula in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.worlds.geometry import MeshBuilder, ball, box, move
from seedbed.worlds.render.renderer import Renderer
from seedbed.worlds.render.scene import Camera, Light, RenderScene, Surface, Thing

SIZE = 96
CAMERA = Camera((0.3, -2.4, 1.3), (0.0, 0.0, 0.2), 30.0)
GRAY = Surface("plain", (0.4, 0.4, 0.4))


def scene(things: list[Thing], seed: int = 1) -> RenderScene:
    return RenderScene(
        CAMERA, things, Light((-1.5, -1.5, 2.6), (8, 8, 8), 0.3), Light((2, -2, 2), (1, 1, 1), 0.3),
        Surface("planks", (0.5, 0.4, 0.3), (0.2, 0.1, 0.1), scale=3.0), GRAY, seed=seed,
    )  # fmt: skip


def at(x: float, y: float) -> np.ndarray:
    pose = np.eye(4)
    pose[:2, 3] = x, y
    return pose


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(SIZE, SIZE, preset="fast")


def rays() -> tuple[np.ndarray, np.ndarray]:
    """Origin and directions through the pixel centres, scaled so that the parameter is the depth."""
    forward, right, up = CAMERA.frame()
    tan = np.tan(np.radians(CAMERA.fov) / 2)
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    d = forward + right * ((2 * x / SIZE - 1) * tan)[..., None] + up * ((1 - 2 * y / SIZE) * tan)[..., None]
    return np.array(CAMERA.eye), d


def cast_sphere(centre: np.ndarray, radius: float) -> np.ndarray:
    origin, d = rays()
    offset = origin - centre
    a, b, c = (d * d).sum(-1), (d * offset).sum(-1), offset @ offset - radius**2
    root = b * b - a * c
    return np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)


def cast_box(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    origin, d = rays()
    one, two = (low - origin) / d, (high - origin) / d
    enter, leave = np.minimum(one, two).max(-1), np.maximum(one, two).min(-1)
    return np.where((enter < leave) & (enter > 0), enter, np.inf)


def test_depth_and_mask_agree_with_a_ray_cast(renderer: Renderer) -> None:
    sphere = MeshBuilder().add(ball(0.2, segments=160, rings=90)).build()
    block = MeshBuilder().add(move(box((0.3, 0.2, 0.25), 0.0001), (0, 0, 0.125))).build()
    frame = renderer.render([scene([Thing(sphere, at(-0.2, 0), (GRAY,)), Thing(block, at(0.25, 0.1), (GRAY,))])])[0]
    _, d = rays()
    with np.errstate(divide="ignore"):
        floor = np.where(d[..., 2] < 0, -CAMERA.eye[2] / d[..., 2], np.inf)
    every = np.stack([
        cast_sphere(np.array([-0.2, 0, 0.2]), 0.2),
        cast_box(np.array([0.1, 0.0, 0.0]), np.array([0.4, 0.2, 0.25])),
        floor,
    ])  # fmt: skip
    wanted = np.array([0, 1, -1])[every.argmin(0)]
    agree = wanted == frame.instance_mask
    assert agree.mean() > 0.995  # all but pixels on a silhouette
    assert (wanted == 0).sum() > 300 and (wanted == 1).sum() > 300
    error = np.abs(frame.depth - every.min(0))[agree]
    assert np.median(error) < 1e-6 and np.quantile(error, 0.99) < 2e-3  # but for grazing pixels, made of triangles


def test_pixels_depend_on_the_scene_alone(renderer: Renderer) -> None:
    ball_mesh = MeshBuilder().add(ball(0.2)).build()
    woven = Surface("woven", (0.5, 0.1, 0.1), (0.8, 0.3, 0.3), scale=2.0, bump=0.2)
    one, two = scene([Thing(ball_mesh, at(0, 0), (woven,))]), scene([Thing(ball_mesh, at(0.2, 0), (GRAY,))], 9)
    alone = renderer.render([two])[0]
    behind = renderer.render([one, two, two])
    fresh = Renderer(SIZE, SIZE, preset="fast").render([two])[0]
    for frame in (behind[1], behind[2], fresh):
        assert np.array_equal(frame.rgb, alone.rgb) and np.array_equal(frame.instance_mask, alone.instance_mask)
        assert np.array_equal(frame.depth, alone.depth) and np.array_equal(frame.visible, alone.visible)
    assert not np.array_equal(behind[0].rgb, alone.rgb)


def test_visible_and_amodal_counts(renderer: Renderer) -> None:
    mesh = MeshBuilder().add(ball(0.2)).build()
    near_far = [Thing(mesh, at(0.05, 0.5), (GRAY,)), Thing(mesh, at(0, -0.3), (GRAY,))]
    both, alone = renderer.render([scene(near_far), scene(near_far[:1])])
    assert both.amodal[0] == alone.amodal[0] == alone.visible[0]
    assert 0 < both.visible[0] < both.amodal[0] and both.visible[1] == both.amodal[1]
    share = (both.instance_mask == 1).sum() * both.samples / both.visible[1]
    assert abs(share - 1) < 0.05


def test_projection_hits_the_sphere(renderer: Renderer) -> None:
    mesh = MeshBuilder().add(ball(0.15)).build()
    frame = renderer.render([scene([Thing(mesh, at(0.2, 0.1), (GRAY,))])])[0]
    rows, columns = np.nonzero(frame.instance_mask == 0)
    pixel, depth = CAMERA.project(np.array([[0.2, 0.1, 0.15]]), SIZE, SIZE)
    assert abs(columns.mean() + 0.5 - pixel[0, 0]) < 0.6 and abs(rows.mean() + 0.5 - pixel[0, 1]) < 0.6
    seen = frame.depth[int(pixel[0, 1]), int(pixel[0, 0])]
    forward = CAMERA.frame()[0]
    line = np.array([0.2, 0.1, 0.15]) - np.array(CAMERA.eye)
    assert seen == pytest.approx(depth[0] - 0.15 * (line @ forward) / np.linalg.norm(line), abs=5e-3)


def test_normals_are_unit_and_face_the_camera(renderer: Renderer) -> None:
    mesh = MeshBuilder().add(ball(0.25)).build()
    frame = renderer.render([scene([Thing(mesh, at(0, 0), (GRAY,))])])[0]
    inside = frame.instance_mask == 0
    normals = frame.normals[inside]
    assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-3)
    _, d = rays()
    assert ((normals * d[inside]).sum(1) < 0.05).all()
    assert np.isfinite(frame.rgb).all() and frame.rgb[inside].std() > 5


def test_what_cannot_be_drawn_is_refused(renderer: Renderer) -> None:
    mesh = MeshBuilder().add(ball(0.05)).build()
    with pytest.raises(UsageError, match="1 to 32"):
        renderer.render([scene([Thing(mesh, at(0, 0), (GRAY,))] * 33)])
    with pytest.raises(UsageError, match="1 to 32"):
        renderer.render([scene([])])
    with pytest.raises(UsageError, match="surfaces for parts"):
        renderer.render([scene([Thing(mesh, at(0, 0), (GRAY, GRAY))])])
    with pytest.raises(UsageError, match="did you mean 'woven'"):
        renderer.render([scene([Thing(mesh, at(0, 0), (Surface("wovn"),))])])
    with pytest.raises(UsageError, match="no device"):
        Renderer(32, 32, device="cuda:9")
    with pytest.raises(UsageError, match="no preset"):
        Renderer(32, 32, preset="best")
