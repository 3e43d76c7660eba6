"""Random numbers in columns: a hash of (row's key, attempt, draw, place), so that no row depends on another.

SplitMix64 (Steele, Lea, Flood 2014) as a counter-based generator; and sequences that are even in every stretch
(Roberts 2018, the generalised golden ratio) for choices that must balance over rows.
"""

from __future__ import annotations

import zlib

import numpy as np

_ONE, _STEP = np.uint64(1), np.uint64(0x9E3779B97F4A7C15)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_TOP = np.uint64(11)
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
# 1 / g, 1 / g^2, 1 / g^3 with g^4 = g + 1
_RATIOS = (0.8191725133961645, 0.6710436067037893, 0.5497004779019703)


def mixed(key: np.ndarray, number: np.ndarray | int) -> np.ndarray:
    """A new key (uint64) from a key and a number."""
    with np.errstate(over="ignore"):
        z = key + (np.asarray(number).astype(np.uint64) + _ONE) * _STEP
        z ^= z >> _SHIFTS[0]
        z *= _FACTORS[0]
        z ^= z >> _SHIFTS[1]
        z *= _FACTORS[1]
        z ^= z >> _SHIFTS[2]
        return z


def uniform(key: np.ndarray, place: np.ndarray | int | str) -> np.ndarray:
    """Uniform numbers in [0, 1), one for each key; another `place` gives others."""
    number = zlib.crc32(place.encode()) if isinstance(place, str) else place
    return (mixed(key, number) >> _TOP).astype(float) * 2.0**-53


def split(key: np.ndarray, place: str, bits: tuple[int, ...]) -> list[np.ndarray]:
    """Random numbers of so many bits each (64 in all), int64, from one hash of each key."""
    rest, made = mixed(key, zlib.crc32(place.encode())), []
    for size in bits:
        made.append((rest & np.uint64((1 << size) - 1)).view(np.int64))
        rest >>= np.uint64(size)
    return made


def even(numbers: np.ndarray, dimension: int, name: str) -> np.ndarray:
    """The numbers-th points of a sequence in [0, 1) that is even in every stretch; `name` shifts it."""
    shift = zlib.crc32(f"{name}/{dimension}".encode()) / 2.0**32
    found: np.ndarray = np.mod(shift + numbers * _RATIOS[dimension], 1.0)
    return found
