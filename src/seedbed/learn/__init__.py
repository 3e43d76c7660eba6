"""Learners and the loop that fits them. PyTorch is imported when something is fitted or loaded.

learner = SmallCNN({"category": ["cube", "mug"], "color": ["red", "blue"]})
history = fit(learner, images, {"category": indices, "color": indices}, seed=0, steps=500)
learner.predict(images)["category"]["label"]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "ImageClassifier",
    "Learner",
    "Objective",
    "Outcome",
    "Settings",
    "SmallCNN",
    "augment",
    "fit",
    "load",
    "optimise",
    "train",
]

if TYPE_CHECKING:
    from seedbed.learn.augmentation import augment
    from seedbed.learn.base import Learner, load
    from seedbed.learn.classifier import ImageClassifier
    from seedbed.learn.learners.small_cnn import SmallCNN
    from seedbed.learn.loop import Objective, Outcome, optimise
    from seedbed.learn.settings import Settings
    from seedbed.learn.training import fit, train

_PLACES = {
    "ImageClassifier": "seedbed.learn.classifier",
    "Learner": "seedbed.learn.base",
    "Objective": "seedbed.learn.loop",
    "Outcome": "seedbed.learn.loop",
    "Settings": "seedbed.learn.settings",
    "SmallCNN": "seedbed.learn.learners.small_cnn",
    "augment": "seedbed.learn.augmentation",
    "fit": "seedbed.learn.training",
    "load": "seedbed.learn.base",
    "optimise": "seedbed.learn.loop",
    "train": "seedbed.learn.training",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'seedbed.learn' has no attribute '{name}'")
    return getattr(import_module(_PLACES[name]), name)
