"""What a picture may cost: the presets, by name. No Warp in here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """How much is spent: rays to the key and the fill light in penumbras, rays of indirect light a cell, pixels
    along a cell's side, samples along a pixel's side; or no rays at all.
    """

    key: int
    fill: int
    indirect: int
    cell: int
    samples: int
    rays: bool = True


PRESETS = {
    "turbo": Preset(0, 0, 0, 1, 2, rays=False),
    "fast": Preset(4, 2, 2, 2, 2),
    "good": Preset(9, 6, 5, 2, 3),
    "high": Preset(28, 16, 8, 1, 4),
}
