"""Classical augmentation in torch, drawn from an explicit generator, whole batches at a time.

`classical` moves gray images (shift, rotation, scale, shear, and a small elastic field after Simard et al.
2003) and changes RGB images gently (shift, scale, brightness, contrast). `classical_flip` also mirrors half
of them: wrong for digits and for anything whose sides matter, so it has to be asked for.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from seedbed.errors import UsageError, nearest

KINDS = ("none", "classical", "classical_flip")

# Half-widths of uniform distributions.
ROTATION = math.radians(10.0)
SCALE = 0.12
SHEAR = 0.15
SHIFT = 0.10  # of the side: 0.8 px of 8
ELASTIC = 0.06  # standard deviation of the field, of half the side
PHOTO_SCALE, PHOTO_SHIFT, BRIGHTNESS, CONTRAST = 0.12, 0.08, 0.12, 0.2


def check_kind(kind: str) -> str:
    """The kind itself; UsageError with the nearest one for an unknown word."""
    if kind not in KINDS:
        raise UsageError(f"unknown augmentation '{kind}'", where="augment", hint=nearest(kind, KINDS))
    return kind


def augment(images: Tensor, kind: str, generator: Generator) -> Tensor:
    """Augmented copies of `images` (n, c, h, w) float 0..1, same shape and range; the same for the same
    generator state. The generator lives on the CPU, whatever the images' device."""
    if check_kind(kind) == "none" or not len(images):
        return images
    out = _move_strokes(images, generator) if images.shape[1] == 1 else _vary_photo(images, generator)
    if kind == "classical_flip":
        mirror = torch.rand(len(images), generator=generator).to(images.device) < 0.5
        out = torch.where(mirror[:, None, None, None], out.flip(3), out)
    return out.clamp(0, 1)


def _uniform(size: tuple[int, ...], half: float, generator: Generator) -> Tensor:
    return (torch.rand(size, generator=generator) * 2 - 1) * half


def _move_strokes(images: Tensor, generator: Generator) -> Tensor:
    rows = len(images)
    angle = _uniform((rows,), ROTATION, generator)
    scale = 1 + _uniform((rows, 2), SCALE, generator)
    shear = _uniform((rows,), SHEAR, generator)
    cos, sin = angle.cos(), angle.sin()
    shift = _uniform((rows, 2), 2 * SHIFT, generator)  # the grid spans -1..1
    affine = torch.stack(
        [
            torch.stack([cos * scale[:, 0], (shear - sin) * scale[:, 1], shift[:, 0]], dim=1),
            torch.stack([sin * scale[:, 0], cos * scale[:, 1], shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    field = torch.randn((rows, 2, 4, 4), generator=generator) * ELASTIC
    return _resample(images, affine, field)


def _vary_photo(images: Tensor, generator: Generator) -> Tensor:
    rows = len(images)
    scale = 1 + _uniform((rows,), PHOTO_SCALE, generator)
    shift = _uniform((rows, 2), 2 * PHOTO_SHIFT, generator)
    zero = torch.zeros(rows)
    affine = torch.stack(
        [torch.stack([scale, zero, shift[:, 0]], dim=1), torch.stack([zero, scale, shift[:, 1]], dim=1)],
        dim=1,
    )
    moved = _resample(images, affine, None)
    gain = (1 + _uniform((rows, 1, 1, 1), CONTRAST, generator)).to(images.device)
    lift = _uniform((rows, 1, 1, 1), BRIGHTNESS, generator).to(images.device)
    mean = moved.mean(dim=(1, 2, 3), keepdim=True)
    return (moved - mean) * gain + mean + lift


def _resample(images: Tensor, affine: Tensor, field: Tensor | None) -> Tensor:
    """Bilinear resampling; outside of a gray image is black, a photo's border goes on."""
    size = list(images.shape)
    grid = functional.affine_grid(affine, size, align_corners=False)
    if field is not None:
        smooth = functional.interpolate(field, size=size[2:], mode="bicubic", align_corners=True)
        grid = grid + smooth.permute(0, 2, 3, 1)
    padding = "zeros" if images.shape[1] == 1 else "border"
    return functional.grid_sample(
        images, grid.to(images.device), mode="bilinear", padding_mode=padding, align_corners=False
    )
