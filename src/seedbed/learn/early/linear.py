"""Linear read-outs over features that are not trained."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

LEAST = 1e-3  # deviations below it are rounding, not signal


class Pixels(nn.Module):
    """(n, c, h, w) -> (n, c h w)."""

    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class LinearReadout(nn.Module):
    """Features, less their mean, times a scale, into one linear layer a head: {head: logits}.

    `sharpness` of a head multiplies its scores, so that a softmax of them is a usable confidence.
    """

    def __init__(self, features: nn.Module, values: int, sizes: Mapping[str, int]) -> None:
        super().__init__()
        self.features = features
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("scale", torch.ones(values))
        self.mean: Tensor
        self.scale: Tensor
        self.heads = nn.ModuleDict({head: nn.Linear(values, size) for head, size in sizes.items()})
        for head, layer in self.heads.items():
            self.register_buffer(f"sharpness_{head}", torch.ones(()))
            for weights in layer.parameters():
                nn.init.zeros_(weights)
                weights.requires_grad_(False)

    def standardise(self, values: Tensor, *, whole: bool = False) -> None:
        """Set mean and scale from features (n, values): each to unit variance, or with `whole` all by one factor."""
        self.mean.copy_(values.mean(0))
        spread = (values - self.mean).pow(2).mean(0)
        spread = (spread.mean().expand_as(spread) if whole else spread).sqrt()
        self.scale.copy_(torch.where(spread > LEAST, 1 / spread.clamp_min(LEAST), 0.0))

    def standard(self, values: Tensor) -> Tensor:
        return (values - self.mean) * self.scale

    def set_head(self, head: str, weight: Tensor, bias: Tensor, sharpness: float = 1.0) -> None:
        self.heads[head].weight.copy_(weight)  # type: ignore[operator]
        self.heads[head].bias.copy_(bias)  # type: ignore[operator]
        getattr(self, f"sharpness_{head}").fill_(sharpness)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        found = self.standard(self.features(images))
        return {head: layer(found) * getattr(self, f"sharpness_{head}") for head, layer in self.heads.items()}
