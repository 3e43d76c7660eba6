"""Fitting a dual encoder on captioned images, with random negatives or with minimal pairs in every batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seedbed.errors import UsageError, nearest
from seedbed.learn.classifier import BATCH, to_tensor
from seedbed.learn.contrastive.data import Captioned, numbered
from seedbed.learn.contrastive.dual import DualEncoder, checked_options
from seedbed.learn.contrastive.losses import LOSSES
from seedbed.learn.contrastive.settings import NEGATIVES
from seedbed.learn.contrastive.tokens import encode_texts, train_tokenizer
from seedbed.learn.loop import Objective, Outcome, optimise
from seedbed.learn.settings import Settings

MOST_TOKENS = 64  # of a caption; what is longer is cut


class Contrastive(Objective):
    """Batches of images with their captions; everything else in the batch is a negative.

    With `pairs` (m, 2) a row is a minimal pair, and a batch holds both its images and both its captions: negatives
    that hold the same words (NegCLIP's idea: Yuksekgonul et al. 2023, with pictures for the negatives too).
    """

    held: tuple[Captioned, Tensor, Tensor] | None = None

    def __init__(self, module: Any, data: Captioned, ids: np.ndarray, loss: str, pairs: bool, device: str) -> None:
        self.module, self.data, self.device = module, data, device
        self.ids, self.same = torch.from_numpy(ids).to(device), torch.from_numpy(numbered(data.captions)).to(device)
        self.measure = LOSSES[loss]
        self.pairs = data.pairs if pairs else None
        self.rows = len(data.pairs) if pairs else len(data)

    def hold(self, data: Captioned, ids: np.ndarray) -> None:
        """Rows for `evaluate`, with their tokens."""
        self.held = data, torch.from_numpy(ids), torch.from_numpy(numbered(data.captions))

    def evaluate(self) -> dict[str, float]:
        """Loss on held-out rows, in batches of BATCH; the last ones are left out where they fill none."""
        if self.held is None:
            return {}
        data, ids, same = self.held
        size, losses = min(BATCH, len(data)), []
        for start in range(0, len(data) - size + 1, size):
            rows = slice(start, start + size)
            batch = (to_tensor(data.images[rows], self.device), ids[rows].to(self.device), same[rows].to(self.device))
            losses.append(float(self.loss(batch, 1.0)[0]))
        return {"loss": float(np.mean(losses))}

    def batch(self, fetched: Any) -> tuple[Tensor, Tensor, Tensor]:
        rows = fetched if self.pairs is None else self.pairs[fetched].reshape(-1)
        index = torch.from_numpy(rows).to(self.device)
        return to_tensor(self.data.images[rows], self.device), self.ids[index], self.same[index]

    def loss(self, batch: Any, done: float) -> tuple[Tensor, dict[str, float]]:
        images, ids, same = batch
        logits = self.module(images, ids)
        alike = same[:, None] == same[None, :]
        best = alike.gather(1, logits.detach().argmax(1, keepdim=True))
        return self.measure(logits, alike), {"accuracy": float(best.float().mean())}


def fit_dual(
    data: Captioned,
    *,
    seed: int,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int = 64,
    negatives: str = "random",
    learning_rate: float = 1e-3,
    weight_decay: float = 0.05,
    options: dict[str, Any] | None = None,
    device: str = "cpu",
    held_out: Captioned | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    progress: Callable[[int], object] | None = None,
    report: Callable[[dict[str, float]], object] | None = None,
    threads: int | None = None,
    **loop: Any,
) -> tuple[DualEncoder, Outcome]:
    """A dual encoder fitted on `data`. batch_size: images a step (and captions), whatever the negatives.

    negatives: "random" draws images, "pairs" draws minimal pairs. options: see DualEncoder. held_out: rows for
    `evaluate_every` and `patience`. loop: further values of `learn.Settings`. Raises UsageError for options that do not
    fit, and for "pairs" without minimal pairs.
    """
    config = checked_options(options or {})
    if negatives not in NEGATIVES:
        raise UsageError(f"no negatives '{negatives}'", where="fit_dual", hint=nearest(negatives, NEGATIVES))
    if negatives == "pairs" and not len(data.pairs):
        raise UsageError("the data have no minimal pairs", where="fit_dual", hint="seedbed generate pairs --rows 2000")
    if batch_size < 4 or batch_size % 2:
        raise UsageError(f"batches of {batch_size} images", where="fit_dual", hint="an even number from 4")
    if len(set(data.captions)) < 2:
        raise UsageError("all captions are the same", where="fit_dual", hint="there is nothing to tell apart")
    height, width = data.images.shape[1:3]
    if height != width or (config["image"] == "vit" and height % config["patch"]):
        raise UsageError(f"images of {width}x{height} px", where="fit_dual", hint="square; patch=N divides the side")
    tokenizer = train_tokenizer(data.captions, config["text"])
    ids = encode_texts(tokenizer, data.captions)[:, :MOST_TOKENS]
    config |= {"shape": list(data.images.shape[1:]), "tokens": tokenizer.get_vocab_size(), "length": ids.shape[1]}
    model = DualEncoder(config, tokenizer, seed, device)
    pairs = negatives == "pairs"
    settings = Settings(
        seed=seed, steps=steps, epochs=epochs, batch_size=batch_size // 2 if pairs else batch_size,
        learning_rate=learning_rate, weight_decay=weight_decay, **loop,
    )  # fmt: skip
    objective = Contrastive(model.module, data, ids, config["loss"], pairs, device)
    if held_out is not None and len(held_out) > 1:
        objective.hold(held_out, encode_texts(tokenizer, held_out.captions, ids.shape[1]))
    outcome = optimise(
        objective, settings, checkpoints=checkpoints, resume=resume, progress=progress, report=report, threads=threads
    )
    return model, outcome
