"""Furnished places: objects on, in, under and around each other."""

from seedbed.worlds.places.world import Places

__all__ = ["Places"]
