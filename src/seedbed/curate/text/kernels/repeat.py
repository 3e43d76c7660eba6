"""Lines, paragraphs and n-grams that a document holds more than once."""

import warp as wp

from seedbed.curate.text.kernels.base import (
    DUP_5,
    DUP_LINE_CHARS,
    DUP_LINES,
    DUP_PARAGRAPH_CHARS,
    DUP_PARAGRAPHS,
    LINES,
    OPTIONS,
    PARAGRAPHS,
    TOP_2,
    UNIQUE_WORDS,
    WORDS,
    mixed,
)

wp.set_module_options(OPTIONS)


@wp.func
def slot_of(
    keys: wp.array(dtype=wp.uint64),
    seen: wp.array(dtype=wp.int32),
    base: wp.int64,
    mask: int,
    key: wp.uint64,
    level: int,
) -> wp.int64:
    """Where a key is in a document's table, or the free slot where it goes. A slot of another level is free."""
    k = int(key >> wp.uint64(40)) & mask
    while (seen[base + wp.int64(k)] >> 24) == level and keys[base + wp.int64(k)] != key:
        k = (k + 1) & mask
    return base + wp.int64(k)


@wp.func
def duplicates(
    hashes: wp.array(dtype=wp.uint64),
    chars: wp.array(dtype=wp.int32),
    room: wp.int64,
    count: int,
    keys: wp.array(dtype=wp.uint64),
    seen: wp.array(dtype=wp.int32),
    base: wp.int64,
    mask: int,
    level: int,
) -> wp.vec2i:
    """How many elements were there before, and their characters."""
    again = int(0)
    n = int(0)
    for k in range(count):
        key = hashes[room + wp.int64(k)]
        at = slot_of(keys, seen, base, mask, key, level)
        if (seen[at] >> 24) == level:
            again += 1
            n += chars[room + wp.int64(k)]
        else:
            keys[at] = key
            seen[at] = (level << 24) | 1
    return wp.vec2i(again, n)


@wp.func
def counted(
    keys: wp.array(dtype=wp.uint64), seen: wp.array(dtype=wp.int32), s: wp.int64, key: wp.uint64, level: int
) -> int:
    """Count a key in its slot; 1 where it was there before."""
    again = int(0)
    if (seen[s] >> 24) == level:
        seen[s] = seen[s] + 1
        again = int(1)
    else:
        keys[s] = key
        seen[s] = (level << 24) | 1
    return again


@wp.func
def gram_chars(chars: wp.array(dtype=wp.int32), at: wp.int64, n: int) -> int:
    """Characters of n words with a space between them."""
    total = n - 1
    for k in range(n):
        total += chars[at + wp.int64(k)]
    return total


@wp.kernel
def repeats(
    starts: wp.array(dtype=wp.int64),
    tables: wp.array(dtype=wp.int64),
    word_hash: wp.array(dtype=wp.uint64),
    word_chars: wp.array(dtype=wp.int32),
    line_hash: wp.array(dtype=wp.uint64),
    line_chars: wp.array(dtype=wp.int32),
    paragraph_hash: wp.array(dtype=wp.uint64),
    paragraph_chars: wp.array(dtype=wp.int32),
    counts: wp.array2d(dtype=wp.int64),
    keys: wp.array(dtype=wp.uint64),
    seen: wp.array(dtype=wp.int32),
    place: wp.array(dtype=wp.int32),
    hashes: wp.array(dtype=wp.uint64),
    slots: wp.array(dtype=wp.int32),
    out: wp.array2d(dtype=wp.int64),
):
    """Lines, paragraphs and n-grams that are there more than once.

    An n-gram can only be there twice if both (n-1)-grams in it are, so the longer ones cost little.
    """
    d = wp.tid()
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    base = tables[d]
    mask = int(tables[d + 1] - base) - 1
    words = int(counts[d, WORDS])
    lines = duplicates(line_hash, line_chars, room, int(counts[d, LINES]), keys, seen, base, mask, 1)
    out[d, DUP_LINES] = wp.int64(lines[0])
    out[d, DUP_LINE_CHARS] = wp.int64(lines[1])
    paragraphs = duplicates(
        paragraph_hash, paragraph_chars, room, int(counts[d, PARAGRAPHS]), keys, seen, base, mask, 2
    )
    out[d, DUP_PARAGRAPHS] = wp.int64(paragraphs[0])
    out[d, DUP_PARAGRAPH_CHARS] = wp.int64(paragraphs[1])
    m = words
    for n in range(1, 11):  # at place, of words in `hashes`: the n-grams that may be there twice
        level = n + 2
        found = int(0)
        if n == 1:
            for w in range(words):
                at = room + wp.int64(w)
                key = mixed(word_hash[at])
                s = slot_of(keys, seen, base, mask, key, level)
                found += counted(keys, seen, s, key, level)
                place[at] = w
                hashes[at] = word_hash[at]
                slots[at] = int(s - base)
        else:
            more = int(0)
            for j in range(m - 1):
                at = room + wp.int64(j)
                w = place[at]
                if place[at + wp.int64(1)] == w + 1:
                    h = hashes[at] * wp.uint64(0x9E3779B97F4A7C15) + word_hash[room + wp.int64(w + n - 1)]
                    key = mixed(h)
                    s = slot_of(keys, seen, base, mask, key, level)
                    found += counted(keys, seen, s, key, level)
                    to = room + wp.int64(more)
                    place[to] = w
                    hashes[to] = h
                    slots[to] = int(s - base)
                    more += 1
            m = more
        best = int(1)
        best_at = int(-1)
        left = int(0)
        for j in range(m):  # only those that are there twice go on
            at = room + wp.int64(j)
            often = seen[base + wp.int64(slots[at])] & 0xFFFFFF
            if often > 1:
                to = room + wp.int64(left)
                place[to] = place[at]
                hashes[to] = hashes[at]
                slots[to] = slots[at]
                left += 1
                if often > best:
                    best = often
                    best_at = place[at]
        m = left
        if n == 1:
            out[d, UNIQUE_WORDS] = wp.int64(words - found)
        elif n <= 4:
            if best_at >= 0:
                out[d, TOP_2 + n - 2] = wp.int64(best * gram_chars(word_chars, room + wp.int64(best_at), n))
        else:
            # left to right, characters of repeats that do not overlap; the first of its kind is not counted
            covered = int(0)
            free = int(0)
            for j in range(m):
                at = room + wp.int64(j)
                w = place[at]
                if w >= free:
                    s = base + wp.int64(slots[at])
                    if (seen[s] & 0x800000) != 0:
                        covered += gram_chars(word_chars, room + wp.int64(w), n)
                        free = w + n
                    else:
                        seen[s] = seen[s] | 0x800000
            out[d, DUP_5 + n - 5] = wp.int64(covered)
        if m == 0:
            break
