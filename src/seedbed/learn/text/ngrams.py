"""n-gram models of tokens, to see what a language model is worth beside them.

Witten-Bell smoothing, interpolated down to the uniform distribution (Chen and Goodman 1998, section 2.6):
p(w | h) = (c(h, w) + T(h) p(w | h without its first token)) / (c(h) + T(h)), T(h): different tokens seen after h.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from seedbed.errors import UsageError


class NGram:
    """`order` 1: unigram, 2: bigram, ... Every document starts with `bos` and ends with `eos`."""

    def __init__(self, order: int, vocabulary: int, *, bos: int, eos: int) -> None:
        if order < 1 or vocabulary < 1:
            raise UsageError(f"order {order}, vocabulary {vocabulary}", where="n-gram", hint="1 or more")
        self.order, self.vocabulary, self.bos, self.eos = order, vocabulary, bos, eos
        self.after: dict[tuple[int, ...], Counter[int]] = {}
        self.totals: dict[tuple[int, ...], int] = {}

    def fit(self, documents: Sequence[Sequence[int]]) -> NGram:
        """Count documents of tokens (without special tokens)."""
        for document in documents:
            text = [self.bos, *document, self.eos]
            for at in range(1, len(text)):
                for length in range(min(self.order - 1, at) + 1):
                    self.after.setdefault(tuple(text[at - length : at]), Counter())[text[at]] += 1
        self.totals = {history: seen.total() for history, seen in self.after.items()}
        return self

    def probability(self, token: int, history: Sequence[int]) -> float:
        """p(token | history); only the last order - 1 tokens of the history count."""
        near = tuple(history[len(history) - min(self.order - 1, len(history)) :])
        p = 1.0 / self.vocabulary
        for length in range(len(near) + 1):
            told = near[len(near) - length :]
            seen = self.after.get(told)
            if seen is None:
                break  # no longer history was seen either
            p = (seen[token] + len(seen) * p) / (self.totals[told] + len(seen))
        return p

    def distribution(self, history: Sequence[int]) -> np.ndarray:
        """p of every token after the history, float64 (vocabulary,)."""
        near = tuple(history[len(history) - min(self.order - 1, len(history)) :])
        p = np.full(self.vocabulary, 1.0 / self.vocabulary)
        for length in range(len(near) + 1):
            seen = self.after.get(near[len(near) - length :])
            if seen is None:
                break
            p *= len(seen) / (seen.total() + len(seen))
            p[list(seen)] += np.array(list(seen.values())) / (seen.total() + len(seen))
        return p

    def sample(self, rng: np.random.Generator, most: int) -> list[int]:
        """Tokens of one document drawn from the model, at most `most`, without its end."""
        text = [self.bos]
        while len(text) <= most:
            sums = np.cumsum(self.distribution(text))
            token = int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
            if token == self.eos:
                break
            text.append(token)
        return text[1:]

    def loss(self, document: Sequence[int]) -> float:
        """-log p of the document's tokens in nats, from its beginning, without its end."""
        text = [self.bos, *document]
        first = self.order - 1
        return -sum(math.log(self.probability(text[at], text[max(0, at - first) : at])) for at in range(1, len(text)))
