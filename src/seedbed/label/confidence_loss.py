"""Losses for a student of weak labels: plain cross-entropy, and the auxiliary confidence loss (Burns et al. 2023, A.4).

The target of a row is (1 - c) * weak label + c * the student's own answer, made hard. c rises linearly from 0 to `most`
over the first `warm_up` of the steps and then stays (the published code jumps from 0.1 to 1 of it at the end of its
warm-up).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from seedbed.errors import UsageError
from seedbed.learn.loop import Objective


def coefficient(done: float, most: float, warm_up: float) -> float:
    """c = most * min(1, done / warm_up); `done` and `warm_up` are shares of all steps."""
    return most * (min(1.0, done / warm_up) if warm_up > 0 else 1.0)


def quotas(weak: Tensor) -> np.ndarray:
    """How many rows of a batch each label gets, int (labels,): the weak labels' mean, rounded by largest remainders."""
    wanted = weak.double().sum(0).cpu().numpy()
    wanted = wanted * (len(weak) / wanted.sum())
    counts = np.floor(wanted + 1e-9).astype(int)
    rest = len(weak) - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:rest]] += 1
    return counts


def hardened(logits: Tensor, weak: Tensor) -> Tensor:
    """The student's answers as one-hot rows (n, labels), with as many rows of each label as the weak labels have.

    With two labels this is the paper's threshold: the rows with the highest probability of label 0 get it, as many as
    the weak labels' mean says. With more labels one threshold a label is needed, and the set of thresholds that meets
    every quota is the dual of an assignment: rows get labels so that the quotas hold and the sum of log-probabilities
    is largest. It is solved exactly (scipy's linear_sum_assignment), batch by batch.
    """
    from scipy.optimize import linear_sum_assignment

    places = np.repeat(np.arange(weak.shape[1]), quotas(weak))
    scores = logits.detach().double().log_softmax(1).cpu().numpy()
    rows, slots = linear_sum_assignment(scores[:, places], maximize=True)
    made = torch.zeros_like(weak)
    made[torch.from_numpy(rows), torch.from_numpy(places[slots])] = 1
    return made


def mixed(logits: Tensor, weak: Tensor, c: float) -> Tensor:
    """(1 - c) * weak + c * hardened student, (n, labels); no gradient."""
    return weak if c == 0 else (1 - c) * weak + c * hardened(logits, weak)


class WeakLabels(Objective):
    """A module fitted to weak labels.

    inputs: tensor (n, ...) on the module's device, features or images; uint8 images are scaled to 0..1. weak: (n,
    labels) probabilities. `logits` takes them from the module's answer (default: the answer itself). `most` 0 is the
    plain loss.
    """

    def __init__(
        self, module: Any, inputs: Tensor, weak: np.ndarray, *, most: float = 0.0, warm_up: float = 0.2,
        logits: Callable[[Any], Tensor] | None = None,
    ) -> None:  # fmt: skip
        if not 0 <= most < 1 or not 0 <= warm_up <= 1:
            raise UsageError(
                f"most {most}, warm_up {warm_up}", where="confidence loss", hint="shares from 0, most below 1"
            )
        if len(weak) != len(inputs) or not np.allclose(weak.sum(axis=1), 1, atol=1e-4):
            raise UsageError("weak labels are no probabilities, one row each", where="confidence loss")
        self.module, self.inputs, self.rows = module, inputs, len(inputs)
        self.weak = torch.from_numpy(weak.astype(np.float32)).to(inputs.device)
        self.most, self.warm_up, self.logits = most, warm_up, logits or (lambda made: made)

    def batch(self, fetched: np.ndarray) -> tuple[Tensor, Tensor]:
        index = torch.from_numpy(fetched).to(self.inputs.device)
        inputs = self.inputs[index]
        return (inputs.float().div(255) if inputs.dtype == torch.uint8 else inputs), self.weak[index]

    def loss(self, batch: tuple[Tensor, Tensor], done: float) -> tuple[Tensor, dict[str, float]]:
        inputs, weak = batch
        logits = self.logits(self.module(inputs))
        c = coefficient(done, self.most, self.warm_up)
        loss = functional.cross_entropy(logits, mixed(logits, weak, c))
        agree = float((logits.detach().argmax(1) == weak.argmax(1)).float().mean())
        return loss, {"coefficient": c, "agrees_with_weak": agree}
