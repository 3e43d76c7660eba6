"""A linear classifier over hashed words and pairs of words: trained in seconds, fast to apply.

model = Classifier.fit(texts, labels, seed=0)     # labels: 1 good, 0 not
model.scores(more_texts)                          # probabilities, float32
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.text.scan import Scanned, parts
from seedbed.errors import UsageError

BITS = 18
STRENGTH = 4.0  # inverse of the L2 penalty
FOLDS = 5


@dataclass(frozen=True)
class Classifier:
    """Weights float32 (2^BITS,) and a bias: log-odds = bias + sum of weights / sqrt(number of features)."""

    weights: np.ndarray
    bias: float

    @classmethod
    def fit(cls, texts: Sequence[str], labels: np.ndarray, seed: int = 0) -> Classifier:
        """Logistic regression (L2). UsageError when only one label is there."""
        return cls._of(_matrix(texts), np.asarray(labels, int), seed)

    @classmethod
    def _of(cls, matrix: Any, labels: np.ndarray, seed: int) -> Classifier:
        from sklearn.linear_model import LogisticRegression

        if len(np.unique(labels)) < 2:
            raise UsageError("all ratings say the same", where="quality", hint="rate more rows, or change the rubric")
        made = LogisticRegression(C=STRENGTH, max_iter=500, random_state=seed).fit(matrix, labels)
        return cls(made.coef_[0].astype(np.float32), float(made.intercept_[0]))

    def scores(self, texts: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> np.ndarray:
        """float32 (N,): probability of being good; NaN for texts without words."""
        array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.large_string())
        found = [np.zeros(0, np.float32)]
        for part in parts(array):
            scanned = Scanned(part, only_words=True)
            odds = scanned.weigh(self.weights, self.bias)
            made = 1 / (1 + np.exp(-odds))
            found.append(np.where(scanned.counts[:, 1] > 0, made, np.nan).astype(np.float32))
        return np.concatenate(found)

    def save(self, path: Path) -> None:
        """As .npz: weights and bias."""
        with path.open("wb") as file:
            np.savez_compressed(file, weights=self.weights, bias=np.float64(self.bias))

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """What `save` wrote."""
        with np.load(path) as kept:
            return cls(kept["weights"], float(kept["bias"]))


def out_of_fold(texts: Sequence[str], labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """Probabilities of being good by classifiers that did not see the row (stratified folds)."""
    from sklearn.model_selection import StratifiedKFold

    least = int(np.bincount(labels, minlength=2).min())
    if least < 2:
        raise UsageError("too few rows of one rating", where="quality", hint="rate more rows, or change the rubric")
    matrix, made = _matrix(texts), np.zeros(len(labels))
    for train, test in StratifiedKFold(min(FOLDS, least), shuffle=True, random_state=seed).split(matrix, labels):
        model = Classifier._of(matrix[train], labels[train], seed)
        made[test] = 1 / (1 + np.exp(-(matrix[test] @ model.weights + model.bias)))
    return made


def _matrix(texts: Sequence[str]) -> Any:
    """Counts of hashed features over the root of their number, sparse (N, 2^BITS)."""
    from scipy.sparse import csr_matrix, vstack

    rows = []
    for part in parts(pa.array(list(texts), pa.large_string())):
        found, starts = Scanned(part, only_words=True).features(BITS)
        size = np.diff(starts)
        values = np.repeat(1 / np.sqrt(np.maximum(size, 1)), size)
        made = csr_matrix((values, found, starts), shape=(len(size), 1 << BITS))
        made.sum_duplicates()
        rows.append(made)
    return vstack(rows, format="csr") if rows else csr_matrix((0, 1 << BITS))
