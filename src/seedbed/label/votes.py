"""What labelling functions said: the votes, their table, the majority, and labels that may abstain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

ABSTAIN = -1
TIE = 1e-9  # labels whose probabilities differ by less are equally likely


@dataclass(frozen=True)
class Votes:
    """`matrix` int (rows, functions): the label's place in `labels`, ABSTAIN where a function says nothing."""

    matrix: np.ndarray
    functions: list[str]
    labels: list[str]

    @property
    def voted(self) -> np.ndarray:
        """bool (rows, functions)."""
        return np.asarray(self.matrix != ABSTAIN)

    @property
    def covered(self) -> np.ndarray:
        """bool (rows,): at least one function voted."""
        return np.asarray(self.voted.any(axis=1))

    def shares(self) -> np.ndarray:
        """Each label's share of a row's votes, float (rows, labels); nan where nobody voted."""
        counts = (self.matrix[:, :, None] == np.arange(len(self.labels))).sum(axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    def table(self, gold: np.ndarray | None = None) -> list[dict[str, Any]]:
        """One dict a function, all rates over all rows: `coverage` (it votes), `overlap` (another one votes too),
        `conflict` (another one votes otherwise); the labels that it gives. These are the terms of Ratner et al. 2017.

        `gold` int (rows,), ABSTAIN where it is not known: adds `right` of `judged` votes.
        """
        voted, rows = self.voted, max(1, len(self.matrix))
        others = voted.sum(axis=1, keepdims=True) - voted > 0
        clash = np.zeros_like(voted)
        for j in range(len(self.functions)):
            other = np.delete(self.matrix, j, axis=1)
            clash[:, j] = ((other != ABSTAIN) & (other != self.matrix[:, j : j + 1])).any(axis=1)
        found = []
        for j, name in enumerate(self.functions):
            given = self.matrix[voted[:, j], j]
            line: dict[str, Any] = {
                "function": name,
                "votes": len(given),
                "coverage": len(given) / rows,
                "overlap": float((voted[:, j] & others[:, j]).sum() / rows),
                "conflict": float((voted[:, j] & clash[:, j]).sum() / rows),
                "labels": [self.labels[k] for k in np.unique(given)],
            }
            if gold is not None:
                judged = voted[:, j] & (gold != ABSTAIN)
                line["right"], line["judged"] = int((self.matrix[:, j] == gold)[judged].sum()), int(judged.sum())
            found.append(line)
        return found


@dataclass(frozen=True)
class Decision:
    """`label` int (rows,): ABSTAIN where no label is likely enough; `confidence` float (rows,), nan without votes."""

    label: np.ndarray
    confidence: np.ndarray
    probabilities: np.ndarray


def decide(probabilities: np.ndarray, least: float = 0.0) -> Decision:
    """The likeliest label of each row of (rows, labels). Abstains below `least`, on ties, and where all are nan."""
    known = ~np.isnan(probabilities).any(axis=1)
    filled = np.where(known[:, None], probabilities, 0.0)
    best = filled.max(axis=1, initial=0.0)
    tied = (filled >= best[:, None] - TIE).sum(axis=1) > 1
    good = known & ~tied & (best >= least - TIE)
    label = np.where(good, filled.argmax(axis=1), ABSTAIN)
    return Decision(label, np.where(known, best, np.nan), probabilities)


def majority(votes: Votes, least: float = 0.0) -> Decision:
    """The label with most votes; ties abstain. Its confidence is its share of the row's votes."""
    return decide(votes.shares(), least)
