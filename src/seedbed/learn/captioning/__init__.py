"""A captioner: an image encoder and a text decoder, trained on captions, that writes captions of new images.

model, outcome = fit_captioner(captioned(dataset, "captions.dense"), seed=0, steps=800)
model.captions(images)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Captioner", "fit_captioner"]

if TYPE_CHECKING:
    from seedbed.learn.captioning.captioner import Captioner
    from seedbed.learn.captioning.fit import fit_captioner

_PLACES = {"Captioner": "captioner", "fit_captioner": "fit"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'seedbed.learn.captioning' has no attribute '{name}'")
    return getattr(import_module(f"seedbed.learn.captioning.{_PLACES[name]}"), name)
