"""What can be answered without the picture: baselines that see the question's family, or its words, only.

Each is fitted on one half of the questions and tested on the other, both ways, so that chance alone adds nothing.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

MOST = 4000  # questions of a family that the regression is fitted on
PENALTY = 1.0
STEPS = 30


def majority(labels: Sequence[str], allowed: Sequence[Sequence[str]], halves: np.ndarray) -> np.ndarray:
    """bool (n,): whether the other half's most frequent label (among a question's `allowed`, if any) is right."""
    right = np.zeros(len(labels), bool)
    for half in (0, 1):
        counts = Counter(labels[k] for k in np.flatnonzero(halves != half).tolist())
        ranked = sorted(counts, key=lambda w: (-counts[w], w))
        for k in np.flatnonzero(halves == half).tolist():
            options = allowed[k]
            known = ranked[0] if ranked else None
            guess = next((w for w in ranked if w in options), options[0]) if options else known
            right[k] = guess == labels[k]
    return right


def regression(
    texts: Sequence[str], labels: Sequence[str], allowed: Sequence[Sequence[str]], halves: np.ndarray
) -> np.ndarray:
    """bool (n,): whether logistic regression on the question's words, fitted on the other half, is right."""
    names = sorted(set(labels))
    number = {name: k for k, name in enumerate(names)}
    target = np.array([number[w] for w in labels])
    words = bag(texts)
    right = np.zeros(len(labels), bool)
    for half in (0, 1):
        fit, test = np.flatnonzero(halves != half), np.flatnonzero(halves == half)
        if not len(fit) or not len(test):
            continue
        scores = words[test] @ fitted(words[fit[:MOST]], target[fit[:MOST]], len(names))
        met = set(target[fit].tolist())
        for row, k in enumerate(test.tolist()):
            options = [number[w] for w in allowed[k] if number.get(w) in met]
            if allowed[k] and not options:
                right[k] = labels[k] == allowed[k][0]  # none was ever met: the first
                continue
            guess = max(options, key=lambda c: scores[row, c]) if options else int(scores[row].argmax())
            right[k] = guess == target[k]
    return right


def bag(texts: Sequence[str]) -> np.ndarray:
    """Which words a text has: float (n, words + 1), the last column 1. Words of all texts, sorted."""
    split = [set(re.findall(r"[a-z]+", text.lower())) for text in texts]
    known = {word: k for k, word in enumerate(sorted(set().union(*split)))}
    made = np.zeros((len(texts), len(known) + 1))
    made[:, -1] = 1.0
    for row, words in enumerate(split):
        made[row, [known[w] for w in words]] = 1.0
    return made


def fitted(x: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Weights (words, classes) of a multinomial logistic regression with an L2 penalty."""
    from scipy.optimize import minimize

    wanted = np.eye(classes)[y]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(x.shape[1], classes)
        scores = x @ weights
        scores -= scores.max(1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(1, keepdims=True)
        value = -np.log(np.maximum(shares[np.arange(len(y)), y], 1e-12)).sum() + PENALTY / 2 * (flat @ flat)
        return float(value), (x.T @ (shares - wanted) + PENALTY * weights).reshape(-1)

    found = minimize(loss, np.zeros(x.shape[1] * classes), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    weights: np.ndarray = found.x.reshape(x.shape[1], classes)
    return weights


def halves_of(texts: Sequence[str]) -> np.ndarray:
    """0 or 1 for each question: by its text, and its turn among equal ones."""
    turns: Counter[str] = Counter()
    made = np.zeros(len(texts), int)
    for k, text in enumerate(texts):
        made[k] = (zlib.crc32(text.encode()) + turns[text]) % 2
        turns[text] += 1
    return made


def interval(right: int, count: int, error: float) -> tuple[float, float]:
    """The exact interval of a share (Clopper & Pearson 1934), missing it with probability `error` at most."""
    from scipy.stats import beta

    low = float(beta.ppf(error / 2, right, count - right + 1)) if right else 0.0
    high = float(beta.ppf(1 - error / 2, right + 1, count - right)) if right < count else 1.0
    return low, high


def chance_of(form: str, answers: int, options: Sequence[int]) -> float | None:
    """What guessing evenly scores; None where answers are not a list (points, boxes)."""
    if form in ("point", "box"):
        return None
    if form == "choice":
        return float(np.mean([1.0 / n for n in options]))
    return 1.0 / max(answers, 1)


Result = dict[str, Any]
