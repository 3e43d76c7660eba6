"""Score a model on a dataset of minimal pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.errors import UsageError

COLUMNS = ("image", "image_1", "caption_0", "caption_1", "swap", "error")
AT_ONCE = 64  # pairs: a dual encoder works in batches


def score_pairs(model: str, path: str | Path) -> dict[str, Any]:
    """Text, image and group score of a model by name on the pairs in a dataset, whole and for each swap.

    Raises UsageError where the dataset has no pairs or the model cannot score.
    """
    from seedbed.audit.winoground import pair_scores
    from seedbed.dataset import Dataset
    from seedbed.learn.models import load_model

    dataset = Dataset(path)
    missing = [name for name in COLUMNS if name not in dataset.schema.names]
    if missing:
        raise UsageError(
            f"no column '{missing[0]}'", where=str(path), hint="make one: seedbed generate pairs --rows 200"
        )
    loaded = load_model(model)
    rows = [row for row in dataset.table(list(COLUMNS)).to_pylist() if row["error"] is None]
    scores = all_scores(loaded, rows)
    return {"model": model, "dataset": str(path), **pair_scores(scores, [row["swap"] for row in rows])}


def all_scores(model: Any, rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """float (pairs, 2, 2) [pair, caption, image]: what the model gives every caption for every image of its pair."""
    made = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        images = [row[name] for row in some for name in ("image", "image_1") * 2]
        texts = [row[name] for row in some for name in ("caption_0",) * 2 + ("caption_1",) * 2]
        made += model.score(images, texts)
    return np.reshape(made, (-1, 2, 2))
