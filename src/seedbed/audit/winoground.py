"""Text, image and group score of minimal pairs (Thrush et al. 2022, arXiv 2204.03162), with intervals.

s[n, c, i] is how well caption c fits image i of pair n, by any model. A tie is no win.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seedbed.audit.intervals import wilson
from seedbed.errors import UsageError

CHANCE = {"text": 1 / 4, "image": 1 / 4, "group": 1 / 6}  # of independent random scores


def pair_scores(scores: Any, groups: Sequence[str] | None = None) -> dict[str, Any]:
    """`scores` float (n, 2, 2) [pair, caption, image] to shares with 95 % Wilson intervals, whole and for each group.

    text: each image is given its own caption; image: each caption its own image; group: both. Raises UsageError for
    another shape or values that are not numbers.
    """
    s = np.asarray(scores, float)
    if s.ndim != 3 or s.shape[1:] != (2, 2) or not len(s):
        raise UsageError(f"scores of shape {s.shape}", where="pair_scores", hint="give (pairs, 2 captions, 2 images)")
    if not np.isfinite(s).all():
        raise UsageError("a score is not a finite number", where="pair_scores")
    won = wins(s)
    made: dict[str, Any] = {"pairs": len(s), **{name: _share(right, CHANCE[name]) for name, right in won.items()}}
    if groups is not None:
        kinds = np.array([str(g) for g in groups])
        made["by"] = {
            kind: {
                "pairs": int((kinds == kind).sum()),
                **{n: _share(r[kinds == kind], CHANCE[n]) for n, r in won.items()},
            }
            for kind in sorted(set(kinds.tolist()))
        }
    return made


def wins(s: np.ndarray) -> dict[str, np.ndarray]:
    """bool (n,) for text, image and group."""
    text = (s[:, 0, 0] > s[:, 1, 0]) & (s[:, 1, 1] > s[:, 0, 1])
    image = (s[:, 0, 0] > s[:, 0, 1]) & (s[:, 1, 1] > s[:, 1, 0])
    return {"text": text, "image": image, "group": text & image}


def _share(right: np.ndarray, chance: float) -> dict[str, float]:
    low, high = wilson(int(right.sum()), len(right))
    return {"value": float(right.mean()), "low": float(low), "high": float(high), "chance": chance}
