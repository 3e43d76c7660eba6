"""The renderer's kernels, compiled for a device."""

from __future__ import annotations

from functools import lru_cache

from seedbed.device import loaded


@lru_cache(maxsize=4)
def ready(device: str) -> str:
    """The device, with every kernel compiled; UsageError when Warp cannot use it."""
    from seedbed.worlds.render.kernels import filters, gbuffer, light, raster, shade, shadow_map, truth

    return loaded((truth, raster, gbuffer, light, filters, shade, shadow_map), device)
