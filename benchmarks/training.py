"""The fit loop against a bare PyTorch loop on the same batches, and how long a step waits for its data.

python -m benchmarks.training --threads 1         # about three minutes
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional

from seedbed import registry
from seedbed.dataset.images import encode
from seedbed.learn import Settings, optimise
from seedbed.learn.classifier import to_tensor
from seedbed.learn.contrastive.data import Captioned
from seedbed.learn.contrastive.dual import DualEncoder, checked_options
from seedbed.learn.contrastive.fit import Contrastive
from seedbed.learn.contrastive.tokens import encode_texts
from seedbed.learn.contrastive.tokens import train_tokenizer as train_words
from seedbed.learn.images import ArrayRows, EncodedRows
from seedbed.learn.loop import Objective
from seedbed.learn.text.language_model import LlamaSize, pack_texts
from seedbed.learn.text.llama import build_llama
from seedbed.learn.text.objective import CausalObjective
from seedbed.learn.text.tokenizer import train_tokenizer
from seedbed.learn.training import Classification

LABELS = [str(k) for k in range(10)]
ROWS, SIDE, BATCH, BLOCKS, WARM = 1024, 64, 64, 16, 3
Loss = Callable[[np.ndarray], torch.Tensor]


def classifier(name: str, options: dict[str, Any], images: Any, pixels: np.ndarray) -> tuple[Objective, Loss]:
    """Our objective, and the loss of row positions as a person writes it first."""
    labels = np.random.default_rng(1).integers(0, 10, ROWS)
    learner = registry.get("learner", name)({"label": LABELS}, **options)
    learner.build((SIDE, SIDE, 3), 0)
    module, targets = learner.module, torch.from_numpy(labels)

    def loss(rows: np.ndarray) -> torch.Tensor:
        return functional.cross_entropy(
            module(to_tensor(pixels[rows], "cpu"))["label"], targets[torch.from_numpy(rows)]
        )

    return Classification(learner, images, {"label": labels}), loss


def dual(image: str, pixels: np.ndarray, texts: list[str]) -> tuple[Objective, Loss]:
    tokenizer = train_words(texts, "words")
    ids = encode_texts(tokenizer, texts)
    config = checked_options({"image": image, "width": 64 if image == "vit" else 128, "text_depth": 2})
    config |= {"shape": [SIDE, SIDE, 3], "tokens": tokenizer.get_vocab_size(), "length": ids.shape[1]}
    module = DualEncoder(config, tokenizer, 0).module
    tokens = torch.from_numpy(ids)

    def loss(rows: np.ndarray) -> torch.Tensor:
        logits = module(to_tensor(pixels[rows], "cpu"), tokens[torch.from_numpy(rows)])
        own = torch.arange(len(rows))
        return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2

    data = Captioned(pixels, texts, np.zeros((0, 2), int))
    return Contrastive(module, data, ids, "clip", False, "cpu"), loss


def llama(texts: list[str]) -> tuple[Objective, Loss]:
    size = LlamaSize()
    tokens = train_tokenizer(texts, 512, context=size.context)
    module = build_llama(size, tokens, 0)
    objective = CausalObjective(module, pack_texts(tokens, texts, size.context))
    inputs, targets = objective.blocks

    def loss(rows: np.ndarray) -> torch.Tensor:
        at = torch.from_numpy(rows)
        logits = module(input_ids=inputs[at], use_cache=False).logits
        return functional.cross_entropy(logits.flatten(0, 1), targets[at].flatten(), ignore_index=-100)

    return objective, loss


class Turns:
    """After each step of the fit loop one step of the loop that a person writes first, on the same module: whatever
    else the machine does meets both.
    """

    def __init__(self, module: torch.nn.Module, loss: Loss, rows: int, batch: int) -> None:
        self.optimiser = torch.optim.AdamW(module.parameters(), lr=1e-4)
        self.loss, self.rows, self.batch = loss, rows, batch
        self.rng = np.random.default_rng(0)
        self.own: list[float] = []
        self.bare: list[float] = []
        self.mark = time.perf_counter()

    def __call__(self, _: int) -> None:
        now = time.perf_counter()
        self.own.append(now - self.mark)
        found = self.loss(self.rng.permutation(self.rows)[: self.batch])
        self.optimiser.zero_grad(set_to_none=True)
        found.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        float(found.detach())
        self.mark = time.perf_counter()
        self.bare.append(self.mark - now)


def compare(name: str, objective: Objective, loss: Loss, batch: int, args: argparse.Namespace) -> None:
    """One line: the median of a bare step, and the median ratio of the steps with the range of its middle half."""
    turns = Turns(objective.module, loss, objective.rows, batch)
    settings = Settings(seed=0, steps=args.steps + WARM, batch_size=batch, learning_rate=1e-4)
    optimise(objective, settings, progress=turns, threads=args.threads)
    ratios = np.array(turns.own[WARM:]) / np.array(turns.bare[WARM:])  # the first step counts the FLOP
    size = sum(p.numel() for p in objective.module.parameters())
    low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    print(
        f"{name} ({size:,} parameters, {batch} rows): bare {1000 * statistics.median(turns.bare[WARM:]):.0f} ms a step, "
        f"ours / bare {middle:.3f} (middle half {low:.3f} to {high:.3f}, {len(ratios)} pairs of steps)",
        flush=True,
    )


def waiting(objective: Objective, args: argparse.Namespace) -> float:
    """Share of a fit's seconds that it waits for data."""
    settings = Settings(seed=0, steps=args.steps, batch_size=BATCH, learning_rate=1e-4)
    made = optimise(objective, settings, threads=args.threads)
    return made.waiting / made.seconds


def cases(pixels: np.ndarray, texts: list[str]) -> Iterator[tuple[str, Objective, Loss, int]]:
    images = ArrayRows(pixels)
    deep = {"widths": [32, 64, 128, 256], "depths": [1, 1, 1, 1]}
    yield "resnet", *classifier("resnet", deep, images, pixels), BATCH
    yield "vit", *classifier("vit", {"width": 64, "depth": 4, "patch": 8}, images, pixels), BATCH
    yield "llama", *llama(texts * 8), BLOCKS
    yield "dual encoder, cnn", *dual("cnn", pixels, texts), BATCH
    yield "dual encoder, vit", *dual("vit", pixels, texts), BATCH


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (ROWS, SIDE, SIDE, 3), dtype=np.uint8)
    words = ["red", "blue", "green", "mug", "cube", "chair", "left of", "behind", "a", "the", "truck", "small"]
    texts = [" ".join(words[k] for k in rng.integers(0, len(words), 12)) for _ in range(ROWS)]
    for case in cases(pixels, texts):
        compare(*case, args)
    encoded = [encode(image) for image in pixels]
    deep = {"widths": [32, 64, 128, 256], "depths": [1, 1, 1, 1]}
    for kind, rows in (("in memory", ArrayRows(pixels)), ("PNG, decoded ahead", EncodedRows(encoded))):
        objective, _ = classifier("resnet", deep, rows, pixels)
        print(f"waiting for data, {kind}: {100 * waiting(objective, args):.2f} % of the time", flush=True)


if __name__ == "__main__":
    main()
