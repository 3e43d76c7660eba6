"""One pass over the characters of a document: its counts, and the hashes of its words, lines and paragraphs."""

import warp as wp

from seedbed.curate.text.kernels.base import (
    ALPHA_WORDS,
    BRACKET,
    BRACKETS,
    BULLET,
    BULLET_LINES,
    CHARS,
    CURLY,
    DIGIT,
    DIGITS,
    ELLIPSES,
    ELLIPSIS_LINES,
    END_LINES,
    ENDS,
    HASHES,
    KEPT_CHARS,
    KEPT_LINES,
    KEPT_SENTENCES,
    LETTER,
    LETTERS,
    LINE_CHARS,
    LINES,
    LINKS,
    LONG_WORD,
    LONGEST_WORD,
    LOREM,
    NEWLINES,
    OPTIONS,
    PARAGRAPHS,
    QUOTE,
    SHORT_LINE,
    SHORT_LINES,
    SPACE,
    SPACES,
    STOP_WORDS,
    TOP,
    UPPER,
    UPPERS,
    WORD_CHARS,
    WORDS,
    mixed,
    step,
)

wp.set_module_options(OPTIONS)


@wp.func
def length_of(lead: int) -> int:
    """Bytes of the character that starts with this byte."""
    n = int(1)
    if lead >= 0xC0:
        n = int(2)
    if lead >= 0xE0:
        n = int(3)
    if lead >= 0xF0:
        n = int(4)
    return n


@wp.func
def decoded(data: wp.array(dtype=wp.uint8), i: wp.int64, n: int) -> int:
    """The code point of the n bytes at i."""
    c = int(data[i])
    if n == 2:
        c = ((c & 0x1F) << 6) | (int(data[i + wp.int64(1)]) & 0x3F)
    elif n == 3:
        c = ((c & 0x0F) << 12) | ((int(data[i + wp.int64(1)]) & 0x3F) << 6) | (int(data[i + wp.int64(2)]) & 0x3F)
    elif n == 4:
        c = (
            ((c & 0x07) << 18)
            | ((int(data[i + wp.int64(1)]) & 0x3F) << 12)
            | ((int(data[i + wp.int64(2)]) & 0x3F) << 6)
            | (int(data[i + wp.int64(3)]) & 0x3F)
        )
    return wp.min(c, TOP - 1)


@wp.func
def spelt(
    data: wp.array(dtype=wp.uint8), i: wp.int64, end: wp.int64, phrases: wp.array(dtype=wp.uint8), p: int
) -> bool:
    """Whether phrase p (32 bytes, small letters, zero behind it) stands at i, whatever the case."""
    same = bool(True)
    k = int(0)
    while same and k < 32:
        want = int(phrases[p * 32 + k])
        if want == 0:
            break
        at = i + wp.int64(k)
        if at >= end:
            same = bool(False)
        else:
            c = int(data[at])
            if c >= 65 and c <= 90:
                c += 32
            same = c == want
        k += 1
    return same


@wp.kernel
def read(
    data: wp.array(dtype=wp.uint8),
    starts: wp.array(dtype=wp.int64),
    classes: wp.array(dtype=wp.uint8),
    lower: wp.array(dtype=wp.int32),
    stops: wp.array(dtype=wp.uint64),
    ranks: wp.array(dtype=wp.uint8),
    phrases: wp.array(dtype=wp.uint8),
    kept_words: int,
    word_hash: wp.array(dtype=wp.uint64),
    word_norm: wp.array(dtype=wp.uint64),
    word_chars: wp.array(dtype=wp.int32),
    line_hash: wp.array(dtype=wp.uint64),
    line_chars: wp.array(dtype=wp.int32),
    paragraph_hash: wp.array(dtype=wp.uint64),
    paragraph_chars: wp.array(dtype=wp.int32),
    counts: wp.array2d(dtype=wp.int64),
):
    """Everything that one pass over a document's characters tells; hashes of its words, lines and paragraphs."""
    d = wp.tid()
    i = starts[d]
    end = starts[d + 1]
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)  # where its words go: at most one for two bytes

    chars = int(0)
    words = int(0)
    all_word_chars = int(0)
    alpha_words = int(0)
    stop_bits = int(0)
    hashes = int(0)
    ellipses = int(0)
    lines = int(0)
    bullet_lines = int(0)
    ellipsis_lines = int(0)
    end_lines = int(0)
    short_lines = int(0)
    newlines = int(0)
    letters = int(0)
    uppers = int(0)
    digits = int(0)
    spaces = int(0)
    brackets = int(0)
    curly = int(0)
    lorem = int(0)
    links = int(0)
    kept_lines = int(0)
    kept_chars = int(0)
    kept_sentences = int(0)
    longest = int(0)
    paragraphs = int(0)
    all_line_chars = int(0)

    # the word, the line and the paragraph that are being read
    in_word = int(0)
    h = wp.uint64(0xCBF29CE484222325)
    g = wp.uint64(0xCBF29CE484222325)
    alpha = int(0)
    line_words = int(0)
    line_h = wp.uint64(0)
    line_long = int(0)
    line_bad = int(0)
    line_bullet = int(0)
    line_sentences = int(0)
    line_from = int(0)  # characters before its first word
    line_to = int(0)  # and up to the end of its last
    last = int(0)  # classes of the last character that is no space
    last_c = int(0)
    dots = int(0)  # full stops in a row up to here
    tail = int(0)  # and at the end of the last word
    ended = int(0)  # the sentence has its end, quotes may follow
    paragraph_lines = int(0)
    paragraph_h = wp.uint64(0)
    paragraph_n = int(0)

    while i <= end:
        c = int(10)  # the end of the text ends its last line
        n = int(1)
        if i < end:
            c = int(data[i])
            if c >= 0x80:
                n = length_of(c)
                if i + wp.int64(n) > end:
                    n = int(end - i)
                    c = 0xFFFD
                else:
                    c = decoded(data, i, n)
            chars += 1
        kind = int(classes[c])
        if (kind & SPACE) != 0:
            if i < end:
                spaces += 1
            if in_word > 0:  # a word ends
                at = room + wp.int64(words)
                word_hash[at] = mixed(h)
                norm = wp.uint64(0)
                if g != wp.uint64(0xCBF29CE484222325):
                    norm = mixed(g)
                word_norm[at] = norm
                word_chars[at] = in_word
                if stops[int(norm >> wp.uint64(56))] == norm and norm != wp.uint64(0):
                    stop_bits = stop_bits | (1 << int(ranks[int(norm >> wp.uint64(56))]))
                words += 1
                line_words += 1
                line_h = mixed(line_h ^ word_hash[at]) + wp.uint64(1)
                all_word_chars += in_word
                alpha_words += alpha
                longest = wp.max(longest, in_word)
                if in_word > LONG_WORD:
                    line_long = int(1)
                line_to = chars
                if i < end:
                    line_to = chars - 1
                if ended > 0:
                    line_sentences += 1
                tail = dots
                dots = int(0)
                in_word = int(0)
                alpha = int(0)
                h = wp.uint64(0xCBF29CE484222325)
                g = wp.uint64(0xCBF29CE484222325)
            ended = int(0)
            if c == 10:
                if i < end:
                    newlines += 1
                if line_words > 0:  # a line ends
                    n_chars = line_to - line_from
                    at = room + wp.int64(lines)
                    line_hash[at] = line_h
                    line_chars[at] = n_chars
                    lines += 1
                    all_line_chars += n_chars
                    bullet_lines += line_bullet
                    ellipsis = int(0)
                    if last_c == 0x2026 or tail >= 3:
                        ellipsis = int(1)
                    ellipsis_lines += ellipsis
                    closes = int(0)
                    if (last & (ENDS | QUOTE)) != 0:
                        closes = int(1)
                    end_lines += closes
                    if n_chars <= SHORT_LINE:
                        short_lines += 1
                    if closes > 0 and ellipsis == 0 and line_long == 0 and line_bad == 0 and line_words >= kept_words:
                        kept_lines += 1
                        kept_chars += n_chars
                        kept_sentences += wp.max(line_sentences, 1)
                    paragraph_n += n_chars
                    if paragraph_lines > 0:
                        paragraph_n += 1
                    paragraph_lines += 1
                    paragraph_h = mixed(paragraph_h ^ line_h) + wp.uint64(1)
                if (line_words == 0 or i == end) and paragraph_lines > 0:  # a paragraph ends
                    at = room + wp.int64(paragraphs)
                    paragraph_hash[at] = paragraph_h
                    paragraph_chars[at] = paragraph_n
                    paragraphs += 1
                    paragraph_lines = int(0)
                    paragraph_h = wp.uint64(0)
                    paragraph_n = int(0)
                line_words = int(0)
                line_h = wp.uint64(0)
                line_long = int(0)
                line_bad = int(0)
                line_bullet = int(0)
                line_sentences = int(0)
                tail = int(0)
                last = int(0)
                last_c = int(0)
        else:
            if in_word == 0 and line_words == 0:
                line_from = chars - 1
                if (kind & BULLET) != 0:
                    line_bullet = int(1)
            in_word += 1
            h = step(h, c)
            if (kind & (LETTER | DIGIT)) != 0:
                g = step(g, lower[c])
            if (kind & LETTER) != 0:
                letters += 1
                alpha = int(1)
                if (kind & UPPER) != 0:
                    uppers += 1
                b = c | 32
                starts_word = in_word == 1 or (last & LETTER) == 0
                if starts_word and (b == 116 or b == 99 or b == 117 or b == 112 or b == 104 or b == 108 or b == 106):
                    p0 = int(0)  # the phrases that begin with this letter
                    p1 = int(0)
                    if b == 108:
                        p1 = int(1)
                    elif b == 104:
                        p0 = int(1)
                        p1 = int(3)
                    elif b == 106:
                        p0 = int(3)
                        p1 = int(4)
                    elif b == 116:
                        p0 = int(4)
                        p1 = int(5)
                    elif b == 112:
                        p0 = int(5)
                        p1 = int(6)
                    elif b == 99:
                        p0 = int(6)
                        p1 = int(7)
                    else:
                        p0 = int(7)
                        p1 = int(10)
                    for p in range(p0, p1):
                        if spelt(data, i, end, phrases, p):
                            if p == 0:
                                lorem = int(1)
                            elif p <= 2:
                                links += 1
                            else:
                                line_bad = int(1)
            if (kind & DIGIT) != 0:
                digits += 1
            if (kind & BRACKET) != 0:
                brackets += 1
                if c == 123:
                    curly += 1
            if c == 35:
                hashes += 1
            if c == 0x2026:
                ellipses += 1
            if c == 46:
                dots += 1
                if dots == 3 or (dots > 3 and dots % 3 == 0):
                    ellipses += 1
            else:
                dots = int(0)
            if (kind & ENDS) != 0:
                ended = int(1)
            elif (kind & QUOTE) == 0:
                ended = int(0)
            last = kind
            last_c = c
        i += wp.int64(n)

    stop_words = int(0)
    for s in range(8):
        stop_words += (stop_bits >> s) & 1
    counts[d, CHARS] = wp.int64(chars)
    counts[d, WORDS] = wp.int64(words)
    counts[d, WORD_CHARS] = wp.int64(all_word_chars)
    counts[d, ALPHA_WORDS] = wp.int64(alpha_words)
    counts[d, STOP_WORDS] = wp.int64(stop_words)
    counts[d, HASHES] = wp.int64(hashes)
    counts[d, ELLIPSES] = wp.int64(ellipses)
    counts[d, LINES] = wp.int64(lines)
    counts[d, BULLET_LINES] = wp.int64(bullet_lines)
    counts[d, ELLIPSIS_LINES] = wp.int64(ellipsis_lines)
    counts[d, END_LINES] = wp.int64(end_lines)
    counts[d, SHORT_LINES] = wp.int64(short_lines)
    counts[d, NEWLINES] = wp.int64(newlines)
    counts[d, LETTERS] = wp.int64(letters)
    counts[d, UPPERS] = wp.int64(uppers)
    counts[d, DIGITS] = wp.int64(digits)
    counts[d, SPACES] = wp.int64(spaces)
    counts[d, BRACKETS] = wp.int64(brackets)
    counts[d, CURLY] = wp.int64(curly)
    counts[d, LOREM] = wp.int64(lorem)
    counts[d, LINKS] = wp.int64(links)
    counts[d, KEPT_LINES] = wp.int64(kept_lines)
    counts[d, KEPT_CHARS] = wp.int64(kept_chars)
    counts[d, KEPT_SENTENCES] = wp.int64(kept_sentences)
    counts[d, LONGEST_WORD] = wp.int64(longest)
    counts[d, PARAGRAPHS] = wp.int64(paragraphs)
    counts[d, LINE_CHARS] = wp.int64(all_line_chars)


@wp.kernel
def words(
    data: wp.array(dtype=wp.uint8),
    starts: wp.array(dtype=wp.int64),
    classes: wp.array(dtype=wp.uint8),
    lower: wp.array(dtype=wp.int32),
    word_norm: wp.array(dtype=wp.uint64),
    counts: wp.array2d(dtype=wp.int64),
):
    """The words alone, as `read` finds them: their hashes in small letters without punctuation, and how many."""
    d = wp.tid()
    i = starts[d]
    end = starts[d + 1]
    room = (starts[d] - starts[0]) / wp.int64(2) + wp.int64(d)
    found = int(0)
    inside = int(0)
    g = wp.uint64(0xCBF29CE484222325)
    while i <= end:
        c = int(10)
        n = int(1)
        if i < end:
            c = int(data[i])
            if c >= 0x80:
                n = length_of(c)
                if i + wp.int64(n) > end:
                    n = int(end - i)
                    c = 0xFFFD
                else:
                    c = decoded(data, i, n)
        kind = int(classes[c])
        if (kind & SPACE) != 0:
            if inside > 0:
                norm = wp.uint64(0)
                if g != wp.uint64(0xCBF29CE484222325):
                    norm = mixed(g)
                word_norm[room + wp.int64(found)] = norm
                found += 1
                inside = int(0)
                g = wp.uint64(0xCBF29CE484222325)
        else:
            inside = int(1)
            if (kind & (LETTER | DIGIT)) != 0:
                g = step(g, lower[c])
        i += wp.int64(n)
    counts[d, WORDS] = wp.int64(found)
