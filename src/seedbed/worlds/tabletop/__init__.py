"""Objects on a table, rendered."""

from seedbed.worlds.tabletop.world import Tabletop

__all__ = ["Tabletop"]
