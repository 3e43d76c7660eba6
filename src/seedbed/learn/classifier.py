"""The base of image learners: heads, images of one shape, predictions, and a folder with config and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from seedbed.dataset.files import read_json, write_json
from seedbed.errors import UsageError
from seedbed.learn.base import CONFIG, WEIGHTS, as_batch
from seedbed.learn.weights import read_weights, write_weights

BATCH = 256  # images predicted at a time


class ImageClassifier:
    """One module with a linear head for each entry of `heads` (head -> labels).

    A subclass sets `name`, passes its options to __init__, gives them back in `options()` and makes the module in
    `network()`. A learner with a rule of its own (no gradients) also defines
    `fit_rows(images, targets, *, seed, epochs, progress) -> history`; `learn.fit` then calls that. FLOP of such a fit
    that are not torch's go into `flop`.
    `device`: "cpu", or "cuda" (the same code; not run on a GPU).
    """

    name = ""
    least_side = 8  # pixels
    square = True

    def __init__(self, heads: Mapping[str, Sequence[str]], *, device: str = "cpu") -> None:
        if not heads:
            raise UsageError("needs a head", where=self.name, hint="for example {'category': ['cube', 'mug']}")
        for head, labels in heads.items():
            if len(labels) < 2 or len(set(labels)) != len(labels) or not head.isidentifier():
                raise UsageError(
                    f"head '{head}' has labels {list(labels)}", where=self.name, hint="two or more, each once"
                )
        self.heads = {head: [str(label) for label in labels] for head, labels in heads.items()}
        self.device = device
        self.shape: tuple[int, int, int] | None = None
        self.module: Any = None

    def options(self) -> dict[str, Any]:
        """The arguments of __init__ beside heads and device: what config.json keeps."""
        return {}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """The torch module (n, c, h, w) float 0..1 -> {head: logits (n, size)}, initial weights from `generator`."""
        raise UsageError("makes no module", where=self.name, hint="define network()")

    def build(self, shape: tuple[int, int, int], seed: int) -> None:
        """Make the module for images of `shape` (h, w, c); one that is there already must fit them."""
        if self.module is not None:
            if tuple(shape) != self.shape:
                raise UsageError(f"images of shape {shape}", where=self.name, hint=f"built for {self.shape}")
            return
        if (self.square and shape[0] != shape[1]) or min(shape[:2]) < self.least_side:
            form = "square, " if self.square else ""
            raise UsageError(
                f"images of {shape[0]}x{shape[1]}", where=self.name, hint=f"{form}from {self.least_side} px a side"
            )
        import torch

        sizes = {head: len(labels) for head, labels in self.heads.items()}
        with torch.random.fork_rng(devices=[]):  # constructors draw weights, which are replaced at once
            torch.manual_seed(seed)
            module = self.network(shape, sizes, torch.Generator().manual_seed(seed))
        self.module = module.to(self.device, memory_format=torch.channels_last)
        self.shape = shape

    @property
    def parameters_count(self) -> int:
        """Trainable numbers; 0 before the first fit."""
        return sum(p.numel() for p in self.module.parameters()) if self.module is not None else 0

    def probabilities(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """For each head (n, labels) float32. `images`: uint8 or float 0..1, (n, h, w[, c])."""
        import torch

        batch = as_batch(images, self.name)
        if self.module is None:
            raise UsageError("not fitted yet", where=self.name, hint="fit or load it first")
        if batch.shape[1:] != self.shape:
            raise UsageError(f"images of shape {batch.shape[1:]}", where=self.name, hint=f"built for {self.shape}")
        self.module.eval()
        parts: dict[str, list[np.ndarray]] = {head: [] for head in self.heads}
        with torch.inference_mode():
            for start in range(0, len(batch), BATCH):
                logits = self.module(to_tensor(batch[start : start + BATCH], self.device))
                for head, values in logits.items():
                    parts[head].append(values.softmax(1).cpu().numpy())
        return {head: _join(found, len(self.heads[head])) for head, found in parts.items()}

    def predict(self, images: np.ndarray) -> dict[str, dict[str, Any]]:
        """For each head `label` (list of n) and `confidence` (n,) float32, the label's probability."""
        found = {}
        for head, values in self.probabilities(images).items():
            labels = [self.heads[head][index] for index in values.argmax(axis=1)]
            found[head] = {"label": labels, "confidence": values.max(axis=1, initial=0.0)}
        return found

    def save(self, folder: str | Path) -> Path:
        """Write config.json and weights.safetensors; returns the folder."""
        if self.module is None or self.shape is None:
            raise UsageError("not fitted yet", where=self.name, hint="there is nothing to save")
        folder = Path(folder)
        state = {name: value.cpu().numpy() for name, value in self.module.state_dict().items()}
        write_weights(folder / WEIGHTS, state)
        config = {**self.options(), "shape": list(self.shape), "heads": self.heads}
        write_json(folder / CONFIG, {"schema_version": 1, "learner": self.name, **config})
        return folder

    @classmethod
    def load(cls, folder: str | Path, device: str = "cpu") -> Self:
        """The learner that `save` wrote; UsageError when files are missing or do not belong together."""
        import torch

        path = Path(folder) / CONFIG
        config = read_json(path)
        try:
            given = {k: v for k, v in config.items() if k not in ("schema_version", "learner", "shape", "heads")}
            learner = cls(config["heads"], device=device, **given)
            h, w, c = config["shape"]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UsageError(f"does not describe a {cls.name}", where=str(path)) from None
        learner.build((h, w, c), seed=0)
        state = {name: torch.from_numpy(value) for name, value in read_weights(Path(folder) / WEIGHTS).items()}
        try:
            learner.module.load_state_dict(state)
        except RuntimeError:
            raise UsageError("weights and config.json do not belong together", where=str(folder)) from None
        return learner


def to_tensor(batch: np.ndarray, device: str) -> Any:
    """(n, h, w, c) uint8 or float to a float (n, c, h, w) tensor 0..1 on `device`."""
    import torch

    tensor = torch.from_numpy(np.ascontiguousarray(batch)).to(device).permute(0, 3, 1, 2)
    return tensor.float().div(255) if batch.dtype == np.uint8 else tensor.float()


def _join(parts: list[np.ndarray], labels: int) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros((0, labels), np.float32)
