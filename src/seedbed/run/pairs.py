"""Score a model on a dataset of minimal pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from seedbed.errors import UsageError

COLUMNS = ("image", "image_1", "caption_0", "caption_1", "swap", "error")


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
    scores, swaps = [], []
    for row in dataset.table(list(COLUMNS)).to_pylist():
        if row["error"] is None:
            images = [row["image"], row["image_1"]] * 2
            texts = [row["caption_0"]] * 2 + [row["caption_1"]] * 2
            scores.append(np.reshape(loaded.score(images, texts), (2, 2)))
            swaps.append(row["swap"])
    return {"model": model, "dataset": str(path), **pair_scores(np.array(scores), swaps)}
