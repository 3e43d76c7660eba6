"""What is measured of a document, by name. Every measure is a plain number; what is undefined stays null.

The rules of Gopher (Rae et al. 2021, appendix A1 and table A1), C4 (Raffel et al. 2020) and FineWeb (Penedo et al.
2024) are thresholds on these measures: see `curate/rules/*.yaml`. `measure(texts)` gives all of them in one pass.

Words are `text.split()`; lines are parts between line feeds that hold a word; paragraphs are runs of such lines;
characters are code points. Lines and paragraphs are equal when their words are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from seedbed.curate.text.kernels import base as k
from seedbed.curate.text.scan import Scanned, parts

Counts = np.ndarray  # int64 (D, READ)
Repeats = np.ndarray  # int64 (D, REPEATED)


def _share(of: int, whole: int) -> Callable[[Counts, Repeats], np.ndarray]:
    return lambda c, r: _over(c[:, int(of)], c[:, int(whole)])


def _repeated(of: int, whole: int) -> Callable[[Counts, Repeats], np.ndarray]:
    return lambda c, r: _over(r[:, int(of)], c[:, int(whole)])


def _over(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(b > 0, a / b, np.nan)


def _symbols(c: Counts, r: Repeats) -> np.ndarray:
    plain = c[:, int(k.LETTERS)] + c[:, int(k.DIGITS)] + c[:, int(k.SPACES)]
    return _over(c[:, int(k.CHARS)] - plain, c[:, int(k.CHARS)])


# name -> (what it is, how it follows from the counts)
MEASURES: dict[str, tuple[str, Callable[[Counts, Repeats], np.ndarray]]] = {
    "chars": ("characters", lambda c, r: c[:, int(k.CHARS)]),
    "words": ("words", lambda c, r: c[:, int(k.WORDS)]),
    "lines": ("lines that hold a word", lambda c, r: c[:, int(k.LINES)]),
    "paragraphs": ("paragraphs", lambda c, r: c[:, int(k.PARAGRAPHS)]),
    "mean_word_length": ("characters of a word, mean", _share(k.WORD_CHARS, k.WORDS)),
    "longest_word": ("characters of the longest word", lambda c, r: c[:, int(k.LONGEST_WORD)]),
    "mean_line_length": ("characters of a line, mean", _share(k.LINE_CHARS, k.LINES)),
    "alpha_words": ("share of words with a letter", _share(k.ALPHA_WORDS, k.WORDS)),
    "stop_words": (
        "how many of 'the be to of and that have with' are there",
        lambda c, r: c[:, int(k.STOP_WORDS)],
    ),
    "hash_ratio": ("'#' for each word", _share(k.HASHES, k.WORDS)),
    "ellipsis_ratio": ("ellipses for each word", _share(k.ELLIPSES, k.WORDS)),
    "bullet_lines": ("share of lines that begin with a bullet", _share(k.BULLET_LINES, k.LINES)),
    "ellipsis_lines": ("share of lines that end with an ellipsis", _share(k.ELLIPSIS_LINES, k.LINES)),
    "end_lines": ("share of lines that end with punctuation or a quote", _share(k.END_LINES, k.LINES)),
    "short_lines": ("share of lines of at most 30 characters", _share(k.SHORT_LINES, k.LINES)),
    "newline_ratio": ("line feeds for each word", _share(k.NEWLINES, k.WORDS)),
    "upper_share": ("share of letters that are capitals", _share(k.UPPERS, k.LETTERS)),
    "digit_share": ("share of characters that are digits", _share(k.DIGITS, k.CHARS)),
    "symbol_share": ("share of characters that are no letter, digit or space", _symbols),
    "bracket_share": ("share of characters that are brackets", _share(k.BRACKETS, k.CHARS)),
    "curly_brackets": ("'{' in the text", lambda c, r: c[:, int(k.CURLY)]),
    "lorem_ipsum": ("1 where 'lorem ipsum' is there", lambda c, r: c[:, int(k.LOREM)]),
    "links": ("addresses (http) for each word", _share(k.LINKS, k.WORDS)),
    "c4_sentences": ("sentences in the lines that C4 keeps", lambda c, r: c[:, int(k.KEPT_SENTENCES)]),
    "c4_kept": ("share of characters in the lines that C4 keeps", _share(k.KEPT_CHARS, k.LINE_CHARS)),
    "unique_words": ("different words for each word", _repeated(k.UNIQUE_WORDS, k.WORDS)),
    "dup_lines": ("share of lines that were there before", _repeated(k.DUP_LINES, k.LINES)),
    "dup_line_chars": ("their characters, of all", _repeated(k.DUP_LINE_CHARS, k.CHARS)),
    "dup_paragraphs": ("share of paragraphs that were there before", _repeated(k.DUP_PARAGRAPHS, k.PARAGRAPHS)),
    "dup_paragraph_chars": ("their characters, of all", _repeated(k.DUP_PARAGRAPH_CHARS, k.CHARS)),
    **{
        f"top_{n}_gram": (
            f"characters of the most frequent {n} words in a row, if there twice, of all",
            _repeated(int(k.TOP_2) + n - 2, k.CHARS),
        )
        for n in (2, 3, 4)
    },
    **{
        f"dup_{n}_gram": (
            f"characters in {n} words in a row that were there before, of all",
            _repeated(int(k.DUP_5) + n - 5, k.CHARS),
        )
        for n in range(5, 11)
    },
}
FROM_REPEATS = tuple(n for n in MEASURES if n.startswith(("dup_", "top_")) or n == "unique_words")


def measure(
    texts: pa.Array | pa.ChunkedArray | Sequence[str | None], names: Iterable[str] | None = None, device: str = "cpu"
) -> pa.Table:
    """The measures (default: all) of each document, float32, null where undefined or where there is no text."""
    wanted = tuple(names) if names is not None else tuple(MEASURES)
    array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.large_string())
    made = [_measured(Scanned(part, device), wanted, part) for part in parts(array)]
    schema = pa.schema([(name, pa.float32()) for name in wanted])
    return pa.concat_tables(made) if made else schema.empty_table()


def _measured(scanned: Scanned, names: tuple[str, ...], texts: pa.Array) -> pa.Table:
    repeats = scanned.repeats() if set(names) & set(FROM_REPEATS) else np.zeros((scanned.size, int(k.REPEATED)))
    missing = np.asarray(texts.is_null())
    columns = {}
    for name in names:
        values = np.asarray(MEASURES[name][1](scanned.counts, repeats), np.float32)
        columns[name] = pa.array(values, pa.float32(), mask=missing | np.isnan(values))
    return pa.table(columns)
