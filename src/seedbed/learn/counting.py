"""What one row costs: FLOP of a learner's forward pass, counted by torch, times three for training."""

from __future__ import annotations

from typing import Any

from seedbed.learn.loop import BACKWARD


def flop_per_row(learner: Any) -> float:
    """Training FLOP for one image read once. `learner` must be built.

    A learner whose module torch cannot count (or that has none) gets 6 FLOP a parameter (Kaplan et al. 2020).
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    counted = 0
    if isinstance(learner.module, torch.nn.Module):
        h, w, c = learner.shape
        learner.module.eval()
        with torch.inference_mode(), FlopCounterMode(display=False) as counter:
            learner.module(torch.zeros(1, c, h, w, device=learner.device))
        counted = counter.get_total_flops()
    return float(counted * (1 + BACKWARD)) if counted else 6.0 * float(learner.parameters_count)
