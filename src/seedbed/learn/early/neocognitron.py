"""The neocognitron as one torch module: retina, contrast, S- and C-layers in turn, labelled cells on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from seedbed.learn.early.cells import EPSILON, CLayer, Contrast, SLayer, edges
from seedbed.learn.early.gabor import opponent

SIDE = 5  # of every S-cell's and C-cell's field, in cells of the layer before
MARGIN = 2  # pixels around the image
STRIDE = 2  # of every C-layer


class LabelledCells(nn.Module):
    """The last S-layer: (n, planes, h, w) -> logits (n, labels), the likeness of each label's best cell, scaled.

    A cell sees the whole top layer. `search`: how far, in cells of the top layer, it also looks for its pattern
    around its place; likeness is relative to all that is seen, so a part of a pattern is no full match.
    """

    def __init__(self, cells: int, shape: Sequence[int], labels: int, search: int) -> None:
        super().__init__()
        self.labels, self.search = labels, search
        self.references = nn.Parameter(torch.zeros(cells, *shape), requires_grad=False)
        self.register_buffer("owners", torch.zeros(cells, dtype=torch.int64))
        self.register_buffer("sharpness", torch.ones(()))
        self.owners: Tensor
        self.sharpness: Tensor

    def likeness(self, top: Tensor) -> Tensor:
        """(n, labels) within 0..1: 0 where a label has no cell."""
        scores = torch.zeros(len(top), self.labels, device=top.device)
        if not len(self.references):
            return scores
        height, width = self.references.shape[2:]
        seen = functional.pad(top, [self.search] * 4).unfold(2, height, 1).unfold(3, width, 1)
        places = seen.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)  # as one product: conv2d takes thrice as long
        found = (places @ self.references.flatten(1).T).amax(1)
        found = found / top.flatten(1).norm(dim=1, keepdim=True).clamp_min(EPSILON)
        return scores.scatter_reduce(1, self.owners.expand_as(found), found, "amax")

    def forward(self, top: Tensor) -> Tensor:
        return self.likeness(top) * self.sharpness


class Neocognitron(nn.Module):
    """(n, c, h, w) float 0..1 -> {head: logits}.

    retina: pixels of the image's longer side, to which it is scaled. thresholds: one for each S-layer but the last.
    planes: how many each grown S-layer has now; cells: labelled cells of each head now.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        sizes: Mapping[str, int],
        *,
        retina: int,
        directions: int,
        thresholds: Sequence[float],
        planes: Sequence[int],
        cells: Mapping[str, int],
        search: int,
    ) -> None:
        super().__init__()
        height, width, self.channels = shape
        scale = retina / max(height, width)
        self.size = (max(1, round(height * scale)), max(1, round(width * scale)))
        self.contrast = Contrast()
        self.edges = SLayer(edges(self.contrast, directions, SIDE), thresholds[0], learnt=False)
        self.blur = CLayer(SIDE, STRIDE)
        before, grown = self.channels * directions, []
        for count, threshold in zip(planes, thresholds[1:]):
            grown.append(SLayer(torch.zeros(count, before, SIDE, SIDE), threshold))
            before = count
        self.grown = nn.ModuleList(grown)
        top = (before, *self.top_size())
        self.heads = nn.ModuleDict({h: LabelledCells(cells.get(h, 0), top, n, search) for h, n in sizes.items()})

    def top_size(self) -> tuple[int, int]:
        """Height and width of the top C-layer."""
        height, width = (side + 2 * MARGIN for side in self.size)
        for _ in range(1 + len(self.grown)):
            height, width = -(-height // STRIDE), -(-width // STRIDE)
        return height, width

    def first(self, images: Tensor) -> Tensor:
        """(n, c, h, w) images -> (n, c directions, h', w'): the first C-layer, edges of each direction, blurred."""
        seen = opponent(images)
        if seen.shape[2:] != self.size:
            seen = functional.interpolate(seen, self.size, mode="bilinear", antialias=True)
        seen = functional.pad(seen, [MARGIN] * 4, mode="replicate")
        each = seen.flatten(0, 1)[:, None]
        found: Tensor = self.edges(self.contrast(each))
        return self.blur(found.unflatten(0, (len(images), self.channels)).flatten(1, 2))

    def stage(self, u: Tensor, index: int) -> Tensor:
        """From one C-layer to the next: the grown S-layer `index` and its blur."""
        return self.blur(self.grown[index](u))

    def top(self, images: Tensor) -> Tensor:
        """(n, planes, h', w'): the last C-layer."""
        u = self.first(images)
        for index in range(len(self.grown)):
            u = self.stage(u, index)
        return u

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        top = self.top(images)
        return {name: head(top) for name, head in self.heads.items()}
