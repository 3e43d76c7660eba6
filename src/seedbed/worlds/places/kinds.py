"""The kinds of place: what carries the objects, which objects belong there, ground, walls and camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from seedbed.worlds.layout.camera import Eye
from seedbed.worlds.layout.scatter import orbit
from seedbed.worlds.layout.solver import Ground
from seedbed.worlds.objects.build import extent_of, shape_of
from seedbed.worlds.objects.draw import states_of
from seedbed.worlds.objects.draws import Draws

SMALL = ("solids", "kitchen", "food", "office", "household")


@dataclass(frozen=True)
class Kind:
    """One kind of place. Sizes are metres; `carrier` is the furniture that the objects stand on, "" the ground."""

    view: Callable[[Draws, float], Eye]
    groups: tuple[str, ...]
    smallest: float
    largest: float
    grounds: tuple[str, ...]
    carrier: str = ""
    ground: Ground = field(default_factory=lambda: Ground(2.4, 1.8))
    walls: tuple[str, ...] = ()
    room: tuple[float, float] = (0.0, 0.0)  # half width, and y of the back wall; zeros: no walls
    light: float = 1.0  # how far the lights are, against a table's
    lift: float = 0.0  # metres that the lights are raised


def _view(
    distance: float, lift: float, low: float, high: float, fov: float, side: float = 30.0, y: float = 0.0
) -> Callable[[Draws, float], Eye]:
    def made(draws: Draws, scale: float) -> Eye:
        far = distance * scale * draws.uniform(0.94, 1.08)
        return orbit(draws, far, low=low, high=high, side=side, lift=lift, at=(0.0, y), fov=fov)

    return made


INDOOR = ("planks", "tiles", "carpet", "checked", "plain")
WALLS = ("plaster", "striped", "panels", "bricks")

KINDS: dict[str, Kind] = {
    "table": Kind(
        _view(2.2, 0.74, 24, 44, 34), SMALL, 0.03, 0.42, INDOOR, "table", walls=WALLS, room=(2.4, 1.3),
        light=1.1, lift=0.7,
    ),
    "shelf": Kind(
        _view(2.7, 0.8, 6, 20, 40, 24), SMALL, 0.03, 0.3, INDOOR, "bookshelf", walls=WALLS, room=(2.2, 0.4), light=1.1,
        lift=0.7,
    ),
    "desk": Kind(
        _view(2.2, 0.76, 22, 40, 36), ("office", "household", "kitchen"), 0.03, 0.62, INDOOR, "desk", walls=WALLS,
        room=(2.4, 0.9), light=1.1, lift=0.7,
    ),
    "room": Kind(
        _view(4.9, 0.7, 14, 30, 46, 26, 0.4), ("furniture", "animals"), 0.35, 2.4, INDOOR,
        ground=Ground(4.4, 3.2, 0.0, 0.3, back=2.0, hang=1.35), walls=WALLS, room=(2.7, 2.0), light=1.5, lift=0.6,
    ),
    "outdoors": Kind(
        _view(10.0, 0.9, 14, 32, 46, 40), ("outdoors", "animals"), 0.6, 9.5, ("grass", "sand", "soil", "concrete"),
        ground=Ground(11.0, 9.0), light=4.0,
    ),
}  # fmt: skip
PLACES = tuple(KINDS)
ROOMY = 5  # objects on the ground that a place of its usual size has room for


def grown(kind: Kind, objects: int) -> tuple[Ground, tuple[float, float], float]:
    """The place's ground and room, larger for many objects, and by how much."""
    scale = 1.0 if kind.carrier else max(1.0, (objects / ROOMY) ** 0.5)
    g, (half, back) = kind.ground, kind.room
    wall = None if g.back is None else g.back * scale
    return Ground(g.width * scale, g.depth * scale, g.x, g.y, wall, g.hang), (half * scale, back * scale), scale


def categories_of(kind: Kind, categories: tuple[str, ...]) -> tuple[str, ...]:
    """The categories that belong to a place: of its groups, and of a natural size that fits it."""
    return tuple(
        c for c in categories if shape_of(c).group in kind.groups and kind.smallest <= _longest(c) <= kind.largest
    )


def _longest(category: str) -> float:
    return max(extent_of(category, 0, states_of(category)[0]).size) * shape_of(category).metres
