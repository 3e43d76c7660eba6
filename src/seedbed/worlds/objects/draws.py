"""One row's random numbers, drawn in one go: planning a scene must not cost a call to numpy for every number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
BLOCK = 128


class Draws:
    """Uniform numbers from a generator, in order, fetched in blocks."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._block: list[float] = []

    def unit(self) -> float:
        """Uniform in [0, 1)."""
        try:
            return self._block.pop()
        except IndexError:
            self._block = self._rng.random(BLOCK).tolist()
            return self._block.pop()

    def uniform(self, low: float, high: float) -> float:
        """Uniform in [low, high)."""
        try:
            return low + (high - low) * self._block.pop()
        except IndexError:
            return low + (high - low) * self.unit()

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int((high - low + 1) * self.unit())

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, each as likely."""
        return values[int(len(values) * self.unit())]
