"""Exact copies of texts: the first row with the same bytes.

A document is read whole only when another one has its length and its bytes at a few places, so that most documents
cost a look at sixteen of their bytes; what agrees there is compared in full, so the result is exact.
"""

from __future__ import annotations

import ctypes

import numpy as np
import pyarrow as pa

from seedbed.curate.text.scan import buffers_of

LOOKS = (0.47, 1.0)  # where eight bytes are looked at, as shares of the length: openings are often alike
ODD = np.uint64(0x9E3779B97F4A7C15)


def first_copies(texts: pa.Array) -> np.ndarray:
    """int64 (D,): for each document the number of the first one with the same bytes (its own where it is the first).

    Nulls are no copies of anything.
    """
    data, starts = buffers_of(texts)
    first = np.arange(len(starts) - 1)
    if len(first) < 2:
        return first
    keys = _looks(data, starts)
    coded = pa.array(keys).dictionary_encode().indices.to_numpy()
    suspects = np.flatnonzero(np.bincount(coded)[coded] > 1)
    if texts.null_count:
        suspects = suspects[np.asarray(texts.is_valid())[suspects]]
    same = ctypes.CDLL(None).memcmp
    same.argtypes, base = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t), data.ctypes.data
    kept: dict[int, list[tuple[int, int, int]]] = {}
    places, sizes = starts[suspects].tolist(), np.diff(starts)[suspects].tolist()
    for row, code, at, size in zip(suspects.tolist(), coded[suspects].tolist(), places, sizes):
        known = kept.setdefault(code, [])
        for other, length, number in known:
            if length == size and same(base + other, base + at, size) == 0:
                first[row] = number
                break
        else:
            known.append((at, size, row))
    return first


def _looks(data: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """uint64 (D,): length and a few bytes of each document, mixed."""
    at, size = starts[:-1], np.diff(starts)
    keys = size.astype(np.uint64) * ODD
    if len(data) < 8:
        return keys
    words = np.ndarray((len(data) - 7,), "<u8", data.data, strides=(1,))  # eight bytes from every place on
    reach = np.maximum(size - 8, 0)
    bits = np.minimum(size, 8).astype(np.uint64) * np.uint64(8)
    mask = np.where(bits == 64, ~np.uint64(0), (np.uint64(1) << np.minimum(bits, np.uint64(63))) - np.uint64(1))
    for share in LOOKS:
        place = at + (reach * share).astype(np.int64)
        last = np.minimum(place, len(words) - 1)  # the last document may be shorter than eight bytes
        shift = ((place - last) * 8).astype(np.uint64)
        seen = (words[last] >> np.minimum(shift, np.uint64(63))) & mask
        keys = (keys ^ seen ^ (keys >> np.uint64(29))) * ODD
    return keys


def first_of(hashes: np.ndarray) -> np.ndarray:
    """int64 (N,): the first row with the same hash, for hashes uint64 (N, 2)."""
    order = np.argsort(hashes[:, 0], kind="stable")
    ranked = hashes[order]
    same = np.concatenate([[False], ranked[1:, 0] == ranked[:-1, 0]]) if len(ranked) else np.zeros(0, bool)
    if (ranked[1:, 1] != ranked[:-1, 1])[same[1:]].any():  # half of the hash agrees by chance: look at both halves
        order = np.lexsort((np.arange(len(hashes)), hashes[:, 1], hashes[:, 0]))
        ranked = hashes[order]
        same = np.concatenate([[False], (ranked[1:] == ranked[:-1]).all(1)])
    first = np.empty(len(hashes), np.int64)
    first[order] = order[np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))]
    return first
