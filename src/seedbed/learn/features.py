"""What a learner's heads see: the features of its encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from seedbed.errors import UsageError
from seedbed.learn.classifier import BATCH, to_tensor


def features(learner: Any, images: np.ndarray) -> Tensor:
    """The input of the learner's heads, float (n, width), for images (n, h, w, c), in evaluation mode."""
    learner.module.eval()
    with torch.inference_mode():
        parts = [
            encode(learner.module, to_tensor(images[k : k + BATCH], learner.device))
            for k in range(0, len(images), BATCH)
        ]
    return torch.cat(parts).clone()


def encode(module: Any, batch: Tensor) -> Tensor:
    """The features of a batch, as the first head gets them; gradients flow."""
    heads = getattr(module, "heads", None)
    if not heads:
        raise UsageError(f"{type(module).__name__} has no features", where="features", hint="a learner with heads")
    kept: list[Tensor] = []
    hook = next(iter(heads.values())).register_forward_pre_hook(lambda _, given: kept.append(given[0]))
    try:
        module(batch)
    finally:
        hook.remove()
    return kept[0]
