"""Runs of words that documents share with others: every run of n words of some texts, looked up in a table."""

import warp as wp

from seedbed.curate.text.kernels.base import OPTIONS, WORDS, gram, squeezed

wp.set_module_options(OPTIONS)


@wp.kernel
def runs(
    starts: wp.array(dtype=wp.int64),
    counts: wp.array2d(dtype=wp.int64),
    word_norm: wp.array(dtype=wp.uint64),
    n: int,
    norms: wp.array(dtype=wp.uint64),
    places: wp.array(dtype=wp.int64),
    out: wp.array(dtype=wp.uint64),
    found: wp.array(dtype=wp.int32),
):
    """The hash of every run of n words of a document, from `places[d]` on; a shorter document is one run."""
    d = wp.tid()
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    count = squeezed(room, int(counts[d, WORDS]), word_norm, norms)
    made = int(0)
    if count > 0:
        size = wp.min(n, count)
        for k in range(count - size + 1):
            out[places[d] + wp.int64(k)] = gram(norms, room + wp.int64(k), size)
            made += 1
    found[d] = made


@wp.kernel
def contained(
    starts: wp.array(dtype=wp.int64),
    counts: wp.array2d(dtype=wp.int64),
    word_norm: wp.array(dtype=wp.uint64),
    n: int,
    norms: wp.array(dtype=wp.uint64),
    keys: wp.array(dtype=wp.uint64),
    owners: wp.array(dtype=wp.int32),
    hits: wp.array(dtype=wp.int32),
    owner: wp.array(dtype=wp.int32),
):
    """How many of a document's runs are in the table, and whose the first one is (-1: none)."""
    d = wp.tid()
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    count = squeezed(room, int(counts[d, WORDS]), word_norm, norms)
    mask = wp.uint64(keys.shape[0] - 1)
    found = int(0)
    first = int(-1)
    if count > 0:
        size = wp.min(n, count)
        for k in range(count - size + 1):
            h = gram(norms, room + wp.int64(k), size)
            at = h & mask
            while owners[int(at)] >= 0 and keys[int(at)] != h:
                at = (at + wp.uint64(1)) & mask
            if owners[int(at)] >= 0:
                found += 1
                if first < 0:
                    first = owners[int(at)]
    hits[d] = found
    owner[d] = first
