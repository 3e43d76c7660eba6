"""Dual encoders: an image encoder and a text encoder whose vectors meet (CLIP, SigLIP).

data = captioned(sb.Dataset("data/pairs"))
model, outcome = fit_dual(data, seed=0, steps=600, negatives="pairs")
model.save("models/dual"); load_dual("models/dual").embed_texts(["A red mug and a blue cube."])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Captioned", "DualEncoder", "captioned", "fit_dual", "load_dual", "pair_cosines", "recall", "zero_shot"]

if TYPE_CHECKING:
    from seedbed.learn.contrastive.data import Captioned, captioned
    from seedbed.learn.contrastive.dual import DualEncoder, load_dual
    from seedbed.learn.contrastive.evaluate import pair_cosines, recall, zero_shot
    from seedbed.learn.contrastive.fit import fit_dual

_PLACES = {
    "Captioned": "data",
    "DualEncoder": "dual",
    "captioned": "data",
    "fit_dual": "fit",
    "load_dual": "dual",
    "pair_cosines": "evaluate",
    "recall": "evaluate",
    "zero_shot": "evaluate",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'seedbed.learn.contrastive' has no attribute '{name}'")
    return getattr(import_module(f"seedbed.learn.contrastive.{_PLACES[name]}"), name)
