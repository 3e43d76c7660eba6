"""Read documents with the kernels: counts, repeats, sketches and features of many documents at once.

    scanned = Scanned(["one document", "another"])
    scanned.counts[:, WORDS]; scanned.repeats(); scanned.sketches(); scanned.weigh(weights, bias)

Documents are read a part at a time, so that memory stays small whatever is given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.text.kernels import base as k
from seedbed.curate.text.kernels import read, ready, repeat, sketch

PART_BYTES = 2 << 20  # read at once; its words and tables take about ten times as much
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")  # Rae et al. 2021, appendix A1
PHRASES = (
    "lorem ipsum", "http://", "https://",
    # lines that C4 leaves out (Raffel et al. 2020, and its code)
    "javascript", "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies",
)  # fmt: skip
ENDS = ".!?…。！？।॥؟۔"
QUOTES = "\"'”’»)]"
BULLETS = "•‣▪●-*"
BRACKETS = "()[]{}<>"
SHINGLE, ROWS, BANDS = 5, 6, 42  # 252 bins: pairs with Jaccard similarity 0.65 meet with probability 0.96


class Scanned:
    """What one pass leaves of some documents (at most `PART_BYTES` of text, or one document).

    `counts` int64 (D, READ): see the constants of `kernels`. A null is an empty document. With `only_words` nothing
    but the number of words is counted: enough for sketches, features and runs, in less than half the time.
    """

    def __init__(
        self, texts: pa.Array | Sequence[str | None], device: str = "cpu", kept_words: int = 3, only_words: bool = False
    ) -> None:
        import warp as wp

        self.wp, self.device = wp, ready(device)
        data, starts = buffers_of(texts)
        self.size = len(starts) - 1
        self.starts = self.array(starts)
        self.room = int((starts[-1] - starts[0]) // 2 + self.size + 1)
        self.word_norm = self._room(wp.uint64)
        self.counted = wp.zeros((self.size, int(k.READ)), dtype=wp.int64, device=device)
        tables = [self.array(data), self.starts, *map(self.array, character_tables())]
        if only_words:
            self.launch(read.words, *tables, self.word_norm, self.counted)
        else:
            self._read(tables, kept_words)
        self.counts: np.ndarray = self.counted.numpy()

    def _room(self, kind: Any) -> Any:
        """An array with a place for each word."""
        return self.wp.empty(self.room, dtype=kind, device=self.device)

    def _read(self, tables: list[Any], kept_words: int) -> None:
        wp = self.wp
        self.word_hash, self.line_hash, self.paragraph_hash = (self._room(wp.uint64) for _ in range(3))
        self.word_chars, self.line_chars, self.paragraph_chars = (self._room(wp.int32) for _ in range(3))
        self.launch(
            read.read, *tables, *map(self.array, _stop_words()), self.array(_phrase_bytes()), kept_words,
            self.word_hash, self.word_norm, self.word_chars, self.line_hash, self.line_chars, self.paragraph_hash,
            self.paragraph_chars, self.counted,
        )  # fmt: skip

    def repeats(self) -> np.ndarray:
        """int64 (D, REPEATED): repeated lines, paragraphs, n-grams; see the constants of `kernels`."""
        wp = self.wp
        widths = 1 << np.ceil(np.log2(np.maximum(4, 2 * self.counts[:, int(k.WORDS)]))).astype(np.int64)
        tables = np.concatenate([[0], np.cumsum(widths)])
        out = wp.zeros((self.size, int(k.REPEATED)), dtype=wp.int64, device=self.device)
        total = int(tables[-1])
        self.launch(
            repeat.repeats, self.starts, self.array(tables), self.word_hash, self.word_chars, self.line_hash,
            self.line_chars, self.paragraph_hash, self.paragraph_chars, self.counted,
            wp.empty(total, dtype=wp.uint64, device=self.device), wp.zeros(total, dtype=wp.int32, device=self.device),
            self._room(wp.int32),
            self._room(wp.uint64),
            self._room(wp.int32), out,
        )  # fmt: skip
        return np.asarray(out.numpy())

    def sketches(self, shingle: int = SHINGLE, rows: int = ROWS, bands: int = BANDS) -> tuple[np.ndarray, np.ndarray]:
        """(uint16 (D, rows * bands), uint64 (D, bands)): MinHash values, and the keys of their bands."""
        wp, width = self.wp, rows * bands
        bins = wp.zeros((self.size, width), dtype=wp.uint16, device=self.device)
        keys = wp.zeros((self.size, bands), dtype=wp.uint64, device=self.device)
        self.launch(
            sketch.sketch, self.starts, self.counted, self.word_norm, shingle, rows,
            self._room(wp.uint64),
            wp.empty((self.size, width), dtype=wp.uint32, device=self.device), bins, keys,
        )  # fmt: skip
        return bins.numpy(), keys.numpy()

    def features(self, bits: int) -> tuple[np.ndarray, np.ndarray]:
        """(int32 (F,), int64 (D + 1,)): hashed words and pairs of words of all documents, and where each begins."""
        wp = self.wp
        most = 2 * self.counts[:, int(k.WORDS)]
        places = np.concatenate([[0], np.cumsum(most)])
        out = wp.empty(max(1, int(places[-1])), dtype=wp.int32, device=self.device)
        found = wp.zeros(self.size, dtype=wp.int32, device=self.device)
        self.launch(sketch.features, self.starts, self.counted, self.word_norm, bits, self.array(places), out, found)
        return packed(out, places, found)

    def weigh(self, weights: np.ndarray, bias: float) -> np.ndarray:
        """float32 (D,): log-odds of a linear classifier over 2^bits hashed features."""
        out = self.wp.empty(self.size, dtype=self.wp.float32, device=self.device)
        bits = int(np.log2(len(weights)))
        self.launch(
            sketch.weigh, self.starts, self.counted, self.word_norm, bits, self.array(weights.astype(np.float32)),
            float(bias), out,
        )  # fmt: skip
        return np.asarray(out.numpy())

    def launch(self, kernel: Any, *inputs: Any) -> None:
        if self.size:
            self.wp.launch(kernel, dim=self.size, inputs=list(inputs), device=self.device)

    def array(self, values: np.ndarray) -> Any:
        if not len(values):
            values = np.zeros(1, values.dtype)
        if self.device == "cpu":  # no copy: the kernels only read it
            made: Any = self.wp.array(
                ptr=values.ctypes.data, dtype=self.wp.dtype_from_numpy(values.dtype), shape=values.shape,
                device="cpu",
            )  # fmt: skip
            made._kept = values
            return made
        return self.wp.array(values, device=self.device)


def packed(out: Any, places: np.ndarray, found: Any) -> tuple[np.ndarray, np.ndarray]:
    """(what a kernel wrote from each document's place on, without the gaps, int64 (D + 1,) where each begins)."""
    number: np.ndarray = found.numpy().astype(np.int64)
    most = np.diff(places)
    within = np.arange(int(places[-1])) - np.repeat(places[:-1], most) < np.repeat(number, most)
    return out.numpy()[: int(places[-1])][within], np.concatenate([[0], np.cumsum(number)])


def parts(texts: pa.Array | pa.ChunkedArray, most: int = PART_BYTES) -> Iterator[pa.Array]:
    """The texts in parts of at most `most` bytes each (a longer document is a part by itself)."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    for chunk in chunks:
        if not len(chunk):
            continue
        _, starts = buffers_of(chunk)
        first = 0
        while first < len(chunk):
            last = int(np.searchsorted(starts, starts[first] + most, side="right")) - 1
            last = min(max(last, first + 1), len(chunk))
            yield chunk.slice(first, last - first)
            first = last


def buffers_of(texts: pa.Array | Sequence[str | None]) -> tuple[np.ndarray, np.ndarray]:
    """(uint8 bytes, int64 (D + 1,) where each document starts in them), without a copy where it can be."""
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
    if not pa.types.is_string(array.type) and not pa.types.is_large_string(array.type):
        array = array.cast(pa.large_string())
    if array.null_count:
        array = array.fill_null("")
    wide = pa.types.is_large_string(array.type)
    _, places, data = array.buffers()
    offsets = np.frombuffer(places, np.int64 if wide else np.int32)[array.offset : array.offset + len(array) + 1]
    if len(array) == 0:
        offsets = np.zeros(1, np.int64)
    made = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return made, offsets.astype(np.int64)


@lru_cache(maxsize=1)
def character_tables() -> tuple[np.ndarray, np.ndarray]:
    """(uint8 (0x110000,) classes of code points, int32 (0x110000,) their small letters), of this Python's Unicode."""
    classes = np.zeros(0x110000, np.uint8)
    lower = np.arange(0x110000, dtype=np.int32)
    letters, planes = int(k.LETTER), [*range(0x20000), *range(0xE0000, 0xE0200)]
    for number in planes:
        c = chr(number)
        kind = 0
        if c.isspace():
            kind = int(k.SPACE)
        elif c.isalpha():
            kind = letters | (int(k.UPPER) if c.isupper() else 0)
            small = c.lower()
            if len(small) == 1:
                lower[number] = ord(small)
        elif unicodedata.category(c) == "Nd":
            kind = int(k.DIGIT)
        classes[number] = kind
    classes[0x20000:0x323B0] = letters  # ideographs; the few unassigned ones among them never occur
    for kind, characters in ((k.ENDS, ENDS), (k.QUOTE, QUOTES), (k.BULLET, BULLETS), (k.BRACKET, BRACKETS)):
        for c in characters:
            classes[ord(c)] |= int(kind)
    return classes, lower


def hash_of(word: str) -> int:
    """The kernels' hash of a word's letters and digits in small letters (0 where it has none)."""
    classes, lower = character_tables()
    h = start = 0xCBF29CE484222325
    for c in word:
        if classes[ord(c)] & (int(k.LETTER) | int(k.DIGIT)):
            h = ((h ^ int(lower[ord(c)])) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return 0 if h == start else mixed(h)


def mixed(h: int) -> int:
    """The kernels' finaliser, for numbers of Python."""
    mask = 0xFFFFFFFFFFFFFFFF
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & mask
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & mask
    return h ^ (h >> 33)


@lru_cache(maxsize=1)
def _stop_words() -> tuple[np.ndarray, np.ndarray]:
    """(uint64 (256,) hashes at the place that their first byte names, uint8 (256,) numbers of the words)."""
    table, ranks = np.zeros(256, np.uint64), np.zeros(256, np.uint8)
    for number, word in enumerate(STOP_WORDS):
        h = hash_of(word)
        assert table[h >> 56] == 0, "two stop words share a place"
        table[h >> 56], ranks[h >> 56] = h, number
    return table, ranks


@lru_cache(maxsize=1)
def _phrase_bytes() -> np.ndarray:
    return np.frombuffer(b"".join(p.encode().ljust(32, b"\0") for p in PHRASES), np.uint8)
