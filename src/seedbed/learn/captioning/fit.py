"""Fitting a captioner: each token of a caption from the image and the tokens before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from seedbed.errors import UsageError
from seedbed.learn.captioning.captioner import Captioner, checked_options
from seedbed.learn.classifier import BATCH, to_tensor
from seedbed.learn.contrastive.data import Captioned
from seedbed.learn.contrastive.fit import MOST_TOKENS
from seedbed.learn.contrastive.tokens import encode_texts, train_tokenizer
from seedbed.learn.loop import Objective, Outcome, optimise
from seedbed.learn.settings import Settings


class Writing(Objective):
    """Cross-entropy of the next token, in nats, over all tokens that are no padding."""

    held: tuple[Captioned, Tensor] | None = None

    def __init__(self, module: Any, data: Captioned, ids: np.ndarray, device: str) -> None:
        self.module, self.data, self.device = module, data, device
        self.ids, self.rows = torch.from_numpy(ids).to(device), len(data)

    def batch(self, fetched: Any) -> tuple[Tensor, Tensor]:
        return to_tensor(self.data.images[fetched], self.device), self.ids[torch.from_numpy(fetched).to(self.device)]

    def evaluate(self) -> dict[str, float]:
        """Loss and accuracy on held-out rows, means over batches of BATCH."""
        if self.held is None:
            return {}
        data, ids = self.held
        found: list[tuple[int, float, float]] = []
        for start in range(0, len(data), BATCH):
            rows = slice(start, start + BATCH)
            batch = (to_tensor(data.images[rows], self.device), ids[rows].to(self.device))
            loss, figures = self.loss(batch, 1.0)
            found.append((len(batch[1]), float(loss), figures["accuracy"]))
        counts, losses, right = (np.array(column) for column in zip(*found))
        return {"loss": float(np.average(losses, weights=counts)), "accuracy": float(np.average(right, weights=counts))}

    def loss(self, batch: Any, done: float) -> tuple[Tensor, dict[str, float]]:
        images, ids = batch
        logits, wanted = self.module(images, ids[:, :-1]), ids[:, 1:]
        there = wanted != 0
        right = (logits.detach().argmax(2) == wanted)[there].float().mean()
        return functional.cross_entropy(logits[there], wanted[there]), {"accuracy": float(right)}


def fit_captioner(
    data: Captioned,
    *,
    seed: int,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int = 64,
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
) -> tuple[Captioner, Outcome]:
    """A captioner fitted on images with captions. options: see Captioner. Captions of more than 64 tokens are cut.

    held_out: rows for `evaluate_every` and `patience`. loop: further values of `learn.Settings`.
    """
    config = checked_options(options or {})
    if data.images.shape[1] != data.images.shape[2]:
        raise UsageError(f"images of shape {data.images.shape[1:]}", where="fit_captioner", hint="square ones")
    tokenizer = train_tokenizer(data.captions, config["text"])
    ids = encode_texts(tokenizer, data.captions)[:, :MOST_TOKENS]
    config |= {"shape": list(data.images.shape[1:]), "tokens": tokenizer.get_vocab_size(), "length": ids.shape[1]}
    model = Captioner(config, tokenizer, seed, device)
    settings = Settings(
        seed=seed, steps=steps, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
        weight_decay=weight_decay, **{"clip": 1.0, **loop},
    )  # fmt: skip
    objective = Writing(model.module, data, ids, device)
    if held_out is not None and len(held_out):
        objective.held = held_out, torch.from_numpy(encode_texts(tokenizer, held_out.captions, ids.shape[1]))
    outcome = optimise(
        objective, settings, checkpoints=checkpoints, resume=resume, progress=progress, report=report, threads=threads
    )
    return model, outcome
