"""FLOP that torch counts: of whatever runs inside `counting()`, and of a learner's forward pass for one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seedbed.learn.loop import BACKWARD


def counting() -> Any:
    """A context; its `get_total_flops()` holds the products and convolutions that ran inside it, two FLOP for each
    multiplication and addition. torch's counter, and matrix times vector, which that one leaves out.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    return FlopCounterMode(display=False, custom_mapping={torch.ops.aten.mv: _matrix_vector})


def _matrix_vector(matrix: Sequence[int], *_: Any, **__: Any) -> int:
    return 2 * matrix[0] * matrix[1]


def flop_per_row(learner: Any) -> float:
    """Training FLOP for one image read once. `learner` must be built.

    A learner whose module torch cannot count (or that has none) gets 6 FLOP a parameter (Kaplan et al. 2020).
    """
    import torch

    counted = 0
    if isinstance(learner.module, torch.nn.Module):
        h, w, c = learner.shape
        learner.module.eval()
        with torch.inference_mode(), counting() as counter:
            learner.module(torch.zeros(1, c, h, w, device=learner.device))
        counted = counter.get_total_flops()
    return float(counted * (1 + BACKWARD)) if counted else 6.0 * float(learner.parameters_count)
