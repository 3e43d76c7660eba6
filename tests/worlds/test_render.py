"""The renderer against independent geometry: spheres and boxes cast by formula in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.worlds.geometry import MeshBuilder, ball, box, move
from seedbed.worlds.render.kernels.materials import KINDS
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
    assert agree.mean() > 0.999  # all but pixels on a silhouette of triangles
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
        assert np.array_equal(frame.depth, alone.depth) and np.array_equal(frame.presence, alone.presence)
    assert not np.array_equal(behind[0].rgb, alone.rgb)


def test_visible_and_amodal_counts(renderer: Renderer) -> None:
    mesh = MeshBuilder().add(ball(0.2)).build()
    near_far = [Thing(mesh, at(0.05, 0.5), (GRAY,)), Thing(mesh, at(0, -0.3), (GRAY,))]
    both, alone = renderer.render([scene(near_far), scene(near_far[:1])])
    assert np.array_equal(both.amodal_mask(0), alone.amodal_mask(0))
    assert np.array_equal(alone.amodal_mask(0), alone.mask(0))
    assert 0 < both.mask(0).sum() < both.amodal_mask(0).sum()
    assert np.array_equal(both.mask(1), both.amodal_mask(1))


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


def test_truth_is_the_same_for_every_preset() -> None:
    mesh = MeshBuilder().add(ball(0.2)).add(move(box((0.1, 0.1, 0.1), 0.01), (0, 0, 0.42)), "hat").build()
    drawn = scene([Thing(mesh, at(0.05, 0.1), (GRAY, GRAY)), Thing(mesh, at(-0.2, -0.4), (GRAY, GRAY))])
    one, *others = [Renderer(SIZE, SIZE, preset=p).render([drawn])[0] for p in ("turbo", "fast", "good", "high")]
    for other in others:
        for name in ("instance_mask", "part_mask", "depth", "normals", "coordinates", "presence"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert set(np.unique(one.part_mask)) == {-1, 0, 1}


def test_coordinates_are_the_points_seen(renderer: Renderer) -> None:
    """Depth along the ray and the object's own coordinates at its pose are the same point of the world."""
    mesh = MeshBuilder().add(ball(0.2)).build()
    pose = np.array([[0, -1, 0, 0.1], [1, 0, 0, 0.2], [0, 0, 1, 0.05], [0, 0, 0, 1.0]])
    frame = renderer.render([scene([Thing(mesh, pose, (GRAY,))])])[0]
    inside = frame.mask(0)
    origin, d = rays()
    seen = origin + d[inside] * frame.depth[inside][:, None]
    own = frame.coordinates[inside] @ pose[:3, :3].T + pose[:3, 3]
    assert np.abs(seen - own).max() < 1e-4


def test_presets_agree_about_the_picture() -> None:
    mesh = MeshBuilder().add(ball(0.2)).build()
    drawn = scene([Thing(mesh, at(0, 0), (Surface("plain", (0.5, 0.1, 0.1)),))])
    turbo, fast, high = (Renderer(SIZE, SIZE, preset=p).render([drawn])[0].rgb for p in ("turbo", "fast", "high"))
    assert np.abs(fast.astype(int) - high).mean() < 4  # measured 1.2 of 255
    assert np.abs(turbo.astype(int) - high).mean() < 16  # measured 6.5: light without rays


def test_glass_lets_the_scene_through(renderer: Renderer) -> None:
    """Behind a thin pane of clear glass a red ball stays red; the same pane of rubber hides it."""
    red = Thing(MeshBuilder().add(ball(0.2)).build(), at(0, 0.4), (Surface("plain", (0.6, 0.02, 0.02)),))
    pane_mesh = MeshBuilder().add(move(box((0.7, 0.01, 0.6), 0.001), (0, 0, 0.3))).build()

    def redness(surface: Surface) -> float:
        frame = renderer.render([scene([red, Thing(pane_mesh, at(0, -0.2), (surface,))])])[0]
        hidden = frame.amodal_mask(0) & frame.mask(1)
        assert hidden.sum() > 100
        picture = frame.rgb[hidden].astype(float)
        return float((picture[:, 0] - picture[:, 1]).mean())

    clear, opaque = redness(Surface("plain", (1.0, 1.0, 1.0), roughness=0.03, glass=1.0)), redness(GRAY)
    assert clear > 60 and abs(opaque) < 15


def test_glass_bends_light_by_snell() -> None:
    """Looking straight down through a slab of glass, what lies under it appears nearer to the middle of the slab."""
    stripe = Surface("plain", (0.6, 0.02, 0.02))
    line = MeshBuilder().add(move(box((0.03, 1.0, 0.01), 0.001), (0.2, 0, 0.005))).build()
    block = MeshBuilder().add(move(box((0.8, 0.8, 0.3), 0.001), (0, 0, 0.2))).build()
    view = Camera((0.0, -0.001, 2.0), (0.0, 0.0, 0.0), 40.0)
    glass = Surface("plain", (1.0, 1.0, 1.0), roughness=0.03, glass=1.0)

    def column(things: list[Thing]) -> float:
        drawn = RenderScene(
            view, things, Light((-1, -1, 3), (9, 9, 9), 0.2), Light((1, 1, 3), (2, 2, 2), 0.2), GRAY, GRAY
        )
        picture = Renderer(160, 160, preset="good").render([drawn])[0].rgb.astype(float)
        red = np.clip(picture[60:100, :, 0] - picture[60:100, :, 1] - 25, 0, None).sum(0)
        return float((red * (np.arange(160) + 0.5)).sum() / red.sum())

    bare, bent = (
        column(t)
        for t in (
            [Thing(line, at(0, 0), (stripe,))],
            [Thing(line, at(0, 0), (stripe,)), Thing(block, at(0, 0), (glass,))],
        )
    )
    # a ray at x on the top face at height .35 is refracted to sin/1.5: solve for where the stripe at x = .2 is seen
    tan = np.tan(np.radians(20.0))
    offsets = np.linspace(0.05, 0.4, 4000)
    sine = offsets / np.hypot(offsets, 1.65)
    inside = np.tan(np.arcsin(sine / 1.5))
    landing = offsets + 0.30 * inside + 0.05 * offsets / 1.65
    seen = offsets[np.abs(landing - 0.2).argmin()] / 1.65
    wanted = (seen / tan + 1) * 80
    assert bare == pytest.approx((0.2 / 1.99 / tan + 1) * 80, abs=1.0)
    assert bent == pytest.approx(wanted, abs=0.4) and bent - bare > 1


@pytest.mark.parametrize("kind", KINDS)
def test_textures_do_not_alias(kind: str) -> None:
    """Far away, where texture cells are smaller than pixels, a texture is flat: no moire and no sparkle."""
    wide = Surface(kind, (0.5, 0.3, 0.2), (0.2, 0.3, 0.5), roughness=0.9, scale=400.0)
    tiny = MeshBuilder().add(ball(0.001)).build()
    drawn = RenderScene(
        Camera((0, -3, 2), (0, 0.5, 0), 20.0), [Thing(tiny, at(0, 0), (GRAY,))], Light((0, 0, 9), (90, 90, 90), 0.3),
        Light((2, -2, 2), (0, 0, 0), 0.3), wide, GRAY,
    )  # fmt: skip
    picture = Renderer(64, 64, preset="fast").render([drawn])[0].rgb[16:].astype(float).mean(-1)
    assert np.abs(np.diff(picture, axis=1)).mean() < 5
