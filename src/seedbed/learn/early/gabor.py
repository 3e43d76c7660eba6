"""Simple and complex cells of the primary visual cortex, as torch modules.

Hubel and Wiesel 1962 (J. Physiol. 160): a simple cell answers to a bar or edge of one orientation at one place and
phase; a complex cell to the orientation wherever in its field the edge lies. Simple cells are Gabor filters here
(Daugman 1985) in pairs a quarter period apart; a complex cell is the root of a pair's summed squares, the energy model
of Adelson and Bergen 1985 (J. Opt. Soc. Am. A 2), averaged over the places of one field.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

ENVELOPE = 0.5  # standard deviation across the bars, in wavelengths: about 1.1 octaves
ELONGATION = 1.5  # along the bars, relative to across
CUT = 2.2  # standard deviations at which a filter ends
SEMI = 0.05  # contrast at which divisive normalisation halves a response
LUMA = (0.299, 0.587, 0.114)


def quadrature_pairs(wavelength: float, orientations: int) -> Tensor:
    """(2, orientations, side, side): even and odd filters whose bars stand at angle k pi / orientations.

    The angle is that of the bars, counter-clockwise from horizontal; wavelength in pixels. Even filters sum to
    zero. Both answer with amplitude 1 to a grating of contrast 1 of their own wavelength and orientation.
    """
    sigma = ENVELOPE * wavelength
    half = max(2, math.ceil(CUT * sigma * ELONGATION))
    at = torch.arange(-half, half + 1, dtype=torch.float64)
    x, y = at[None, :], -at[:, None]  # y upwards
    pairs = []
    for k in range(orientations):
        angle = math.pi * k / orientations
        along = x * math.cos(angle) + y * math.sin(angle)
        across = -x * math.sin(angle) + y * math.cos(angle)
        envelope = torch.exp(-(across**2 + (along / ELONGATION) ** 2) / (2 * sigma**2))
        even_wave = torch.cos(2 * math.pi * across / wavelength)
        odd_wave = torch.sin(2 * math.pi * across / wavelength)
        even = envelope * (even_wave - (envelope * even_wave).sum() / envelope.sum())
        odd = envelope * odd_wave
        pairs.append(torch.stack([even / (even * even_wave).sum(), odd / (odd * odd_wave).sum()]))
    return torch.stack(pairs, dim=1).float()


def opponent(images: Tensor) -> Tensor:
    """(n, 3, h, w) RGB 0..1 to lightness, red-green and blue-yellow, each within -1..1; gray stays as it is."""
    if images.shape[1] == 1:
        return images
    red, green, blue = images.unbind(1)
    light = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
    return torch.stack([light, red - green, blue - (red + green) / 2], dim=1)


class ComplexCells(nn.Module):
    """(n, c, h, w) float 0..1 -> features (n, values): pooled energies, and coarse colour where c is 3.

    wavelengths: pixels of each scale. grid: fields along each side.
    """

    def __init__(self, channels: int, wavelengths: Sequence[float], orientations: int, grid: int) -> None:
        super().__init__()
        self.channels, self.grid = channels, grid
        self.scales, self.orientations = len(wavelengths), orientations
        for k, wavelength in enumerate(wavelengths):
            self.register_buffer(f"pairs{k}", quadrature_pairs(wavelength, orientations), persistent=False)
        self.values = channels * self.scales * orientations * grid**2 + (channels * grid**2 if channels > 1 else 0)

    def simple(self, planes: Tensor, scale: int) -> Tensor:
        """(n, h, w) -> (n, 2, orientations, h, w): even and odd simple cells at every pixel, not rectified."""
        pairs: Tensor = getattr(self, f"pairs{scale}")
        half = pairs.shape[-1] // 2
        padded = functional.pad(planes[:, None], [half] * 4, mode="replicate")
        found = functional.conv2d(padded, pairs.flatten(0, 1)[:, None])
        return found.unflatten(1, (2, self.orientations))

    def energy(self, planes: Tensor, scale: int) -> Tensor:
        """(n, h, w) -> (n, orientations, h, w): root of even squared plus odd squared."""
        return (self.simple(planes, scale) ** 2).sum(1).sqrt()

    def forward(self, images: Tensor) -> Tensor:
        seen = opponent(images)
        planes = seen.flatten(0, 1)
        energies = torch.cat([self.energy(planes, k) for k in range(self.scales)], dim=1)
        local = (energies**2).mean(1, keepdim=True).sqrt()
        pooled = functional.adaptive_avg_pool2d(energies / (SEMI + local), self.grid)
        parts = [pooled.reshape(len(images), -1)]
        if self.channels > 1:
            parts.append(functional.adaptive_avg_pool2d(seen, self.grid).flatten(1))
        return torch.cat(parts, dim=1)
