"""LeNet-5 as published (LeCun, Bottou, Bengio and Haffner 1998, Proceedings of the IEEE 86:2278-2324).

Scaled tanh, sub-sampling with a trainable coefficient and bias a map, and the connection table between S2 and C3:
60,000 trainable parameters up to F6 and, with the ten output units, 340,908 connections.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

SIDE = 32  # pixels of the input plane
# Table I of the paper: the maps of S2 that each map of C3 sees.
TABLE = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
)  # fmt: skip
BACKGROUND, FOREGROUND = -0.1, 1.175  # values of the darkest and the lightest pixel
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def squash(values: Tensor) -> Tensor:
    """1.7159 tanh(2/3 a), appendix A of the paper."""
    return 1.7159 * torch.tanh(values * (2 / 3))


class Subsampling(nn.Module):
    """The sum of 2x2 units times a trainable coefficient, plus a bias: two parameters a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps,), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, maps: Tensor) -> Tensor:
        summed = 4 * functional.avg_pool2d(maps, 2)
        return squash(summed * self.coefficient[:, None, None] + self.bias[:, None, None])


class TableConvolution(nn.Module):
    """5x5 convolutions in which each map sees the maps that TABLE says."""

    index: Tensor

    def __init__(self) -> None:
        super().__init__()
        pairs = [(out, seen) for out, row in enumerate(TABLE) for seen in row]
        self.weight = nn.Parameter(torch.empty(len(pairs), 25))
        self.bias = nn.Parameter(torch.zeros(len(TABLE)))
        self.register_buffer("index", torch.tensor([out * 6 + seen for out, seen in pairs]), persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        empty = self.weight.new_zeros(len(TABLE) * 6, 25)
        full = empty.index_copy(0, self.index, self.weight).view(len(TABLE), 6, 5, 5)
        return functional.conv2d(maps, full, self.bias)


class LeNet5(nn.Module):
    """(n, c, h, w) float 0..1 -> {head: logits}. Colour becomes gray, other sizes are resampled to 32x32.

    The heads are linear and trained, where the paper's ten output units compare F6 with fixed codes.
    """

    def __init__(self, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.c1, self.s2 = nn.Conv2d(1, 6, 5), Subsampling(6)
        self.c3, self.s4 = TableConvolution(), Subsampling(16)
        self.c5, self.f6 = nn.Conv2d(16, 120, 5), nn.Linear(120, 84)
        self.heads = nn.ModuleDict({name: nn.Linear(84, size) for name, size in heads.items()})

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        found = self.s4(squash(self.c3(self.s2(squash(self.c1(plane(images)))))))
        found = squash(self.f6(squash(self.c5(found)).flatten(1)))
        return {name: head(found) for name, head in self.heads.items()}


def plane(images: Tensor) -> Tensor:
    """(n, 1 or 3, h, w) 0..1 -> (n, 1, 32, 32) from BACKGROUND to FOREGROUND."""
    if images.shape[1] == 3:
        weights = torch.tensor(LUMA, dtype=images.dtype, device=images.device)
        images = (images * weights[:, None, None]).sum(1, keepdim=True)
    if images.shape[2:] != (SIDE, SIDE):
        images = functional.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)
    return BACKGROUND + (FOREGROUND - BACKGROUND) * images


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Uniform within 2.4 / fan-in, as in the paper; biases zero."""
    for layer in module.modules():
        fans = []
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fans = [(layer.weight, layer.weight[0].numel())]
        elif isinstance(layer, TableConvolution):
            seen = [25 * len(row) for row in TABLE for _ in row]
            fans = [(layer.weight[i : i + 1], fan) for i, fan in enumerate(seen)]
        for weight, fan in fans:
            with torch.no_grad():
                weight.uniform_(-2.4 / fan, 2.4 / fan, generator=generator)
        if fans and isinstance(layer.bias, Tensor):
            nn.init.zeros_(layer.bias)


def connections() -> dict[str, int]:
    """Connections of each layer, bias included, counted from the layers' shapes; the output has ten units."""
    network = LeNet5({"digit": 10})
    maps = torch.zeros(1, 1, SIDE, SIDE)
    found: dict[str, int] = {}
    with torch.no_grad():
        for name in ("c1", "s2", "c3", "s4", "c5"):
            layer = getattr(network, name)
            maps = layer(maps)
            places = maps.shape[2] * maps.shape[3]
            inputs = 5 * maps.shape[1] if isinstance(layer, Subsampling) else sum(p.numel() for p in layer.parameters())
            found[name] = places * inputs
    found["f6"] = sum(p.numel() for p in network.f6.parameters())
    found["output"] = network.heads["digit"].weight.numel()  # type: ignore[operator]
    return found
