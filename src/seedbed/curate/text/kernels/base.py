"""What the kernels share: classes of characters, places in the counts, hashes. Not Python: Warp compiles it."""

import warp as wp

FLAGS = "-ffp-contract=off -w -O3 -mllvm=-inline-threshold=9000"  # no CPU's own instructions: the same bits everywhere
OPTIONS = {"enable_backward": False, "cpu_compiler_flags": FLAGS}

SPACE = wp.constant(1)
LETTER = wp.constant(2)
DIGIT = wp.constant(4)
UPPER = wp.constant(8)
ENDS = wp.constant(16)  # ends a line or sentence: . ! ? and their kin
QUOTE = wp.constant(32)  # may stand behind such an end: " ' ) ]
BULLET = wp.constant(64)
BRACKET = wp.constant(128)

LONG_WORD = wp.constant(1000)
SHORT_LINE = wp.constant(30)
TOP = wp.constant(0x110000)

# columns of the counts that `read` leaves for each document
CHARS = wp.constant(0)
WORDS = wp.constant(1)
WORD_CHARS = wp.constant(2)
ALPHA_WORDS = wp.constant(3)
STOP_WORDS = wp.constant(4)
HASHES = wp.constant(5)
ELLIPSES = wp.constant(6)
LINES = wp.constant(7)
BULLET_LINES = wp.constant(8)
ELLIPSIS_LINES = wp.constant(9)
END_LINES = wp.constant(10)
SHORT_LINES = wp.constant(11)
NEWLINES = wp.constant(12)
LETTERS = wp.constant(13)
UPPERS = wp.constant(14)
DIGITS = wp.constant(15)
SPACES = wp.constant(16)
BRACKETS = wp.constant(17)
CURLY = wp.constant(18)
LOREM = wp.constant(19)
LINKS = wp.constant(20)
KEPT_LINES = wp.constant(21)
KEPT_CHARS = wp.constant(22)
KEPT_SENTENCES = wp.constant(23)
LONGEST_WORD = wp.constant(24)
PARAGRAPHS = wp.constant(25)
LINE_CHARS = wp.constant(26)
READ = wp.constant(27)

DUP_LINES = wp.constant(0)
DUP_LINE_CHARS = wp.constant(1)
DUP_PARAGRAPHS = wp.constant(2)
DUP_PARAGRAPH_CHARS = wp.constant(3)
TOP_2 = wp.constant(4)  # and 3, 4
DUP_5 = wp.constant(7)  # and 6 to 10
UNIQUE_WORDS = wp.constant(13)
REPEATED = wp.constant(14)


@wp.func
def mixed(h: wp.uint64) -> wp.uint64:
    """The finaliser of MurmurHash3: every bit of the input moves every bit of the output."""
    a = h ^ (h >> wp.uint64(33))
    a = a * wp.uint64(0xFF51AFD7ED558CCD)
    a = a ^ (a >> wp.uint64(33))
    a = a * wp.uint64(0xC4CEB9FE1A85EC53)
    return a ^ (a >> wp.uint64(33))


@wp.func
def step(h: wp.uint64, c: int) -> wp.uint64:
    """One more character into a hash (FNV-1a, 64 bit, by code points)."""
    return (h ^ wp.uint64(c)) * wp.uint64(0x100000001B3)


@wp.func
def gram(hashes: wp.array(dtype=wp.uint64), at: wp.int64, n: int) -> wp.uint64:
    """The hash of n words in a row."""
    h = wp.uint64(0)
    for k in range(n):
        h = h * wp.uint64(0x9E3779B97F4A7C15) + hashes[at + wp.int64(k)]
    return mixed(h)


@wp.func
def squeezed(
    room: wp.int64,
    words: int,
    word_norm: wp.array(dtype=wp.uint64),
    norms: wp.array(dtype=wp.uint64),
) -> int:
    """The words that have a letter or digit, one behind the other; how many."""
    count = int(0)
    for k in range(words):
        norm = word_norm[room + wp.int64(k)]
        if norm != wp.uint64(0):
            norms[room + wp.int64(count)] = norm
            count += 1
    return count
