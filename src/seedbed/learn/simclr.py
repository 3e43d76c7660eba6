"""Self-supervised pretraining: two views of an image shall be closer than views of others (SimCLR, Chen et al. 2020).

outcome = pretrain(learner, images, Settings(seed=0, steps=300, batch_size=128), augment="classical")

No label is used. Two views are two draws of the augmentation, of contrast and of pixel noise; a projection of two
layers is trained with the encoder and then thrown away. The learner's heads keep their initial weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from seedbed.errors import UsageError
from seedbed.learn.augmentation import augment as augmented
from seedbed.learn.augmentation import check_kind
from seedbed.learn.base import as_batch
from seedbed.learn.classifier import to_tensor
from seedbed.learn.features import encode
from seedbed.learn.loop import Objective, Outcome, optimise
from seedbed.learn.settings import Settings

WIDTH = 64  # of the projection
CONTRAST, NOISE = 0.3, 0.1  # standard deviations, of a gain and of gray levels 0..1


def pretrain(
    learner: Any, images: np.ndarray, settings: Settings, *, augment: str = "classical", temperature: float = 0.2,
    threads: int | None = None,
) -> Outcome:  # fmt: skip
    """Fit the learner's encoder to images (n, h, w[, c]) without labels."""
    check_kind(augment)
    if settings.batch_size < 2:
        raise UsageError(f"batch_size {settings.batch_size}", where="pretrain", hint="others to differ from: from 2")
    batch = as_batch(images, "pretrain")
    learner.build(batch.shape[1:], settings.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        module = Projected(learner.module, to_tensor(batch[:2], learner.device))
    outcome = optimise(SimCLR(learner, module, batch, augment, temperature, settings.seed), settings, threads=threads)
    learner.module.eval()
    return outcome


class Projected(nn.Module):
    """A learner's encoder and a projection of its features to the unit sphere, (n, WIDTH)."""

    def __init__(self, module: nn.Module, example: Tensor) -> None:
        super().__init__()
        module.eval()
        wide = encode(module, example).shape[1]
        self.base = module
        self.project = nn.Sequential(nn.Linear(wide, 2 * WIDTH), nn.ReLU(), nn.Linear(2 * WIDTH, WIDTH))
        self.project.to(example.device)

    def forward(self, images: Tensor) -> Tensor:
        return functional.normalize(self.project(encode(self.base, images)), dim=1)


class SimCLR(Objective):
    """The normalised temperature-scaled cross-entropy of the paper: each view must find its partner in the batch."""

    def __init__(
        self, learner: Any, module: nn.Module, images: np.ndarray, kind: str, temperature: float, seed: int
    ) -> None:
        self.learner, self.module, self.images, self.rows = learner, module, images, len(images)
        self.kind, self.temperature = kind, temperature
        self.draws = self.generator = torch.Generator().manual_seed(seed)

    def batch(self, fetched: np.ndarray) -> Tensor:
        images = to_tensor(self.images[fetched], self.learner.device)
        return torch.cat([self._view(images), self._view(images)])

    def _view(self, images: Tensor) -> Tensor:
        moved = augmented(images, self.kind, self.draws)
        gain = 1 + CONTRAST * torch.randn((len(moved), 1, 1, 1), generator=self.draws)
        noise = NOISE * torch.randn(moved.shape, generator=self.draws)
        return (moved * gain.to(moved.device) + noise.to(moved.device)).clamp(0, 1)

    def loss(self, batch: Tensor, done: float) -> tuple[Tensor, dict[str, float]]:
        return contrastive_loss(self.module(batch), self.temperature), {}


def contrastive_loss(views: Tensor, temperature: float) -> Tensor:
    """views (2 n, d) on the unit sphere, row k and row n + k of one image: the mean of -log softmax of the partner."""
    half = len(views) // 2
    alike = views @ views.T / temperature
    alike = alike.masked_fill(torch.eye(len(views), dtype=torch.bool, device=views.device), float("-inf"))
    partner = torch.arange(len(views), device=views.device).roll(half)
    return functional.cross_entropy(alike, partner)
