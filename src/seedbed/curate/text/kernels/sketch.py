"""MinHash sketches of documents, and their words and pairs of words as hashed features of a linear classifier."""

import warp as wp

from seedbed.curate.text.kernels.base import (
    OPTIONS,
    WORDS,
    gram,
    mixed,
    squeezed,
)

wp.set_module_options(OPTIONS)


@wp.kernel
def sketch(
    starts: wp.array(dtype=wp.int64),
    counts: wp.array2d(dtype=wp.int64),
    word_norm: wp.array(dtype=wp.uint64),
    n: int,
    rows: int,
    norms: wp.array(dtype=wp.uint64),
    least: wp.array2d(dtype=wp.uint32),
    bins: wp.array2d(dtype=wp.uint16),
    bands: wp.array2d(dtype=wp.uint64),
):
    """One-permutation MinHash of a document's shingles of n words, with optimal densification; and its bands' keys.

    A shingle's hash says which bin it falls into, each bin keeps the least; an empty bin takes the value of another
    one, which depends on the bin alone (Li et al. 2012; Shrivastava 2017). Words are compared in small letters
    without punctuation. A document of fewer words is one shingle; one without words has bands of zero.
    """
    d = wp.tid()
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    count = squeezed(room, int(counts[d, WORDS]), word_norm, norms)
    width = bins.shape[1]
    empty = wp.uint32(0xFFFFFFFF)
    for b in range(width):
        least[d, b] = empty
    if count > 0:
        size = wp.min(n, count)
        for k in range(count - size + 1):
            h = gram(norms, room + wp.int64(k), size)
            b = int(((h >> wp.uint64(32)) * wp.uint64(width)) >> wp.uint64(32))
            v = wp.uint32(h & wp.uint64(0xFFFFFFFE))
            if v < least[d, b]:
                least[d, b] = v
        for b in range(width):
            v = least[d, b]
            tries = int(0)
            while v == empty:
                tries += 1
                other = mixed(wp.uint64(b * 65536 + tries))
                v = least[d, int(((other >> wp.uint64(32)) * wp.uint64(width)) >> wp.uint64(32))]
            bins[d, b] = wp.uint16((v ^ (v >> wp.uint32(16))) & wp.uint32(0xFFFF))
    for k in range(bands.shape[1]):
        key = wp.uint64(k + 1)
        for r in range(rows):
            key = mixed(key ^ wp.uint64(bins[d, k * rows + r])) + wp.uint64(1)
        if count == 0:
            key = wp.uint64(0)
        bands[d, k] = key


@wp.func
def feature(h: wp.uint64, bits: int) -> int:
    """The number of a word or pair of words among 2^bits."""
    return int(mixed(h) >> wp.uint64(64 - bits))


@wp.kernel
def features(
    starts: wp.array(dtype=wp.int64),
    counts: wp.array2d(dtype=wp.int64),
    word_norm: wp.array(dtype=wp.uint64),
    bits: int,
    places: wp.array(dtype=wp.int64),
    out: wp.array(dtype=wp.int32),
    found: wp.array(dtype=wp.int32),
):
    """Hashed words and pairs of words of a document, from `places[d]` on; how many there are."""
    d = wp.tid()
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    n = int(0)
    before = wp.uint64(0)
    for k in range(int(counts[d, WORDS])):
        norm = word_norm[room + wp.int64(k)]
        if norm != wp.uint64(0):
            out[places[d] + wp.int64(n)] = feature(norm, bits)
            n += 1
            if before != wp.uint64(0):
                out[places[d] + wp.int64(n)] = feature(before * wp.uint64(0x9E3779B97F4A7C15) + norm, bits)
                n += 1
            before = norm
    found[d] = n


@wp.kernel
def weigh(
    starts: wp.array(dtype=wp.int64),
    counts: wp.array2d(dtype=wp.int64),
    word_norm: wp.array(dtype=wp.uint64),
    bits: int,
    weights: wp.array(dtype=wp.float32),
    bias: float,
    out: wp.array(dtype=wp.float32),
):
    """The linear classifier's log-odds: bias + sum of weights / sqrt(number of features)."""
    d = wp.tid()
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    n = int(0)
    total = wp.float64(0.0)
    before = wp.uint64(0)
    for k in range(int(counts[d, WORDS])):
        norm = word_norm[room + wp.int64(k)]
        if norm != wp.uint64(0):
            total += wp.float64(weights[feature(norm, bits)])
            n += 1
            if before != wp.uint64(0):
                total += wp.float64(weights[feature(before * wp.uint64(0x9E3779B97F4A7C15) + norm, bits)])
                n += 1
            before = norm
    out[d] = bias + wp.float32(total / wp.sqrt(wp.float64(wp.max(n, 1))))
