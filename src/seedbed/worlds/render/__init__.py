"""The renderer: rasterised visibility, then rays against a BVH for light, in NVIDIA Warp kernels.

`Renderer` (module `renderer`) imports Warp; this package does not, so that worlds can be listed and
planned without it.
"""
