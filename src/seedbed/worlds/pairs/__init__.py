"""Two scenes that differ in one swap, rendered under the same camera and light."""

from seedbed.worlds.pairs.world import Pairs

__all__ = ["Pairs"]
