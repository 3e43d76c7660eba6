"""Moving scenes with exact flow, tracks and events."""

from seedbed.worlds.moving.world import Moving

__all__ = ["Moving"]
