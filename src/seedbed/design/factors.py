"""`Factor`: a discrete property that a world can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Factor:
    """A name and the levels it can take; `doc` says what the levels mean.

    A conditional factor names the factor that it is `given`, and for each of that one's levels the levels
    that it can take there (`allowed`): other combinations never occur.
    """

    name: str
    levels: tuple[str | int, ...]
    doc: str = ""
    given: str = ""
    allowed: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict, hash=False)

    def possible(self, given: str | int) -> tuple[str | int, ...]:
        """The levels that occur with a level of the factor that this one is given."""
        return self.allowed.get(str(given), self.levels) if self.given else self.levels
