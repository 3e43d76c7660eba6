"""`Factor`: a discrete property that a world can be asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Factor:
    """A name and the levels it can take; `doc` says what the levels mean."""

    name: str
    levels: tuple[str | int, ...]
    doc: str = ""
