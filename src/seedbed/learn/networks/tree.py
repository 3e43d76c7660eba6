"""A decision tree as a torch module: its nodes are buffers, so that it is stored as weights are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

SMALLEST = 1e-3  # the probability of a label that a leaf has not seen


class TreeNetwork(nn.Module):
    """(n, c, h, w) float 0..1 -> {head: log-probabilities (n, labels)}."""

    def __init__(self, heads: Mapping[str, int], leaves: int) -> None:
        super().__init__()
        self.sizes, nodes = dict(heads), 2 * leaves - 1
        for head, size in heads.items():
            self.register_buffer(f"{head}_feature", torch.zeros(nodes, dtype=torch.long))
            # in double precision, as fitted: a pixel may equal a threshold
            self.register_buffer(f"{head}_threshold", torch.zeros(nodes, dtype=torch.double))
            self.register_buffer(f"{head}_children", torch.zeros((nodes, 2), dtype=torch.long))
            self.register_buffer(f"{head}_share", torch.full((nodes, size), 1.0 / size))
        self.depth: Tensor
        self.register_buffer("depth", torch.zeros(1, dtype=torch.long))

    def put(self, head: str, fitted: Any) -> None:
        """Take over scikit-learn's fitted tree; a leaf leads to itself."""
        tree, nodes = fitted.tree_, fitted.tree_.node_count
        leaf = tree.children_left < 0
        own = np.arange(nodes)
        children = np.stack([np.where(leaf, own, tree.children_left), np.where(leaf, own, tree.children_right)], axis=1)
        share = np.full((nodes, self.sizes[head]), SMALLEST)
        counts = tree.value[:, 0, :]
        share[:, fitted.classes_] += counts / counts.sum(axis=1, keepdims=True)
        state = self.state_dict()
        state[f"{head}_feature"][:nodes] = torch.from_numpy(np.where(leaf, 0, tree.feature))
        state[f"{head}_threshold"][:nodes] = torch.from_numpy(np.where(leaf, 0.0, tree.threshold))
        state[f"{head}_children"][:nodes] = torch.from_numpy(children)
        state[f"{head}_share"][:nodes] = torch.from_numpy(share / share.sum(axis=1, keepdims=True)).float()
        self.depth.fill_(max(int(self.depth), int(tree.max_depth)))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        pixels, state = images.flatten(1), dict(self.named_buffers())
        found = {}
        for head in self.sizes:
            node = torch.zeros(len(pixels), dtype=torch.long, device=pixels.device)
            for _ in range(int(self.depth)):
                value = pixels.gather(1, state[f"{head}_feature"][node][:, None])[:, 0]
                side = (value > state[f"{head}_threshold"][node]).long()
                node = state[f"{head}_children"][node, side]
            found[head] = state[f"{head}_share"][node].log()
        return found
