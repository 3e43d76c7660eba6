"""The certificate of a set of questions: how even the answers are, and what a blind guesser scores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log2
from typing import Any


def question_certificate(questions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts per family and answer, entropy in bits, answer positions, and the blind majority's share right.

    `blind_majority` is the share of questions that the most frequent answer of their own family gets right.
    """
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    positions: Counter[int] = Counter()
    for question in questions:
        answers[question["family"]][question["answer"]] += 1
        if question["choices"]:
            positions[question["choices"].index(question["answer"])] += 1
    total = sum(sum(counts.values()) for counts in answers.values())
    majority = sum(max(counts.values()) for counts in answers.values())
    return {
        "questions": total,
        "families": {
            name: {
                "questions": sum(counts.values()),
                "answers": dict(sorted(counts.items())),
                "entropy_bits": round(_entropy(counts), 4),
                "blind_majority": round(max(counts.values()) / sum(counts.values()), 4),
            }
            for name, counts in sorted(answers.items())
        },
        "answer_positions": {str(k): positions[k] for k in sorted(positions)},
        "blind_majority": round(majority / total, 4) if total else None,
    }


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(n / total * log2(n / total) for n in counts.values())
