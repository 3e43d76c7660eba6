"""The small convolutional network: batch-normalised 3x3 convolutions, pooled to a coarse grid, linear heads.

Its depth follows the image's side: 8 px gives three convolutions, 64 px five. Batch normalisation (Ioffe
and Szegedy 2015) uses running statistics in evaluation, so a prediction never depends on its batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

SMALL = 16  # pixels; up to this side the position of strokes matters and the grid stays fine


class SmallNetwork(nn.Module):
    """(n, channels, side, side) float 0..1 -> {head: logits (n, labels)}."""

    def __init__(self, channels: int, side: int, heads: Mapping[str, int], width: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        now, wide = channels, width
        for stride, wide in _plan(side, width):
            layers += [nn.Conv2d(now, wide, 3, stride, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
            now = wide
        grid = 4 if side <= SMALL else 2
        self.encoder = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(grid), nn.Flatten(), nn.Dropout(dropout))
        self.heads = nn.ModuleDict({name: nn.Linear(wide * grid * grid, size) for name, size in heads.items()})

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        found = self.encoder((images - 0.5) * 2)
        return {name: head(found) for name, head in self.heads.items()}


def _plan(side: int, width: int) -> list[tuple[int, int]]:
    """(stride, channels) of each convolution: halve until 8 px or less remain, then one more."""
    first = 2 if side > SMALL else 1
    plan, side, wide = [(first, width)], side // first, width
    while side > 8 or len(plan) == 1:
        side, wide = side // 2, min(2 * wide, 4 * width)
        plan.append((2, wide))
    return [*plan, (1, wide)]


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Initial weights from `generator` alone: He normal for convolutions, small uniform for heads."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        elif isinstance(layer, nn.Linear):
            bound = layer.in_features**-0.5
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.zeros_(layer.bias)
