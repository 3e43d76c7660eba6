"""What a shape is: named continuous parameters with ranges, and a function from parameters to a mesh.

A shape is one file with one registered class. Lengths are metres at natural size (times `metres`), z is up,
the front faces -y. The first part carries the object's colour and material; the others name an accent (see
`ACCENTS` in `seedbed.worlds.materials.accents`). The front matters only where `front` is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from seedbed.worlds.geometry import Mesh

Parameters = dict[str, float]


@dataclass(frozen=True)
class Support:
    """A level rectangle that carries other objects, in the coordinates of `build`.

    `z` is its height, `width` and `depth` its extent along x and y about (x, y), `clearance` the free height
    above it; `inside` says that what stands there is inside the object (a bowl, a shelf), not on it.
    """

    z: float
    width: float
    depth: float
    x: float = 0.0
    y: float = 0.0
    clearance: float = 10.0
    inside: bool = False


class Shape:
    """A category's program. Subclasses set `group`, `ranges` (four or more), `accents` and write `build`."""

    group: ClassVar[str] = "thing"  # its place in the taxonomy: the folder it lives in
    ranges: ClassVar[dict[str, tuple[float, float]]] = {}
    accents: ClassVar[dict[str, str]] = {}  # part -> accent surface, for every part but the first
    states: ClassVar[dict[str, dict[str, str]]] = {}  # state -> accents that differ in it; {} for no states
    upright: ClassVar[float] = 1.0  # height allowed on a table, as a share of the size's height
    metres: ClassVar[float] = 1.0  # natural metres to one unit of `build`
    front: ClassVar[bool] = False  # whether it has a front (at -y)
    open_below: ClassVar[bool] = False  # stands on legs at its edges, so that things can stand under it

    def draw(self, rng: np.random.Generator) -> Parameters:
        """One value for each parameter, uniform in its range."""
        return {name: round(float(rng.uniform(low, high)), 4) for name, (low, high) in self.ranges.items()}

    def build(self, **p: Any) -> Mesh:
        """The mesh for these parameters; a shape with `states` gets the state's name as `state`."""
        raise TypeError(f"{type(self).__name__} has no build")

    def supports(self, **p: Any) -> list[Support]:
        """Where other objects can stand on it or in it; same arguments as `build`."""
        return []

    def accent(self, part: str, state: str = "") -> str:
        """The accent surface of a part (not the first) in a state."""
        return self.states.get(state, {}).get(part, self.accents[part])
