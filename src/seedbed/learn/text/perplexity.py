"""How well a model predicts documents: per token, and per byte, which also compares models with other tokens.

Each document is read from its beginning (the start token is given, its end is not asked for). One that is longer than
the window is read in windows that overlap by half, and each token is predicted once, from the longest context.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from seedbed.learn.models.causal import Causal

WINDOW = 1024  # tokens read at once, where the model can read more


@dataclass(frozen=True)
class DocumentLosses:
    """For each document: -log p in nats float64 (n,), and its tokens and bytes (UTF-8) int64 (n,)."""

    nats: np.ndarray
    tokens: np.ndarray
    bytes: np.ndarray

    @property
    def perplexity(self) -> float:
        """exp(nats / token); nan without tokens."""
        return float(np.exp(self.nats.sum() / self.tokens.sum())) if self.tokens.sum() else math.nan

    @property
    def bits_per_byte(self) -> float:
        return float(self.nats.sum() / self.bytes.sum() / math.log(2)) if self.bytes.sum() else math.nan


def document_losses(
    causal: Causal, texts: Sequence[str], *, window: int | None = None, progress: Callable[[int], object] | None = None
) -> DocumentLosses:
    """The losses of `texts` under a model. window: tokens read at once, at most the model's context and 1024.

    progress is called with the number of documents after each part.
    """
    tokens, model = causal.loaded()
    most = min(WINDOW, getattr(model.config, "max_position_embeddings", None) or WINDOW, window or WINDOW)
    head = causal.start()
    documents = [tokens(text, add_special_tokens=False).input_ids for text in texts]
    nats = np.zeros(len(texts))
    rows: list[tuple[tuple[int, ...], int, int]] = []  # tokens, the first that is asked for, document
    for place, document in enumerate(documents):
        rows += [(row, first, place) for row, first in _windows((*head, *document), len(head), most)]
    rows.sort(key=lambda row: (len(row[0]), row[0], row[2]))
    for part, logs in causal.parts([row[0][:-1] for row in rows]):
        for at, table in zip(part, logs):
            row, first, place = rows[at]
            asked = np.arange(first, len(row))
            nats[place] -= float(table[asked - 1, np.array(row)[asked]].astype(float).sum())
        if progress is not None:
            progress(sum(rows[at][1] == len(head) for at in part))  # first windows: documents
    counts = np.array([len(document) for document in documents], np.int64)
    return DocumentLosses(nats, counts, np.array([len(text.encode()) for text in texts], np.int64))


def _windows(text: tuple[int, ...], given: int, most: int) -> list[tuple[tuple[int, ...], int]]:
    """(tokens, place of the first that is asked for): at most `most` inputs each, every token after the first `given`
    ones asked for once.
    """
    made: list[tuple[tuple[int, ...], int]] = []
    start, next_asked = 0, given
    while next_asked < len(text):
        end = min(start + most + 1, len(text))
        made.append((text[start:end], next_asked - start))
        next_asked = end
        start = max(start + 1, end - most // 2 - 1)
    return made
