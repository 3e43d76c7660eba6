"""Linear layers on pixels, one a head."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn


class LinearNetwork(nn.Module):
    """(n, c, h, w) float 0..1 -> {head: logits (n, labels)}."""

    def __init__(self, inputs: int, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.heads = nn.ModuleDict({name: nn.Linear(inputs, size) for name, size in heads.items()})
        for layer in self.heads.values():
            assert isinstance(layer, nn.Linear)
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        return {name: head(images.flatten(1)) for name, head in self.heads.items()}
