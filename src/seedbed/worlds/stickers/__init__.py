"""Pictures of emoji artwork, of things and of people, with exact ground truth."""

from seedbed.worlds.stickers.world import Stickers

__all__ = ["Stickers"]
