"""Fitting classifiers of images: `fit` in one call, `train` with every setting of the loop.

Arms of an experiment that shall train equally long get the same `steps`, whatever their number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from seedbed.errors import UsageError, nearest
from seedbed.learn.augmentation import augment as augmented
from seedbed.learn.augmentation import check_kind
from seedbed.learn.base import Learner
from seedbed.learn.classifier import to_tensor
from seedbed.learn.images import ImageRows, image_rows
from seedbed.learn.loop import Objective, Outcome, optimise
from seedbed.learn.settings import Settings

Targets = Mapping[str, np.ndarray]
EVALUATED = 256  # validation rows at a time


def fit(
    learner: Learner,
    images: np.ndarray | ImageRows,
    targets: Targets,
    *,
    seed: int,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    weight_decay: float = 0.05,
    label_smoothing: float = 0.0,
    weights: np.ndarray | None = None,
    augment: str = "none",
    progress: Callable[[int], object] | None = None,
    threads: int | None = None,
) -> list[dict[str, float]]:
    """Fit `learner` in place; a learner that was fitted before goes on from its weights.

    images: (n, h, w[, c]) uint8 0..255 or float 0..1. targets: head -> (n,) indices into its labels, or (n, labels)
    probabilities. Give `epochs` or `steps` (a step is one batch of exactly `batch_size` rows; few rows are repeated).
    weights: (n,) >= 0, how often rows are drawn, with replacement; without it every row is seen once an epoch.
    progress is called with 1 after each step. threads: CPU threads of torch while fitting.

    Returns the history, about 20 of {step, loss, accuracy (mean over heads), seconds}: means over the steps
    since the entry before, on augmented training rows. Raises UsageError for data that do not fit the heads.
    """
    settings = Settings(
        seed=seed, epochs=epochs, steps=steps, batch_size=batch_size, learning_rate=learning_rate,
        weight_decay=weight_decay,
    )  # fmt: skip
    made = train(
        learner, images, targets, settings, label_smoothing=label_smoothing, weights=weights, augment=augment,
        progress=progress, threads=threads,
    )  # fmt: skip
    return made.history


def train(
    learner: Learner,
    images: np.ndarray | ImageRows,
    targets: Targets,
    settings: Settings,
    *,
    label_smoothing: float = 0.0,
    weights: np.ndarray | None = None,
    augment: str = "none",
    validation: tuple[np.ndarray | ImageRows, Targets] | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    progress: Callable[[int], object] | None = None,
    report: Callable[[dict[str, float]], object] | None = None,
    threads: int | None = None,
) -> Outcome:
    """`fit` with all settings, validation rows (for early stopping), checkpoints and the whole outcome."""
    rows = image_rows(images, "fit")
    labels = _check_targets(learner, targets, len(rows))
    check_kind(augment)
    own = getattr(learner, "fit_rows", None)
    if own is not None:
        if augment != "none" or weights is not None:
            what = "augmentation" if augment != "none" else "weights of rows"
            raise UsageError(f"{learner.name} has a rule of its own, without {what}", where="fit", hint="leave it out")
        return _own_rule(learner, rows, labels, settings, progress, threads)
    if settings.batch_size < 2 and len(rows):  # batch statistics need two rows
        raise UsageError(f"{len(rows)} rows, batch_size {settings.batch_size}", where="fit", hint="batches of 2")
    settings.count(len(rows))
    learner.build(rows.shape, settings.seed)
    objective = Classification(learner, rows, labels, augment=augment, smoothing=label_smoothing, seed=settings.seed)
    if validation is not None:
        held = image_rows(validation[0], "validation")
        objective.validation = (held, _check_targets(learner, validation[1], len(held)))
    return optimise(
        objective, settings, weights=weights, checkpoints=checkpoints, resume=resume, progress=progress,
        report=report, threads=threads,
    )  # fmt: skip


class Classification(Objective):
    """Cross-entropy, the mean over heads; targets are indices or probabilities."""

    def __init__(
        self, learner: Learner, images: ImageRows, labels: Targets, *, augment: str = "none", smoothing: float = 0.0,
        seed: int = 0,
    ) -> None:  # fmt: skip
        self.learner, self.module, self.device = learner, learner.module, learner.device
        self.images, self.rows, self.slow = images, len(images), images.slow
        self.kind, self.smoothing = augment, smoothing
        self.labels = {head: torch.from_numpy(values).to(self.device) for head, values in labels.items()}
        self.generator: torch.Generator = torch.Generator().manual_seed(seed)
        self.validation: tuple[ImageRows, Targets] | None = None

    @property
    def signature(self) -> str:
        return f"{self.learner.name} with {sum(p.numel() for p in self.module.parameters()):,} parameters"

    def fetch(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return rows, self.images.take(rows)

    def batch(self, fetched: tuple[np.ndarray, np.ndarray]) -> tuple[Tensor, dict[str, Tensor]]:
        rows, pixels = fetched
        images = augmented(to_tensor(pixels, self.device), self.kind, self.generator)
        index = torch.from_numpy(rows).to(self.device)
        return images, {head: values[index] for head, values in self.labels.items()}

    def loss(self, batch: tuple[Tensor, dict[str, Tensor]], done: float) -> tuple[Tensor, dict[str, float]]:
        images, labels = batch
        logits = self.module(images)
        losses = [functional.cross_entropy(logits[h], labels[h], label_smoothing=self.smoothing) for h in labels]
        correct = [_share_right(logits[h], labels[h]) for h in labels]
        return torch.stack(losses).mean(), {"accuracy": sum(correct) / len(correct)}

    def evaluate(self) -> dict[str, float]:
        if self.validation is None:
            return {}
        images, targets = self.validation
        loss = right = 0.0
        for start in range(0, len(images), EVALUATED):
            rows = np.arange(start, min(start + EVALUATED, len(images)))
            logits = self.module(to_tensor(images.take(rows), self.device))
            for head, values in targets.items():
                wanted = torch.from_numpy(values[rows]).to(self.device)
                loss += float(functional.cross_entropy(logits[head], wanted)) * len(rows) / len(targets)
                right += _share_right(logits[head], wanted) * len(rows) / len(targets)
        return {"loss": loss / len(images), "accuracy": right / len(images)}


def _share_right(logits: Tensor, labels: Tensor) -> float:
    wanted = labels if labels.ndim == 1 else labels.argmax(1)
    return float((logits.detach().argmax(1) == wanted).float().mean())


def _own_rule(
    learner: Any, rows: ImageRows, labels: Targets, settings: Settings, progress: Callable[[int], object] | None,
    threads: int | None,
) -> Outcome:  # fmt: skip
    """A learner that fits itself: passes over all rows. FLOP: all that torch did, and what the learner says it did
    without torch (`flop`).
    """
    import time

    from seedbed.learn.counting import counting
    from seedbed.learn.energy import counters, joules
    from seedbed.learn.state import torch_state

    started, energy = time.perf_counter(), counters()
    epochs = settings.epochs or max(1, -(-settings.count(len(rows)) * settings.rows_a_step // max(1, len(rows))))
    hard = {head: values if values.ndim == 1 else values.argmax(axis=1) for head, values in labels.items()}
    pixels = rows.take(np.arange(len(rows)))
    with torch_state(threads, settings.seed), counting() as counter:
        history = learner.fit_rows(pixels, hard, seed=settings.seed, epochs=epochs, progress=progress)
    seconds = time.perf_counter() - started
    flop = float(counter.get_total_flops() + getattr(learner, "flop", 0.0))
    return Outcome(history, [], int(history[-1]["step"]), seconds, 0.0, flop, joules(energy, counters()))


def _check_targets(learner: Learner, targets: Targets, rows: int) -> dict[str, np.ndarray]:
    for head in targets:
        if head not in learner.heads:
            raise UsageError(f"no head '{head}'", where="fit", hint=nearest(head, learner.heads))
    labels = {}
    for head, names in learner.heads.items():
        if head not in targets:
            raise UsageError(f"targets for head '{head}' are missing", where="fit", hint="give one index a row")
        labels[head] = _check_head(head, np.asarray(targets[head]), rows, len(names))
    return labels


def _check_head(head: str, values: np.ndarray, rows: int, size: int) -> np.ndarray:
    if values.shape == (rows, size) and values.dtype.kind == "f":
        if rows and not (
            np.isfinite(values).all() and (values >= 0).all() and np.allclose(values.sum(1), 1, atol=1e-4)
        ):
            raise UsageError(f"targets of '{head}' are no probabilities", where="fit", hint="rows that add up to 1")
        return values.astype(np.float32)
    if values.shape != (rows,) or values.dtype.kind not in "iu":
        raise UsageError(f"targets of '{head}': {values.dtype} {values.shape}", where="fit", hint=f"{rows} integers")
    if rows and not (values.min() >= 0 and values.max() < size):
        raise UsageError(f"targets of '{head}' go beyond its labels", where="fit", hint=f"0..{size - 1}")
    return values.astype(np.int64)
