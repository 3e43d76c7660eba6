"""Glyphs: handwritten-looking digits from stroke programs, seen through the sensor of the UCI digits."""

from seedbed.worlds.glyphs.world import Glyphs

__all__ = ["Glyphs"]
