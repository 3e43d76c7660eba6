"""The picture of docs/early_learners.md, and its table: python docs/examples/early_learners.py [PNG]

Trains the three early learners on 800 of scikit-learn's real digits and reads the 997 others, for five splits.
"""

from __future__ import annotations

import io
import sys
import time
from typing import Any

import numpy as np
import torch
from PIL import Image

from seedbed import learn
from seedbed.dataset.digits import load_real_digits, split_digits
from seedbed.dataset.images import decode_all
from seedbed.registry import get

NAMES = ("perceptron", "complex_cells", "neocognitron")
SPLITS = 5
SHIFTS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def moved(images: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """By one pixel, zeros coming in."""
    h, w = images.shape[1:3]
    framed = np.pad(images, [(0, 0), (1, 1), (1, 1), (0, 0)])
    return framed[:, 1 - dy : 1 - dy + h, 1 - dx : 1 - dx + w]


def main(path: str) -> None:
    table = load_real_digits()
    images, labels = decode_all(table["image"].to_pylist()), np.array([int(d) for d in table["digit"].to_pylist()])
    learners: dict[str, Any] = {}
    for name in NAMES:
        rows = []
        for split in range(SPLITS):
            parts = split_digits(labels, seed=split)
            pool, test = np.sort(np.concatenate([parts.train, parts.audit])), parts.test
            learner = get("learner", name)({"digit": [str(k) for k in range(10)]})
            start = time.perf_counter()
            learn.fit(learner, images[pool], {"digit": labels[pool]}, seed=0, epochs=10, threads=1)
            seconds = time.perf_counter() - start

            def right(seen: np.ndarray) -> float:
                return float(np.mean(learner.probabilities(seen)["digit"].argmax(1) == labels[test]))  # noqa: B023

            shifted = np.mean([right(moved(images[test], *by)) for by in SHIFTS])
            rows.append((right(images[test]), shifted, learner.parameters_count, seconds))
            learners.setdefault(name, learner)
        print(name, "accuracy", [round(100 * r[0], 1) for r in rows], "one pixel", [round(100 * r[1], 1) for r in rows])
        print("   parameters", [r[2] for r in rows], "seconds", [round(r[3], 1) for r in rows], flush=True)
    draw(learners, path)


def draw(learners: dict[str, Any], path: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from seedbed.learn.early.gabor import quadrature_pairs

    figure = Figure(figsize=(10, 7), dpi=72, layout="constrained")
    FigureCanvasAgg(figure)
    bands = figure.subfigures(3, 1, height_ratios=[1, 1.9, 1.9])
    weights = learners["perceptron"].module.heads["digit"].weight.reshape(10, 8, 8)
    strip(bands[0], "perceptron: the weights of each digit (orange: for it, violet: against it)", weights, 1, "digits")
    pairs = quadrature_pairs(5.0, 8)
    text = "complex cells: simple cells in pairs, even above odd, of wavelength 5 px, eight orientations"
    strip(bands[1], text, pairs.flatten(0, 1), 2, "")
    layer = learners["neocognitron"].module.grown[0].templates
    step = torch.arange(16) * (2 * torch.pi / 16)
    views = torch.stack([arrows(cell, step) for cell in layer[:20]])
    strip(bands[2], "neocognitron: what the first 20 grown planes look for (edges drawn at their places)", views, 2, "")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    Image.open(buffer).convert("RGB").quantize(128).save(path, optimize=True)


def arrows(cell: torch.Tensor, step: torch.Tensor, side: int = 9) -> torch.Tensor:
    """(16, 5, 5) edge strengths as a picture: a short edge per place and direction, bright on its bright side."""
    at = (torch.arange(side) - side // 2) / (side / 2)
    distance = at[None, None, :] * step.cos()[:, None, None] + at[None, :, None] * step.sin()[:, None, None]
    patch = torch.tanh(4 * distance) * torch.exp(-2 * (at[:, None] ** 2 + at[None, :] ** 2))
    return torch.einsum("dyx,dij->yixj", cell, patch).reshape(cell.shape[1] * side, -1)


def strip(band: Any, title: str, pictures: torch.Tensor, rows: int, names: str) -> None:
    band.suptitle(title, fontsize=10, x=0.01, ha="left")
    for k, (axes, picture) in enumerate(zip(band.subplots(rows, len(pictures) // rows).flat, pictures)):
        most = float(picture.abs().max())
        axes.imshow(picture.detach(), cmap="PuOr_r", vmin=-most, vmax=most)
        axes.set(xticks=[], yticks=[])
        if names:
            axes.set_xlabel(str(k), fontsize=9)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1] if len(sys.argv) > 1 else "early_learners.png")
