"""The causal objective: predict each token of a block from those before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from seedbed.learn.loop import Objective
from seedbed.learn.text.packing import Packed

IGNORED = -100
EVALUATED = 32  # blocks at once


class CausalObjective(Objective):
    """Mean cross-entropy in nats over the block's tokens but padding. `held_out` blocks are what `evaluate` reads."""

    def __init__(self, module: Any, packed: Packed, held_out: Packed | None = None) -> None:
        self.module, self.rows = module, len(packed.blocks)
        self.device = next(module.parameters()).device
        self.blocks, self.held_out = _tensors(packed), None if held_out is None else _tensors(held_out)

    def batch(self, fetched: np.ndarray) -> tuple[Tensor, Tensor]:
        inputs, targets = self.blocks
        rows = torch.from_numpy(np.ascontiguousarray(fetched))
        return inputs[rows].to(self.device), targets[rows].to(self.device)

    def loss(self, batch: tuple[Tensor, Tensor], done: float) -> tuple[Tensor, dict[str, float]]:
        inputs, targets = batch
        logits = self.module(input_ids=inputs, use_cache=False).logits
        return functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED), {}

    def evaluate(self) -> dict[str, float]:
        if self.held_out is None or not len(self.held_out[0]):
            return {}
        total, count = 0.0, 0
        for start in range(0, len(self.held_out[0]), EVALUATED):
            part = [tensor[start : start + EVALUATED].to(self.device) for tensor in self.held_out]
            here = int((part[1] != IGNORED).sum())
            total += float(self.loss((part[0], part[1]), 1.0)[0]) * here
            count += here
        return {"loss": total / count, "perplexity": float(np.exp(min(700.0, total / count)))}


def _tensors(packed: Packed) -> tuple[Tensor, Tensor]:
    """Inputs and targets (n, block) int64; padding is no target."""
    blocks = torch.from_numpy(packed.blocks).long()
    targets = blocks[:, 1:].clone()
    targets[targets == packed.pad] = IGNORED
    return blocks[:, :-1], targets
