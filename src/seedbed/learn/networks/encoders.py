"""Image encoders from transformers' classes, so that public checkpoints load by the same names: ResNet and ViT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from seedbed.learn.needed import transformers


class Encoded(nn.Module):
    """An encoder and linear heads: (n, c, h, w) float 0..1 -> {head: logits}."""

    def __init__(self, encoder: Any, wide: int, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleDict({name: nn.Linear(wide, size) for name, size in heads.items()})

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        made = self.encoder(pixel_values=(images - 0.5) * 2)
        pooled = getattr(made, "pooler_output", None)
        found = made.last_hidden_state[:, 0] if pooled is None else pooled.flatten(1)
        return {name: head(found) for name, head in self.heads.items()}


def resnet(channels: int, heads: Mapping[str, int], widths: Sequence[int], depths: Sequence[int], side: int) -> Encoded:
    """He et al. 2016, basic blocks. Up to 64 px the stem neither pools nor starts the stages with a stride."""
    hf = transformers()
    config = hf.ResNetConfig(
        num_channels=channels, embedding_size=widths[0], hidden_sizes=list(widths), depths=list(depths),
        layer_type="basic", downsample_in_first_stage=side > 64,
    )  # fmt: skip
    return Encoded(hf.ResNetModel(config), widths[-1], heads)


def vit(
    channels: int, heads: Mapping[str, int], side: int, patch: int, width: int, depth: int, attention_heads: int
) -> Encoded:
    """Dosovitskiy et al. 2021: patches, learned positions, a class token."""
    hf = transformers()
    config = hf.ViTConfig(
        image_size=side, patch_size=patch, num_channels=channels, hidden_size=width, num_hidden_layers=depth,
        num_attention_heads=attention_heads, intermediate_size=4 * width, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return Encoded(hf.ViTModel(config, add_pooling_layer=False), width, heads)
