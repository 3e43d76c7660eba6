"""One seed, many uses: a generator of its own for each named use.

Without this, two steps that are given the same seed draw the same permutation: rows dropped "at random" would be the
very rows in which a fault was planted. It happened here, and looked like a result.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, use: str) -> np.random.Generator:
    """The generator of this seed for this use; other uses of the seed are independent of it."""
    return np.random.default_rng([seed, zlib.crc32(use.encode())])
