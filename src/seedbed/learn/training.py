"""The fit loop: AdamW, warm-up and cosine decay, a fixed number of steps, one seed for everything.

Arms of an experiment that shall train equally long get the same `steps`, whatever their number of rows.
The same seed, data, thread count and machine give the same weights; the caller's random state is untouched.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from seedbed.errors import UsageError, nearest
from seedbed.learn.augmentation import augment as augmented
from seedbed.learn.augmentation import check_kind
from seedbed.learn.base import Learner, as_batch
from seedbed.learn.learners.small_cnn import to_tensor

WARM_UP = 0.1  # of the steps
HISTORY = 20  # entries, about


def fit(
    learner: Learner,
    images: np.ndarray,
    targets: Mapping[str, np.ndarray],
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

    images: (n, h, w[, c]) uint8 0..255 or float 0..1. targets: head -> (n,) indices into its labels.
    Give `epochs` or `steps` (a step is one batch of exactly `batch_size` rows; few rows are repeated).
    weights: (n,) >= 0, how often rows are drawn, with replacement; without it every row is seen once an epoch.
    progress is called with 1 after each step. threads: CPU threads of torch while fitting.

    Returns the history, about 20 of {step, loss, accuracy (mean over heads), seconds}: means over the steps
    since the entry before, on augmented training rows. Raises UsageError for data that do not fit the heads.
    """
    batch = as_batch(images, "fit")
    labels = _check_targets(learner, targets, len(batch))
    count = _steps(epochs, steps, batch_size, len(batch))
    check_kind(augment)
    with _torch_state(threads, seed):
        learner.build(batch.shape[1:], seed)
        data = _Batches(batch, labels, learner.device, augment, seed)
        order = _order(len(batch), count, batch_size, weights, seed)
        optimiser, schedule = _optimiser(learner, count, learning_rate, weight_decay)
        learner.module.train()
        history = _Record(count)
        for step, rows in enumerate(order, start=1):
            loss, correct = _step(learner.module, *data.take(rows), label_smoothing)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            history.add(step, float(loss.detach()), correct)
            if progress is not None:
                progress(1)
        learner.module.eval()
    return history.entries


def _step(module: Any, images: Tensor, labels: Mapping[str, Tensor], smoothing: float) -> tuple[Tensor, float]:
    logits = module(images)
    losses = [functional.cross_entropy(logits[h], labels[h], label_smoothing=smoothing) for h in labels]
    correct = [float((logits[h].detach().argmax(1) == labels[h]).float().mean()) for h in labels]
    return torch.stack(losses).mean(), sum(correct) / len(correct)


class _Batches:
    """Rows to (images, labels) on the device, augmented from the seed's own generator."""

    def __init__(self, images: np.ndarray, labels: Mapping[str, np.ndarray], device: str, kind: str, seed: int) -> None:
        self.images, self.device, self.kind = images, device, kind
        self.labels = {head: torch.from_numpy(values).to(device) for head, values in labels.items()}
        self.generator = torch.Generator().manual_seed(seed)

    def take(self, rows: np.ndarray) -> tuple[Tensor, dict[str, Tensor]]:
        images = augmented(to_tensor(self.images[rows], self.device), self.kind, self.generator)
        index = torch.from_numpy(rows).to(self.device)
        return images, {head: values[index] for head, values in self.labels.items()}


class _Record:
    """Means of loss and accuracy since the last entry."""

    def __init__(self, steps: int) -> None:
        self.every, self.last = max(1, steps // HISTORY), steps
        self.entries: list[dict[str, float]] = []
        self.open: list[tuple[float, float]] = []
        self.start = time.perf_counter()

    def add(self, step: int, loss: float, accuracy: float) -> None:
        self.open.append((loss, accuracy))
        if step % self.every == 0 or step == self.last:
            means = np.mean(self.open, axis=0)
            seconds = time.perf_counter() - self.start
            entry = {"step": step, "loss": float(means[0]), "accuracy": float(means[1]), "seconds": seconds}
            self.entries.append(entry)
            self.open.clear()


def _optimiser(learner: Learner, steps: int, rate: float, decay: float) -> tuple[Any, Any]:
    """AdamW (Loshchilov and Hutter 2019), linear warm-up, cosine to zero; no decay on biases and scales."""
    parameters = list(learner.module.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=rate)
    warm = max(1, round(WARM_UP * steps))

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def _order(rows: int, steps: int, batch_size: int, weights: np.ndarray | None, seed: int) -> Iterator[np.ndarray]:
    """Row positions of each step's batch: passes over all rows in new orders, or draws by weight."""
    rng = np.random.default_rng([seed, 1])
    if weights is not None:
        share = _check_weights(weights, rows)
        for _ in range(steps):
            yield rng.choice(rows, batch_size, p=share)
        return
    left = np.empty(0, dtype=np.int64)
    for _ in range(steps):
        while len(left) < batch_size:
            left = np.concatenate([left, rng.permutation(rows)])
        yield left[:batch_size]
        left = left[batch_size:]


def _check_weights(weights: np.ndarray, rows: int) -> np.ndarray:
    share = np.asarray(weights, dtype=np.float64)
    if share.shape != (rows,) or not np.isfinite(share).all() or (share < 0).any() or share.sum() <= 0:
        raise UsageError("weights must be one number >= 0 a row, not all 0", where="fit")
    return share / share.sum()


def _check_targets(learner: Learner, targets: Mapping[str, np.ndarray], rows: int) -> dict[str, np.ndarray]:
    for head in targets:
        if head not in learner.heads:
            raise UsageError(f"no head '{head}'", where="fit", hint=nearest(head, learner.heads))
    labels = {}
    for head, names in learner.heads.items():
        if head not in targets:
            raise UsageError(f"targets for head '{head}' are missing", where="fit", hint="give one index a row")
        values = np.asarray(targets[head])
        if values.shape != (rows,) or values.dtype.kind not in "iu":
            raise UsageError(
                f"targets of '{head}': {values.dtype} {values.shape}", where="fit", hint=f"{rows} integers"
            )
        if rows and not (values.min() >= 0 and values.max() < len(names)):
            raise UsageError(f"targets of '{head}' go beyond its labels", where="fit", hint=f"0..{len(names) - 1}")
        labels[head] = values.astype(np.int64)
    return labels


def _steps(epochs: int | None, steps: int | None, batch_size: int, rows: int) -> int:
    if (epochs is None) == (steps is None):
        raise UsageError("give epochs or steps", where="fit", hint="exactly one of them")
    if rows == 0 or batch_size < 2:  # batch statistics need two rows
        raise UsageError(f"{rows} rows, batch_size {batch_size}", where="fit", hint="at least 1 row, batches of 2")
    asked = steps if steps is not None else (epochs or 0) * -(-rows // batch_size)
    if asked < 1:
        raise UsageError("there is nothing to do", where="fit", hint="at least 1 step or epoch")
    return asked


@contextmanager
def _torch_state(threads: int | None, seed: int) -> Iterator[None]:
    """Torch seeded (dropout draws from its global state) and with `threads`, both restored afterwards."""
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(max(1, threads))
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)
