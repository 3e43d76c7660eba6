"""Triangle meshes from numpy: rounded boxes, revolved profiles, swept tubes, with exact normals.

Lengths are metres, faces wind counter-clockwise seen from outside. Builders return (vertices (n, 3),
normals (n, 3), faces (m, 3)); `MeshBuilder` joins them into a `Mesh` with named parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

Geometry = tuple[np.ndarray, np.ndarray, np.ndarray]
TINY_AREA = 1e-12


@dataclass(frozen=True)
class Mesh:
    """Vertices and normals float32 (n, 3), faces int32 (m, 3), and each face's part as a number into `parts`."""

    vertices: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    face_parts: np.ndarray
    parts: tuple[str, ...]

    @cached_property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner."""
        return self.vertices.min(0), self.vertices.max(0)


class MeshBuilder:
    """Collects geometry under part names; "body" comes first and carries the object's main colour."""

    def __init__(self) -> None:
        self._pieces: list[tuple[Geometry, str]] = []

    def add(self, geometry: Geometry, part: str = "body") -> MeshBuilder:
        self._pieces.append((geometry, part))
        return self

    def build(self) -> Mesh:
        named = [part for _, part in self._pieces]
        parts = tuple(dict.fromkeys(["body"] * ("body" in named) + named))
        offset, faces, labels = 0, [], []
        for (vertices, _, triangles), part in self._pieces:
            faces.append(triangles + offset)
            labels.append(np.full(len(triangles), parts.index(part)))
            offset += len(vertices)
        return Mesh(
            np.concatenate([g[0] for g, _ in self._pieces]).astype(np.float32),
            np.concatenate([g[1] for g, _ in self._pieces]).astype(np.float32),
            np.concatenate(faces).astype(np.int32),
            np.concatenate(labels).astype(np.int32),
            parts,
        )


def move(
    geometry: Geometry, offset: Sequence[float] | np.ndarray = (0, 0, 0), rotation: np.ndarray | None = None
) -> Geometry:
    """Rotated about the origin, then moved."""
    vertices, normals, faces = geometry
    if rotation is not None:
        vertices, normals = vertices @ rotation.T, normals @ rotation.T
    return vertices + np.asarray(offset, float), normals, faces


def rotate_x(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotate_y(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rotate_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def grid_faces(rows: int, columns: int, *, wrap: bool = False, flip: bool = False) -> np.ndarray:
    """Triangles of a grid of vertices, (rows x columns) in row order; `wrap` joins the last column to the first."""
    i = np.arange(rows - 1)[:, None]
    j = np.arange(columns if wrap else columns - 1)[None, :]
    k = (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + k, (i + 1) * columns + j, (i + 1) * columns + k
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return faces[:, ::-1] if flip else faces


def box(extent: Sequence[float] | np.ndarray, radius: float = 0.01, *, segments: int = 2) -> Geometry:
    """A box with rounded edges, centred at the origin."""
    direction, sign, faces = _rounded_cube(segments)
    half = np.asarray(extent, float) / 2
    r = min(radius, float(half.min()) * 0.999)
    return sign * (half - r) + direction * r, direction, faces


@lru_cache(maxsize=4)
def _rounded_cube(segments: int) -> Geometry:
    """(normal direction, corner sign, faces) of a cube whose corners are spheres."""
    arc = np.tan(np.linspace(0, np.pi / 4, segments + 1))
    side = np.r_[-arc[::-1], arc]
    corner = np.r_[-np.ones(segments + 1), np.ones(segments + 1)]
    (a, b), (sa, sb) = np.meshgrid(side, side, indexing="ij"), np.meshgrid(corner, corner, indexing="ij")
    count = len(side)
    directions: list[np.ndarray] = []
    signs: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    for axis in range(3):
        for sense in (-1, 1):
            direction, sign = np.zeros((count, count, 3)), np.zeros((count, count, 3))
            direction[..., axis] = sign[..., axis] = sense
            direction[..., (axis + 1) % 3], direction[..., (axis + 2) % 3] = a, b
            sign[..., (axis + 1) % 3], sign[..., (axis + 2) % 3] = sa, sb
            faces.append(grid_faces(count, count, flip=sense > 0) + len(faces) * count * count)
            directions.append(direction.reshape(-1, 3))
            signs.append(sign.reshape(-1, 3))
    every = np.concatenate(directions)
    every /= np.linalg.norm(every, axis=1, keepdims=True)
    return every, np.concatenate(signs), np.concatenate(faces)


def lathe(profile: Sequence[Sequence[float]] | np.ndarray, *, segments: int = 40, crease: float = 35.0) -> Geometry:
    """A profile of (radius, z) points revolved about z; the surface is on the right of the path upwards.

    Corners sharper than `crease` degrees keep a hard edge.
    """
    points, normals, breaks = _profile_normals(np.asarray(profile, float), crease)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)

    def revolve(values: np.ndarray) -> np.ndarray:
        height = np.broadcast_to(values[:, 1:], (len(values), segments))
        return np.stack([values[:, :1] * cos, values[:, :1] * sin, height], -1).reshape(-1, 3)

    vertices = revolve(points)
    faces = grid_faces(len(points), segments, wrap=True)
    ring = faces // segments
    faces = faces[~(np.isin(ring.min(1), breaks) & (ring.max(1) != ring.min(1)))]
    return vertices, revolve(normals), _without_slivers(vertices, faces)


def _profile_normals(p: np.ndarray, crease: float) -> tuple[np.ndarray, np.ndarray, list[int]]:
    step = np.diff(p, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True) + 1e-12
    side = np.stack([step[:, 1], -step[:, 0]], 1)
    points, normals, breaks = [p[0]], [side[0]], []
    for i in range(1, len(p) - 1):
        before, after = side[i - 1], side[i]
        if before @ after < np.cos(np.radians(crease)):
            points += [p[i], p[i]]
            normals += [before, after]
            breaks.append(len(points) - 2)
        else:
            middle = before + after
            points.append(p[i])
            normals.append(middle / np.linalg.norm(middle))
    points.append(p[-1])
    normals.append(side[-1])
    return np.array(points), np.array(normals), breaks


def _without_slivers(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return faces[np.linalg.norm(np.cross(b - a, c - a), axis=1) > TINY_AREA]


def tube(
    path: Sequence[Sequence[float]] | np.ndarray,
    radius: float | Sequence[float] | np.ndarray,
    *,
    segments: int = 12,
    flatten: float = 1.0,
    side: Sequence[float] | np.ndarray = (0, 1, 0),
    capped: bool = True,
) -> Geometry:
    """A tube along a path; `side` is a direction that the path never runs along, `flatten` scales along it."""
    points = np.asarray(path, float)
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.cross(np.asarray(side, float), tangent)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = np.cross(tangent, across)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    radii = np.broadcast_to(np.asarray(radius, float), (len(points),))
    ring = np.cos(angle)[None, :, None] * across[:, None] + np.sin(angle)[None, :, None] * along[:, None] * flatten
    vertices = (points[:, None] + radii[:, None, None] * ring).reshape(-1, 3)
    normals = (ring / np.linalg.norm(ring, axis=2, keepdims=True)).reshape(-1, 3)
    faces = grid_faces(len(points), segments, wrap=True)
    if not capped:
        return vertices, normals, faces
    return _cap(vertices, normals, faces, points, tangent, segments)


def _cap(
    vertices: np.ndarray,
    normals: np.ndarray,
    faces: np.ndarray,
    points: np.ndarray,
    tangent: np.ndarray,
    n: int,
) -> Geometry:
    count, ring = len(vertices), np.arange(n)
    ends = [(vertices[:n], points[0], -tangent[0], False), (vertices[-n:], points[-1], tangent[-1], True)]
    for rim, centre, direction, last in ends:
        start = len(vertices)
        vertices = np.concatenate([vertices, rim, centre[None]])
        normals = np.concatenate([normals, np.broadcast_to(direction, (n + 1, 3))])
        a, b = start + ring, start + (ring + 1) % n
        order = (a, b) if last else (b, a)
        faces = np.concatenate([faces, np.stack([*order, np.full(n, start + n)], 1)])
    assert len(vertices) == count + 2 * (n + 1)
    return vertices, normals, faces


def ball(radius: float, *, segments: int = 32, rings: int = 18) -> Geometry:
    """A sphere standing on z = 0."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings)
    profile = [(max(radius * np.cos(x), 0.0), radius * (np.sin(x) + 1)) for x in angle]
    return lathe(profile, segments=segments, crease=60)


def ring(major: float, minor: float, *, segments: int = 40, sides: int = 18) -> Geometry:
    """A torus lying on z = 0."""
    turn = np.linspace(0, 2 * np.pi, segments, endpoint=False)[:, None]
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[None, :]
    out = np.stack([np.cos(turn) * np.cos(angle), np.sin(turn) * np.cos(angle), np.sin(angle) + 0 * turn], -1)
    centre = np.concatenate([np.cos(turn), np.sin(turn), 0 * turn], 1)[:, None] * major
    vertices = (centre + minor * out + np.array([0, 0, minor])).reshape(-1, 3)
    i, j = np.arange(segments)[:, None], np.arange(sides)[None, :]
    a, b = i * sides + j, ((i + 1) % segments) * sides + j
    c, d = i * sides + (j + 1) % sides, ((i + 1) % segments) * sides + (j + 1) % sides
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return vertices, out.reshape(-1, 3), faces


def rounded_rim(radius: float, height: float, bevel: float) -> list[tuple[float, float]]:
    """The profile of a solid cylinder with bevelled rims, from the bottom's centre to the top's."""
    turn = np.linspace(0, np.pi / 2, 4)
    low = [(radius - bevel + bevel * np.sin(x), bevel - bevel * np.cos(x)) for x in turn]
    high = [(radius - bevel + bevel * np.cos(x), height - bevel + bevel * np.sin(x)) for x in turn]
    return [(0.0, 0.0), *low, *high, (0.0, height)]


def ellipsoid(radii: Sequence[float] | np.ndarray, *, segments: int = 24, rings: int = 14) -> Geometry:
    """An ellipsoid centred at the origin with radii along x, y, z."""
    vertices, normals, faces = ball(1.0, segments=segments, rings=rings)
    scale = np.asarray(radii, float)
    return stretch((vertices - [0.0, 0.0, 1.0], normals, faces), scale)


def stretch(geometry: Geometry, scale: Sequence[float] | np.ndarray) -> Geometry:
    """Scaled along x, y, z about the origin, normals kept true; factors are positive."""
    vertices, normals, faces = geometry
    factors = np.asarray(scale, float)
    tilted = normals / factors
    return vertices * factors, tilted / np.linalg.norm(tilted, axis=1, keepdims=True), faces


def limb(
    start: Sequence[float] | np.ndarray,
    end: Sequence[float] | np.ndarray,
    radius: float,
    end_radius: float | None = None,
    *,
    segments: int = 12,
    caps: int = 5,
) -> Geometry:
    """A rounded stick from one point to another: a capsule, tapered when the radii differ."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    r0, r1 = radius, radius if end_radius is None else end_radius
    length = float(np.linalg.norm(b - a))
    turn = np.linspace(0, np.pi / 2, caps)
    low = [(r0 * np.sin(x), -r0 * np.cos(x)) for x in turn]
    high = [(r1 * np.cos(x), length + r1 * np.sin(x)) for x in turn]
    return move(lathe([*low, *high], segments=segments, crease=60), a, towards((b - a) / max(length, 1e-9)))


def towards(direction: Sequence[float] | np.ndarray) -> np.ndarray:
    """A rotation that takes +z to a direction."""
    d = np.asarray(direction, float)
    d = d / np.linalg.norm(d)
    side = np.array([1.0, 0.0, 0.0]) if abs(d[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    x = np.cross(side, d)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(d, x), d], axis=1)


def slab(outline: Sequence[Sequence[float]] | np.ndarray, thickness: float) -> Geometry:
    """A flat plate in the x-y plane from z = 0 to `thickness`: an outline (n, 2) counter-clockwise that can be
    seen whole from its mean point (star-shaped), hard edges.
    """
    flat = np.asarray(outline, float)
    n = len(flat)
    ring = np.arange(n)
    after = (ring + 1) % n
    centre = flat.mean(0, keepdims=True)
    pieces: list[Geometry] = []
    for z, sense in ((0.0, -1.0), (thickness, 1.0)):
        points = np.concatenate([flat, centre])
        vertices = np.concatenate([points, np.full((n + 1, 1), z)], axis=1)
        order = (ring, after) if sense > 0 else (after, ring)
        pieces.append((vertices, np.tile([0.0, 0.0, sense], (n + 1, 1)), np.stack([*order, np.full(n, n)], 1)))
    edge = flat[after] - flat
    out = np.stack([edge[:, 1], -edge[:, 0], np.zeros(n)], 1)
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-12
    low, high = np.c_[flat, np.zeros(n)], np.c_[flat, np.full(n, thickness)]
    vertices = np.stack([low, low[after], high[after], high], 1).reshape(-1, 3)
    first = ring * 4
    faces = np.concatenate([np.stack([first, first + 1, first + 2], 1), np.stack([first, first + 2, first + 3], 1)])
    pieces.append((vertices, np.repeat(out, 4, axis=0), faces))
    return joined(pieces)


def joined(pieces: Sequence[Geometry]) -> Geometry:
    """Several pieces as one."""
    offsets = np.cumsum([0, *(len(v) for v, _, _ in pieces[:-1])])
    return (
        np.concatenate([v for v, _, _ in pieces]),
        np.concatenate([n for _, n, _ in pieces]),
        np.concatenate([f + o for (_, _, f), o in zip(pieces, offsets)]),
    )


def mirrored(geometry: Geometry) -> Geometry:
    """The mirror image in x, wound the right way round."""
    vertices, normals, faces = geometry
    flip = np.array([-1.0, 1.0, 1.0])
    return vertices * flip, normals * flip, faces[:, ::-1]
