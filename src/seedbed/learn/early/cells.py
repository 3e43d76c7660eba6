"""S-cells and C-cells (Fukushima 1980, Biological Cybernetics 36; 2003, Neurocomputing 51), as torch modules.

A layer holds several planes; all cells of a plane look for one feature, each at its own place. An S-cell compares
what it sees with its plane's reference vector, and shunting inhibition makes it answer to likeness and hardly to
strength. A C-cell gathers the S-cells of one plane over a blurred disc, so that it does not matter quite where the
feature was. Nothing here is trained by back-propagation: planes are grown, see `growth`.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

EPSILON = 1e-6
GAIN = 10.0  # at full likeness, a strength of 1 / (gain t) is answered half as strongly as the strongest input


def gaussian(side: int, sigma: float) -> Tensor:
    """(side, side) weights that sum to 1."""
    at = torch.arange(side, dtype=torch.float32) - (side - 1) / 2
    line = torch.exp(-(at**2) / (2 * sigma**2))
    disc = line[:, None] * line[None, :]
    return disc / disc.sum()


class SLayer(nn.Module):
    """u (n, planes before, h, w) >= 0 -> (n, planes, h, w) >= 0: shunting inhibition after Fukushima 1980, eq. 1.

        response = r max(0, (e - t v) / (1 + t v)),   r = t / (1 - t)

    e: the input weighted by the plane's reference vector; v: its root mean square under the same window; both times
    GAIN, so that e / v is the likeness (cosine) of input and reference. Below the threshold t nothing is said; at
    likeness 1 a strong input gives about 1. `templates` (planes, before, side, side): reference vectors of any length;
    `learnt` ones count as parameters and are saved.
    """

    def __init__(self, templates: Tensor, threshold: float, *, learnt: bool = True) -> None:
        super().__init__()
        self.side, self.threshold = templates.shape[-1], threshold
        self.templates: Tensor
        if learnt:
            self.templates = nn.Parameter(templates, requires_grad=False)
        else:
            self.register_buffer("templates", templates, persistent=False)
        side = self.side
        self.register_buffer("window", gaussian(side, side / 2.5), persistent=False)
        self.window: Tensor

    def references(self) -> Tensor:
        """Reference vectors of length 1 under the window's weights."""
        size = (self.templates**2 * self.window).sum((1, 2, 3), keepdim=True).sqrt()
        return self.templates / size.clamp_min(EPSILON)

    def strength(self, u: Tensor) -> Tensor:
        """(n, 1, h, w): root of the weighted sum of squares under the window, over all planes."""
        squares = functional.pad((u**2).sum(1, keepdim=True), [self.side // 2] * 4)
        return functional.conv2d(squares, self.window[None, None]).clamp_min(0).sqrt()

    def likeness(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """(e, v) of the equation, before the gain."""
        weights = self.references() * self.window
        return functional.conv2d(u, weights, padding=self.side // 2), self.strength(u)

    def forward(self, u: Tensor) -> Tensor:
        e, v = self.likeness(u)
        t, g = self.threshold, GAIN
        return t / (1 - t) * torch.relu(g * (e - t * v)) / (1 + g * t * v)


class CLayer(nn.Module):
    """(n, planes, h, w) -> (n, planes, h / stride, w / stride): root of the blurred mean square (Fukushima 2013)."""

    def __init__(self, side: int, stride: int) -> None:
        super().__init__()
        self.side, self.stride = side, stride
        self.register_buffer("disc", gaussian(side, side / 4), persistent=False)
        self.disc: Tensor

    def forward(self, u: Tensor) -> Tensor:
        n, planes, h, w = u.shape
        flat = (u**2).reshape(n * planes, 1, h, w)
        found = functional.conv2d(flat, self.disc[None, None], stride=self.stride, padding=self.side // 2)
        return (found.clamp_min(0) + EPSILON**2).sqrt().reshape(n, planes, *found.shape[2:])


class Contrast(nn.Module):
    """(n, c, h, w) -> (n, 2 c, h, w) >= 0: on-centre and off-centre cells (the layer U_G of Fukushima 2003)."""

    def __init__(self, side: int = 7, centre: float = 0.9, surround: float = 2.0) -> None:
        super().__init__()
        self.register_buffer("kernel", gaussian(side, centre) - gaussian(side, surround), persistent=False)
        self.kernel: Tensor

    def forward(self, u: Tensor) -> Tensor:
        n, c, h, w = u.shape
        half = self.kernel.shape[0] // 2
        flat = functional.pad(u.reshape(n * c, 1, h, w), [half] * 4, mode="replicate")
        found = functional.conv2d(flat, self.kernel[None, None]).reshape(n, c, h, w)
        return torch.cat([found, -found], 1).relu()


def edges(contrast: Contrast, directions: int, side: int) -> Tensor:
    """(directions, 2, side, side): what the contrast layer answers to straight edges through the centre.

    Reference vectors of the first S-layer, one for each direction of the bright side, over the full circle.
    """
    at = torch.arange(4 * side + 1, dtype=torch.float32) - 2 * side
    angles = torch.arange(directions) * (2 * math.pi / directions)
    distance = at[None, None, :] * angles.cos()[:, None, None] + at[None, :, None] * angles.sin()[:, None, None]
    steps = (distance + 0.5).clamp(0, 1)[:, None]  # an edge as a camera sees it: one pixel wide
    found: Tensor = contrast(steps)
    low = 2 * side - side // 2
    return found[:, :, low : low + side, low : low + side]
