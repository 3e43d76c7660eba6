"""AlexNet (Krizhevsky, Sutskever and Hinton 2012, ImageNet classification with deep convolutional neural networks).

`original`: five convolutions, two of them and the fourth in two groups (two GPUs then), local response
normalisation, overlapping pooling, three full layers with dropout: 60,965,224 parameters at 1,000 classes.
`small`: the same order of layers for images of 32 to 64 pixels.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

SIDE = 227  # pixels; the paper says 224, its layers need 227
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class AlexNet(nn.Module):
    """(n, c, h, w) float 0..1 -> {head: logits}. `original` resamples other sizes to 227x227."""

    def __init__(
        self, channels: int, side: int, heads: Mapping[str, int], size: str, activation: str, dropout: float
    ) -> None:
        super().__init__()
        self.original = size == "original"
        act = ACTIVATIONS[activation]
        self.features = nn.Sequential(*(_original(channels, act) if self.original else _small(channels, side, act)))
        wide = 256 * 36 if self.original else 64 * _grid(side) ** 2
        full = 4096 if self.original else 256
        self.full = nn.Sequential(
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(wide, full), act(), nn.Dropout(dropout), nn.Linear(full, full),
            act(),
        )  # fmt: skip
        self.heads = nn.ModuleDict({name: nn.Linear(full, count) for name, count in heads.items()})

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        if self.original and images.shape[2:] != (SIDE, SIDE):
            images = functional.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
        found = self.full(self.features((images - 0.5) * 2))
        return {name: head(found) for name, head in self.heads.items()}


def _normalise() -> nn.Module:
    return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)  # section 3.3


def _original(channels: int, act: type[nn.Module]) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, 96, 11, 4), act(), _normalise(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), act(), _normalise(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), act(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), act(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), act(), nn.MaxPool2d(3, 2),
    ]  # fmt: skip


def _small(channels: int, side: int, act: type[nn.Module]) -> list[nn.Module]:
    first = 2 if side > 32 else 1
    return [
        nn.Conv2d(channels, 32, 5, first, 2), act(), _normalise(), nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(32, 64, 5, padding=2, groups=2), act(), _normalise(), nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(64, 96, 3, padding=1), act(),
        nn.Conv2d(96, 96, 3, padding=1, groups=2), act(),
        nn.Conv2d(96, 64, 3, padding=1, groups=2), act(), nn.MaxPool2d(3, 2, 1),
    ]  # fmt: skip


def _grid(side: int) -> int:
    """Side of the last pooling's map in `small`."""
    for halve in ([True] if side > 32 else []) + [True] * 3:
        side = (side + 1) // 2 if halve else side
    return side


def initialise(module: AlexNet, generator: torch.Generator) -> None:
    """Original: normal with deviation 0.01, biases 1 where the paper says so (section 5). Small: He normal."""
    layers = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer in layers:
        if module.original:
            nn.init.normal_(layer.weight, std=0.01, generator=generator)
        else:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    if module.original:
        for index in (1, 3, 4, 5, 6):  # convolutions 2, 4 and 5, and the two full layers
            nn.init.ones_(layers[index].bias)  # type: ignore[arg-type]
