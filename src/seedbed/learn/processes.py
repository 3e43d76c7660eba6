"""Several processes that train one model, through accelerate; one process needs nothing of it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


class Processes:
    """This process among those that torchrun or `accelerate launch` started (WORLD_SIZE says how many), or alone."""

    def __init__(self) -> None:
        self.accelerator: Any = None
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            import torch
            from accelerate import Accelerator

            self.accelerator = Accelerator(cpu=not torch.cuda.is_available())

    @property
    def count(self) -> int:
        """How many processes train."""
        return int(self.accelerator.num_processes) if self.accelerator is not None else 1

    @property
    def first(self) -> bool:
        """Whether this process writes files."""
        return self.accelerator is None or bool(self.accelerator.is_main_process)

    def prepare(self, module: Any, optimiser: Any) -> tuple[Any, Any]:
        """The module wrapped so that gradients are averaged, and its optimiser."""
        return self.accelerator.prepare(module, optimiser) if self.accelerator is not None else (module, optimiser)

    def share(self, rows: np.ndarray) -> np.ndarray:
        """This process's rows of a batch."""
        if self.accelerator is None:
            return rows
        found: np.ndarray = rows[self.accelerator.process_index :: self.accelerator.num_processes]
        return found

    def backward(self, loss: Any) -> None:
        """The backward pass, with gradients averaged over all processes."""
        if self.accelerator is None:
            loss.backward()
        else:
            self.accelerator.backward(loss)
