"""A dual encoder from a folder as a model: it scores texts, and answers by its best option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seedbed.learn.models.base import Model


class DualModel(Model):
    """`local/FOLDER` (trained by Seedbed), `hf/FOLDER` (a CLIP or SigLIP checkpoint), or the folder's path alone."""

    def __init__(self, folder: str, name: str) -> None:
        from seedbed.learn.contrastive import load_dual

        self.name, self.dual = name, load_dual(folder)

    def score(self, images: Sequence[bytes], texts: Sequence[str]) -> list[float]:
        """The logit of each image with its text; every different image and text is encoded once."""
        pictures, at = _once(images)
        words, of = _once(texts)
        cosines = (self.dual.embed_images(pictures)[at] * self.dual.embed_texts(words)[of]).sum(1)
        return [float(v) for v in cosines * self.dual.scale + self.dual.bias]


def _once(items: Sequence[bytes] | Sequence[str]) -> tuple[list[Any], np.ndarray]:
    """The different items, and where each one of `items` is among them."""
    known = {item: place for place, item in enumerate(dict.fromkeys(items))}
    return list(known), np.array([known[item] for item in items], int)
