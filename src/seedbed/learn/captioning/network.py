"""Image encoder and text decoder: convolutions to a grid of cells, a transformer that looks at all of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from seedbed.learn.contrastive.towers import ConvImages, heads_of


class Writer(nn.Module):
    """(images (n, c, side, side) 0..1, ids (n, t)) -> logits (n, t, tokens) of the token after each position."""

    def __init__(self, channels: int, side: int, first: int, width: int, depth: int, tokens: int, length: int) -> None:
        super().__init__()
        self.look = ConvImages(channels, side, first, 1).layers
        with torch.no_grad():
            self.look.eval()
            cells = self.look(torch.zeros(1, channels, side, side)).shape
            self.look.train()
        self.cell = nn.Linear(cells[1], width)
        self.where = nn.Parameter(torch.empty(cells[2] * cells[3], width))
        self.words = nn.Embedding(tokens, width, padding_idx=0)
        self.places = nn.Parameter(torch.empty(length, width))
        for weight, spread in ((self.where, 0.02), (self.places, 0.02), (self.words.weight, 0.1)):
            nn.init.normal_(weight, std=spread)
        layer = nn.TransformerDecoderLayer(
            width, heads_of(width), 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerDecoder(layer, depth, nn.LayerNorm(width))
        self.last = nn.Linear(width, tokens)

    def cells(self, images: Tensor) -> Tensor:
        """What the decoder looks at: (n, cells, width)."""
        found = self.look((images - 0.5) * 2).flatten(2).transpose(1, 2)
        made: Tensor = self.cell(found) + self.where
        return made

    def tell(self, cells: Tensor, ids: Tensor) -> Tensor:
        """Logits after each position; a position sees those before it only."""
        length = ids.shape[1]
        later = torch.triu(torch.ones(length, length, dtype=torch.bool, device=ids.device), diagonal=1)
        told = self.words(ids) + self.places[:length]
        made: Tensor = self.last(self.layers(told, cells, tgt_mask=later))
        return made

    def forward(self, images: Tensor, ids: Tensor) -> Tensor:
        return self.tell(self.cells(images), ids)


def make_writer(config: dict[str, Any], seed: int) -> Writer:
    """The module that a captioner's config describes, with initial weights from `seed`."""
    height, _, channels = config["shape"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Writer(
            channels, height, config["channels"], config["width"], config["depth"], config["tokens"], config["length"]
        )
