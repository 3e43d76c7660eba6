"""Planted duplicates: copies of real rows with a known share of words changed, to test a search with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RATES = (0.0, 0.005, 0.01, 0.02, 0.04, 0.08)  # share of words that are changed


@dataclass(frozen=True)
class Planted:
    """Copies: `texts[k]` is a copy of row `of[k]` with a share `rate[k]` of its words changed."""

    texts: list[str]
    of: np.ndarray
    rate: np.ndarray


def plant(texts: Sequence[str], seed: int = 0) -> Planted:
    """One copy of each text at each rate: a changed word is replaced, left out, or said twice."""
    made, of, rates = [], [], []
    for number, text in enumerate(texts):
        for place, rate in enumerate(RATES):
            rng = np.random.default_rng([seed, number, place])
            made.append(_changed(text, rate, rng))
            of.append(number)
            rates.append(rate)
    return Planted(made, np.array(of, int), np.array(rates))


def _changed(text: str, rate: float, rng: np.random.Generator) -> str:
    words = text.split()
    out: list[str] = []
    for word, u, how in zip(words, rng.random(len(words)), rng.integers(0, 3, len(words))):
        if u >= rate:
            out.append(word)
        elif how == 0:
            out.append(words[int(rng.integers(0, len(words)))])
        elif how == 1:
            out += [word, word]
    return " ".join(out)


def recall_of(
    planted: Planted, texts: Sequence[str], pairs: np.ndarray, similarity: float, shingle: int
) -> dict[str, Any]:
    """Per rate: the share of copies that were paired with their original; of all pairs, the share that is right."""
    from seedbed.curate.duplicates.clusters import clusters_of

    count = len(texts)
    clusters = clusters_of(pairs, count + len(planted.texts))
    found = clusters[count:] == clusters[planted.of]
    recall = {
        f"{rate:g}": {
            "copies": int((planted.rate == rate).sum()),
            "recall": round(float(found[planted.rate == rate].mean()), 4),
        }
        for rate in RATES
    }
    every = [*texts, *planted.texts]
    shown = pairs[:: max(1, len(pairs) // 2000)]
    right = [jaccard(every[a], every[b], shingle) >= similarity - 0.1 for a, b in shown.tolist()]
    return {
        "rows": count,
        "recall": recall,
        "pairs": len(pairs),
        "precision": round(float(np.mean(right)), 4) if right else None,
    }


def jaccard(one: str, other: str, shingle: int = 5) -> float:
    """The exact Jaccard similarity of two texts' shingles: words in small letters, without punctuation."""
    a, b = _shingles(one, shingle), _shingles(other, shingle)
    return len(a & b) / len(a | b) if a | b else 1.0


def _shingles(text: str, n: int) -> set[tuple[str, ...]]:
    words = [w for w in ("".join(c for c in word.lower() if c.isalnum()) for word in text.split()) if w]
    if len(words) < n:
        return {tuple(words)} if words else set()
    return {tuple(words[k : k + n]) for k in range(len(words) - n + 1)}
