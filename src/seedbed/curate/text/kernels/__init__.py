"""The kernels that read text, one thread a document. They run on the CPU and on CUDA alike (not run on a GPU yet)."""

from functools import lru_cache


@lru_cache(maxsize=4)
def ready(device: str) -> str:
    """The device, with every kernel compiled: looked at once, not for every part of a text."""
    from seedbed.curate.text.kernels import overlap, read, repeat, sketch
    from seedbed.device import loaded

    return loaded((read, repeat, sketch, overlap), device)
