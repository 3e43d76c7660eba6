"""What a shape is: named continuous parameters with ranges, and a function from parameters to a mesh.

A shape is one file with one registered class; its first part carries the object's colour and material,
the others name an accent (see `ACCENTS` in `seedbed.worlds.tabletop.materials`). The front faces -y.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from seedbed.worlds.geometry import Mesh

Parameters = dict[str, float]


class Shape:
    """A category's program. Subclasses set `ranges`, `accents` and `build`."""

    ranges: ClassVar[dict[str, tuple[float, float]]] = {}
    accents: ClassVar[dict[str, str]] = {}  # part -> accent surface, for every part but the first
    upright: ClassVar[float] = 1.0  # height allowed, as a share of the size's height

    def draw(self, rng: np.random.Generator) -> Parameters:
        """One value for each parameter, uniform in its range."""
        return {name: round(float(rng.uniform(low, high)), 4) for name, (low, high) in self.ranges.items()}

    def build(self, **p: float) -> Mesh:
        """The mesh for these parameters, in any scale and place: the world fits it to the table."""
        raise TypeError(f"{type(self).__name__} has no build")
