"""The fit loop against a bare PyTorch loop on the same batches, and how long a step waits for its data.

python -m benchmarks.training --threads 1         # about ten minutes; a free machine
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
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
ROWS, SIDE, BATCH, BLOCKS = 1024, 64, 64, 16
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


def bare(module: torch.nn.Module, loss: Loss, rows: int, batch: int, steps: int) -> list[float]:
    """Seconds of each step of the loop that a person writes first, but for the first step."""
    optimiser = torch.optim.AdamW(module.parameters(), lr=1e-4)
    rng = np.random.default_rng(0)
    module.train()
    times = [time.perf_counter()]
    for _ in range(steps):
        found = loss(rng.permutation(rows)[:batch])
        optimiser.zero_grad(set_to_none=True)
        found.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        float(found.detach())
        times.append(time.perf_counter())
    return [after - before for before, after in pairwise(times)][1:]


def ours(objective: Objective, batch: int, steps: int, threads: int) -> tuple[list[float], float]:
    """(seconds of each step but the first, which counts the FLOP; share of the whole that waits for data)."""
    times: list[float] = []
    settings = Settings(seed=0, steps=steps, batch_size=batch, learning_rate=1e-4)
    made = optimise(objective, settings, progress=lambda _: times.append(time.perf_counter()), threads=threads)
    return [after - before for before, after in pairwise(times)], made.waiting / made.seconds


def compare(name: str, objective: Objective, loss: Loss, batch: int, args: argparse.Namespace) -> None:
    """One line: the median step of both, and the median ratio of the pairs."""
    module, ratios, step = objective.module, [], []
    bare(module, loss, objective.rows, batch, 3)
    for turn in range(args.pairs):  # who comes first changes, as machines drift
        if turn % 2:
            theirs = statistics.median(bare(module, loss, objective.rows, batch, args.steps))
            own = statistics.median(ours(objective, batch, args.steps, args.threads)[0])
        else:
            own = statistics.median(ours(objective, batch, args.steps, args.threads)[0])
            theirs = statistics.median(bare(module, loss, objective.rows, batch, args.steps))
        ratios.append(own / theirs)
        step.append(theirs)
    size = sum(p.numel() for p in module.parameters())
    print(
        f"{name} ({size:,} parameters, {batch} rows): bare {1000 * statistics.median(step):.0f} ms a step, ours / bare "
        f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}, {args.pairs} pairs of {args.steps} steps)",
        flush=True,
    )


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
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=20)
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
        waits = [ours(objective, BATCH, args.steps, args.threads)[1] for _ in range(args.pairs)]
        print(f"waiting for data, {kind}: {100 * statistics.median(waits):.2f} % of the time", flush=True)


if __name__ == "__main__":
    main()
