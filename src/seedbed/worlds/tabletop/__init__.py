"""Objects on a table: the first 3D world."""

from seedbed.worlds.tabletop.world import Tabletop

__all__ = ["Tabletop"]
