"""The two encoders and the temperature between them: one module, images and captions to unit vectors."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from seedbed.learn.contrastive.losses import START
from seedbed.learn.needed import transformers

MOST_SCALE = 100.0  # CLIP clips the temperature there


class ConvImages(nn.Module):
    """A convolutional image encoder that keeps where things are: no pooling before the last layer, which sees every
    cell of the last map by itself. (n, c, side, side) float 0..1 -> (n, size). Batch normalisation as in `small_cnn`.
    """

    def __init__(self, channels: int, side: int, width: int, size: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        now, wide = channels, width
        while side > 8 or not layers:
            layers += _block(now, wide, 2)
            side, now, wide = -(-side // 2), wide, min(2 * wide, 4 * width)
        layers += _block(now, wide, 1)
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(wide * side * side, size)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.last(self.layers((images - 0.5) * 2).flatten(1))
        return found


def _block(now: int, wide: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(now, wide, 3, stride, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]


class VitImages(nn.Module):
    """CLIP's vision transformer (transformers' classes). (n, c, side, side) float 0..1 -> (n, size)."""

    def __init__(self, channels: int, side: int, patch: int, width: int, depth: int, size: int) -> None:
        super().__init__()
        hf = transformers()
        config = hf.CLIPVisionConfig(
            image_size=side, patch_size=patch, num_channels=channels, hidden_size=width, num_hidden_layers=depth,
            num_attention_heads=heads_of(width), intermediate_size=4 * width, projection_dim=size,
        )  # fmt: skip
        self.encoder = hf.CLIPVisionModelWithProjection(config)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.encoder(pixel_values=(images - 0.5) * 2).image_embeds
        return found


class Texts(nn.Module):
    """A transformer over all tokens of a caption, averaged: (n, length) int64, 0 = padding -> (n, size)."""

    def __init__(self, tokens: int, length: int, width: int, depth: int, size: int) -> None:
        super().__init__()
        self.words = nn.Embedding(tokens, width, padding_idx=0)
        self.places = nn.Parameter(torch.empty(length, width))
        nn.init.normal_(self.words.weight, std=0.1)
        nn.init.normal_(self.places, std=0.02)
        layer = nn.TransformerEncoderLayer(
            width, heads_of(width), 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.last = nn.Linear(width, size)

    def forward(self, ids: Tensor) -> Tensor:
        there = ids != 0
        found = self.layers(self.words(ids) + self.places[: ids.shape[1]], src_key_padding_mask=~there)
        share = there.unsqueeze(-1).to(found.dtype)
        made: Tensor = self.last((found * share).sum(1) / share.sum(1).clamp(min=1.0))
        return made


def heads_of(width: int) -> int:
    """Attention heads of about 32 numbers each."""
    return next(n for n in range(max(1, width // 32), 0, -1) if width % n == 0)


class Towers(nn.Module):
    """Both encoders; `scale` and `bias` turn cosines into logits."""

    def __init__(self, images: nn.Module, texts: nn.Module, loss: str) -> None:
        super().__init__()
        scale, bias = START[loss]
        self.images, self.texts = images, texts
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.bias = nn.Parameter(torch.tensor(bias), requires_grad=loss == "siglip")

    def image_vectors(self, images: Tensor) -> Tensor:
        """Unit vectors (n, size)."""
        return functional.normalize(self.images(images), dim=1)

    def text_vectors(self, ids: Tensor) -> Tensor:
        """Unit vectors (n, size)."""
        return functional.normalize(self.texts(ids), dim=1)

    def forward(self, images: Tensor, ids: Tensor) -> Tensor:
        """Logits (images, captions)."""
        cosines = self.image_vectors(images) @ self.text_vectors(ids).T
        return cosines * self.log_scale.exp().clamp(max=MOST_SCALE) + self.bias


def make_towers(config: dict[str, Any], seed: int) -> Towers:
    """The module that `config` (see DualEncoder) describes, with initial weights from `seed`."""
    height, _, channels = config["shape"]
    size, width, depth = config["size"], config["width"], config["depth"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        images: nn.Module
        if config["image"] == "vit":
            images = VitImages(channels, height, config["patch"], width, depth, size)
        else:
            images = ConvImages(channels, height, config["channels"], size)
        return Towers(
            images, Texts(config["tokens"], config["length"], width, config["text_depth"], size), config["loss"]
        )
