"""All pairs of 64-bit hashes within a Hamming distance, exactly, by multi-index hashing (Norouzi et al., 2012).

The hash is cut into m blocks. If two hashes differ in at most r bits then, for any radii with sum(r_k + 1) = r + 1,
some block k differs in at most r_k bits: so looking up each block's near values finds every pair. How many blocks are
cheapest depends on how many hashes there are; the estimate below chooses.

    left, right, distance = near_pairs(hashes, 6)    # left < right: places in `hashes`; sorted
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np

from seedbed.errors import UsageError

BITS = 64
CHUNK = 1 << 17  # candidate pairs compared at once: what they need stays in the processor's cache

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]


def hamming(a: np.ndarray | int, b: np.ndarray | int) -> np.ndarray:
    """How many bits differ, as uint8, broadcasting."""
    return np.bitwise_count(np.bitwise_xor(np.asarray(a, np.uint64), np.asarray(b, np.uint64)))


def near_pairs(hashes: np.ndarray, radius: int) -> Pairs:
    """(left, right, distance) of every pair of places left < right whose hashes differ in at most `radius` bits,
    sorted by left, then right: int64, int64, uint8. n equal hashes give n (n - 1) / 2 pairs. Leave nulls out before.
    """
    if not 0 <= radius <= 16:
        raise UsageError(f"radius {radius}", where="near_pairs", hint="give 0 to 16 bits")
    values = np.asarray(hashes, np.uint64)
    unique, group = np.unique(values, return_inverse=True)
    found = [(a, b) for a, b in _unequal(unique, radius)] if radius else []
    a, b = _once(found, len(unique))
    left, right = _expanded(a, b, group.reshape(-1), len(unique))
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    return low, high, hamming(values[low], values[high])


def blocks_of(count: int, radius: int) -> list[tuple[int, int, int]]:
    """(first bit, bits, radius) of the blocks that make joining `count` hashes cheapest."""
    choices = [_cut(m, radius) for m in range(1, min(radius, 8) + 2)]
    return min(choices, key=lambda blocks: _cost(blocks, count))


def _cut(m: int, radius: int) -> list[tuple[int, int, int]]:
    parts = max(m, 3)  # a table for more than 22 bits is too large; blocks need not cover every bit
    edges = [BITS * k // parts for k in range(m + 1)]
    spare = radius - m + 1  # what is left to share out once every block has radius 0
    radii = [spare // m + (k < spare % m) for k in range(m)]
    return [(lo, hi - lo, r) for lo, hi, r in zip(edges, edges[1:], radii)]


def _cost(blocks: list[tuple[int, int, int]], count: int) -> float:
    """Roughly nanoseconds: one lookup is 20, one comparison 8, a table one."""
    total = 0.0
    for _, bits, radius in blocks:
        masks = sum(comb(bits, k) for k in range(radius + 1))
        total += masks * count * (20 + 4 * count / 2.0**bits) + 2.0**bits
    return total


def _unequal(unique: np.ndarray, radius: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Candidate pairs of unequal hashes within the radius; a pair may come from several blocks."""
    for first, bits, near in blocks_of(len(unique), radius):
        keys = ((unique >> np.uint64(first)) & np.uint64((1 << bits) - 1)).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], unique[order]
        starts = np.searchsorted(keys, np.arange((1 << bits) + 1))
        for mask in _masks(bits, near):
            for i, j in _candidates(keys, starts, mask):
                keep = np.flatnonzero(np.bitwise_count(values[i] ^ values[j]) <= radius)
                yield order[i[keep]], order[j[keep]]


def _masks(bits: int, radius: int) -> Iterator[int]:
    for k in range(radius + 1):
        for places in combinations(range(bits), k):
            yield sum(1 << place for place in places)


def _candidates(keys: np.ndarray, starts: np.ndarray, mask: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of places whose keys differ by exactly `mask`, each once, in chunks."""
    if mask:
        places = np.flatnonzero(keys < (keys ^ mask))
        others = keys[places] ^ mask
        begin, end = starts[others], starts[others + 1]
    else:
        places = np.arange(len(keys))
        begin, end = places + 1, starts[keys + 1]
    busy = end > begin
    places, begin, counts = places[busy].astype(np.int32), begin[busy], (end - begin)[busy]
    ends = np.cumsum(counts)
    done = 0
    while done < len(places):
        base = ends[done] - counts[done]
        upto = max(done + 1, int(np.searchsorted(ends, base + CHUNK, side="right")))
        part = slice(done, upto)
        shift = (begin[part] - (ends[part] - counts[part] - base)).astype(np.int32)
        others = np.repeat(shift, counts[part])
        others += np.arange(len(others), dtype=np.int32)
        yield np.repeat(places[part], counts[part]), others
        done = upto


def _once(found: list[tuple[np.ndarray, np.ndarray]], count: int) -> tuple[np.ndarray, np.ndarray]:
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    a, b = (np.concatenate(side).astype(np.int64) for side in zip(*found))
    codes = np.unique(np.minimum(a, b) * count + np.maximum(a, b))
    return codes // count, codes % count


def _expanded(a: np.ndarray, b: np.ndarray, group: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of distinct hashes, and of equal ones, as pairs of the rows that have them."""
    rows = np.argsort(group, kind="stable")
    sizes = np.bincount(group, minlength=count)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    many = np.flatnonzero(sizes > 1)
    a, b = np.concatenate([a, many]), np.concatenate([b, many])
    across = np.repeat(a, sizes[a] * sizes[b]), np.repeat(b, sizes[a] * sizes[b])
    ends = np.cumsum(sizes[a] * sizes[b])
    inner = np.arange(len(across[0])) - np.repeat(ends - sizes[a] * sizes[b], sizes[a] * sizes[b])
    i, j = inner // sizes[across[1]], inner % sizes[across[1]]
    keep = (across[0] != across[1]) | (i < j)
    return rows[starts[across[0]] + i][keep], rows[starts[across[1]] + j][keep]
