"""The fit loop against a bare PyTorch loop on the same batches, and how long a step waits for its data.

python -m benchmarks.training            # two threads; a few minutes
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch
import torch.nn.functional as functional

from seedbed import registry
from seedbed.dataset.images import encode
from seedbed.learn import Settings, optimise
from seedbed.learn.classifier import to_tensor
from seedbed.learn.images import ArrayRows, EncodedRows
from seedbed.learn.training import Classification

MODELS = {
    "resnet": {"widths": [32, 64, 128, 256], "depths": [1, 1, 1, 1]},
    "vit": {"width": 64, "depth": 4, "patch": 8},
}
BATCH, LABELS = 64, [str(k) for k in range(10)]


def learner_of(name: str, side: int) -> object:
    learner = registry.get("learner", name)({"label": LABELS}, **MODELS.get(name, {}))
    learner.build((side, side, 3), 0)
    return learner


def bare(module: torch.nn.Module, images: np.ndarray, labels: np.ndarray, steps: int) -> float:
    """Seconds a step of the loop that a person writes first."""
    optimiser = torch.optim.AdamW(module.parameters(), lr=1e-3)
    rng = np.random.default_rng(0)
    module.train()
    started = time.perf_counter()
    for _ in range(steps):
        rows = rng.permutation(len(images))[:BATCH]
        loss = functional.cross_entropy(module(to_tensor(images[rows], "cpu"))["label"], torch.from_numpy(labels[rows]))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        float(loss.detach())
    return (time.perf_counter() - started) / steps


def ours(learner: object, images: object, labels: np.ndarray, steps: int) -> tuple[float, float]:
    """(seconds a step, share of it that waits for data) of the fit loop; its FLOP count is outside, as it is done once."""
    objective = Classification(learner, images, {"label": labels})
    optimise(objective, Settings(seed=0, steps=2, batch_size=BATCH))  # warm
    made = optimise(objective, Settings(seed=0, steps=steps, batch_size=BATCH, learning_rate=1e-3))
    return made.seconds / steps, made.waiting / made.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (1024, 64, 64, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, 1024)
    for name in MODELS:
        ratios, step = [], []
        learner = learner_of(name, 64)
        bare(learner.module, images, labels, 2)
        for _ in range(args.pairs):
            own, _ = ours(learner, ArrayRows(images), labels, args.steps)
            theirs = bare(learner.module, images, labels, args.steps)
            ratios.append(own / theirs)
            step.append(theirs)
        print(
            f"{name} ({learner.parameters_count:,} parameters, 64x64, {BATCH} rows): bare {1000 * statistics.median(step):.0f} ms "
            f"a step, ours / bare {statistics.median(ratios):.3f} (median of {args.pairs} pairs)",
            flush=True,
        )
    learner = learner_of("resnet", 64)
    encoded = [encode(image) for image in images]
    for kind, rows in (("in memory", ArrayRows(images)), ("PNG, decoded ahead", EncodedRows(encoded))):
        waits = [ours(learner, rows, labels, args.steps)[1] for _ in range(args.pairs)]
        print(f"waiting for data, {kind}: {100 * statistics.median(waits):.2f} % of the step", flush=True)


if __name__ == "__main__":
    main()
