"""What a fit carries along beside its weights: the record of its loss, averaged weights, torch's random state."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

HISTORY = 20  # entries, about


class Record:
    """Means of the loss and the other figures since the last entry."""

    def __init__(self, steps: int) -> None:
        self.every, self.last = max(1, steps // HISTORY), steps
        self.entries: list[dict[str, float]] = []
        self.open: list[dict[str, float]] = []
        self.start = time.perf_counter()

    def add(self, step: int, loss: float, figures: Mapping[str, float]) -> dict[str, float] | None:
        """Count one step; the new entry when one is complete."""
        self.open.append({"loss": loss, **figures})
        if step % self.every and step != self.last:
            return None
        means = {name: float(np.mean([found[name] for found in self.open])) for name in self.open[0]}
        entry = {"step": step, **means, "seconds": time.perf_counter() - self.start}
        self.entries.append(entry)
        self.open.clear()
        return entry

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a checkpoint."""
        return {"entries": self.entries, "open": self.open, "seconds": time.perf_counter() - self.start}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `to_dict`: seconds count on from there."""
        self.entries, self.open = list(state["entries"]), list(state["open"])
        self.start = time.perf_counter() - state["seconds"]


class Average:
    """Exponential moving average of the weights; early steps count more, so that it starts from no guess."""

    def __init__(self, module: Any, decay: float) -> None:
        self.decay = decay
        self.weights: dict[str, Tensor] = {name: value.clone() for name, value in module.state_dict().items()}

    def update(self, module: Any, step: int) -> None:
        """Mix the weights after `step` in: decay min(decay, (1 + step) / (10 + step))."""
        decay = min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in module.state_dict().items():
                kept = self.weights[name]
                if value.is_floating_point():
                    kept.lerp_(value, 1 - decay)
                else:
                    kept.copy_(value)


@contextmanager
def torch_state(threads: int | None, seed: int) -> Iterator[None]:
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
