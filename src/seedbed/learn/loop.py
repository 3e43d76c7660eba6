"""The fit loop of every model: an objective gives batches and a loss, the loop does the rest.

The same seed, data, settings, thread count and machine give the same weights, also when a run was broken off and
goes on from its checkpoint; the caller's random state is untouched. Started by torchrun (or `accelerate launch`) with
several processes, each takes its share of every batch and the gradients are averaged.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seedbed.errors import UsageError
from seedbed.learn import checkpoints as store
from seedbed.learn.energy import counters, joules
from seedbed.learn.feed import feed
from seedbed.learn.order import batches
from seedbed.learn.processes import Processes
from seedbed.learn.settings import Settings, rate_factor
from seedbed.learn.state import Average, Record, torch_state

BACKWARD = 2  # a backward pass costs twice a forward pass (Kaplan et al. 2020, section 2.1)


class Objective(ABC):
    """What is fitted: a module, its training rows, and a loss. Subclass it.

    `generator` is whatever batch() and loss() draw from; its state is kept in checkpoints. `slow`: fetch() takes long
    (it decodes or renders), so it runs in a thread of its own, ahead of the steps. `signature` names the architecture:
    a checkpoint of another one is refused.
    """

    module: Any
    rows: int
    generator: torch.Generator | None = None
    slow: bool = False

    @property
    def signature(self) -> str:
        size = sum(p.numel() for p in self.module.parameters())
        return f"{type(self.module).__name__} with {size:,} parameters"

    def fetch(self, rows: np.ndarray) -> Any:
        """What these row positions hold, without any randomness; batch() gets it."""
        return rows

    @abstractmethod
    def batch(self, fetched: Any) -> Any:
        """Tensors on the device of what `fetch` gave: by default the row positions themselves."""

    @abstractmethod
    def loss(self, batch: Any, done: float) -> tuple[Tensor, dict[str, float]]:
        """Mean loss of the batch, through self.module(...), and figures for the history. `done`: 0..1 of the steps."""

    def evaluate(self) -> dict[str, float]:
        """Figures on validation rows; early stopping looks at `loss`. Empty: none."""
        return {}


@dataclass
class Outcome:
    """What a fit did. `waiting`: seconds the loop waited for data. `flop`: counted forward passes, times three.
    `energy`: joules of the processor where the machine counts them. `stopped`: why before the last step, or "".
    """

    history: list[dict[str, float]]
    evaluations: list[dict[str, float]]
    steps: int
    seconds: float
    waiting: float
    flop: float
    energy: float | None = None
    stopped: str = ""
    best: dict[str, float] = field(default_factory=dict)


def optimise(
    objective: Objective,
    settings: Settings,
    *,
    weights: np.ndarray | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    progress: Callable[[int], object] | None = None,
    report: Callable[[dict[str, float]], object] | None = None,
    threads: int | None = None,
) -> Outcome:
    """Fit `objective.module` in place.

    weights: (rows,) >= 0, how often rows are drawn. checkpoints: folder of the checkpoint (each
    `settings.checkpoint_every` steps, and at the end); with `resume` the run goes on from it. progress is called with
    1 after each step, report with each entry of the history. threads: CPU threads of torch while fitting.

    Raises UsageError for a loss that is no number (step and rate are said; the checkpoint stays the last good one),
    for memory that is too small (a batch size is suggested) and for a checkpoint of another architecture.
    """
    with torch_state(threads, settings.seed):
        return _Fit(objective, settings, weights, checkpoints, progress, report).run(resume)


class _Fit:
    def __init__(
        self, objective: Objective, settings: Settings, weights: np.ndarray | None, checkpoints: Path | None,
        progress: Callable[[int], object] | None, report: Callable[[dict[str, float]], object] | None,
    ) -> None:  # fmt: skip
        self.objective, self.settings, self.weights, self.folder = objective, settings, weights, checkpoints
        self.progress, self.report = progress, report
        self.steps = settings.count(objective.rows)
        self.plain = objective.module  # the module itself; several processes train a wrapper of it
        self.signature = objective.signature
        self.optimiser = _optimiser(self.plain, settings)
        self.processes = Processes()
        objective.module, self.optimiser = self.processes.prepare(self.plain, self.optimiser)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, rate_factor(settings, self.steps))
        self.average = Average(self.plain, settings.ema) if settings.ema else None
        self.record = Record(self.steps)
        self.evaluations: list[dict[str, float]] = []
        self.best: dict[str, float] = {}
        self.best_weights: dict[str, Tensor] | None = None
        self.flop, self.waiting = 0.0, 0.0
        self.cast = _autocast(settings.precision, next(self.plain.parameters()).device)

    def run(self, resume: bool) -> Outcome:
        first = self._restore() if resume else 0
        energy, started = counters(), self.record.start
        stopped = ""
        self.objective.module.train()
        source = self._feed(first)
        try:
            for step in range(first + 1, self.steps + 1):
                self._step(step, source)
                if self.progress is not None:
                    self.progress(1)
                stopped = self._look(step)
                every = self.settings.checkpoint_every
                if stopped or (self.folder is not None and (step == self.steps or (every and step % every == 0))):
                    self._keep(step)
                if stopped:
                    break
        finally:
            source.close()
            self.objective.module = self.plain
        self._finish()
        seconds = time.perf_counter() - started
        last = int(self.record.entries[-1]["step"]) if self.record.entries else 0
        return Outcome(
            self.record.entries, self.evaluations, last, seconds, self.waiting,
            self.flop * last, joules(energy, counters()), stopped, self.best,
        )  # fmt: skip

    def _feed(self, first: int) -> Any:
        """The batches from step `first` on; the order is made again from the seed and its past skipped."""
        many = self.settings.accumulate
        order = batches(
            self.objective.rows, self.steps * many, self.settings.batch_size, self.weights, self.settings.seed
        )
        for _ in range(first * many):
            next(order)
        return feed(self.objective, (self.processes.share(rows) for rows in order))

    def _step(self, step: int, source: Any) -> None:
        many = self.settings.accumulate
        total, figures = 0.0, dict[str, float]()
        self.optimiser.zero_grad(set_to_none=True)
        try:
            for _ in range(many):
                before = time.perf_counter()
                batch = next(source)
                self.waiting += time.perf_counter() - before
                if not self.flop:
                    self.flop = self._count(batch) * many
                with self.cast():
                    loss, found = self.objective.loss(batch, (step - 1) / self.steps)
                self.processes.backward(loss / many if many > 1 else loss)
                total += float(loss.detach()) / many
                figures = {name: figures.get(name, 0.0) + value / many for name, value in found.items()}
        except (RuntimeError, MemoryError) as error:
            raise _explain(error, step, self.settings) from error
        self._check(total, step)
        if self.settings.clip is not None:
            torch.nn.utils.clip_grad_norm_(self.plain.parameters(), self.settings.clip)
        self.optimiser.step()
        self.schedule.step()
        if self.average is not None:
            self.average.update(self.plain, step)
        entry = self.record.add(step, total, figures)
        if entry is not None and self.report is not None:
            self.report(entry)

    def _check(self, loss: float, step: int) -> None:
        if math.isfinite(loss):
            return
        rate = self.schedule.get_last_lr()[0]
        kept = self.folder is not None and (self.folder / store.FILE).is_file()
        where = f"the last good checkpoint is {self.folder}/{store.FILE}; " if kept else ""
        raise UsageError(
            f"the loss is {loss} at step {step} of {self.steps}, learning rate {rate:.3g}", where="fit",
            hint=f"{where}give a smaller learning_rate, or clip gradients (clip=1)",
        )  # fmt: skip

    def _look(self, step: int) -> str:
        """Evaluate when it is time to; why to stop now, or ""."""
        every = self.settings.evaluate_every
        if every is None or (step % every and step != self.steps):
            return ""
        found = self._evaluated()
        if not found:
            return ""
        self.evaluations.append({"step": float(step), **found})
        if "loss" in found and found["loss"] < self.best.get("loss", math.inf):
            self.best = self.evaluations[-1]
            if self.settings.patience is not None:
                self.best_weights = {name: value.clone() for name, value in self._weights().items()}
        since = sum(entry["step"] > self.best.get("step", 0) for entry in self.evaluations)
        if self.settings.patience is not None and since >= self.settings.patience:
            return f"no better loss in {since} evaluations"
        return ""

    def _evaluated(self) -> dict[str, float]:
        module, trained = self.plain, None
        if self.average is not None:
            trained = {name: value.clone() for name, value in module.state_dict().items()}
            module.load_state_dict(self.average.weights)
        module.eval()
        with torch.no_grad(), self.cast():
            found = self.objective.evaluate()
        if trained is not None:
            module.load_state_dict(trained)
        module.train()
        return found

    def _weights(self) -> dict[str, Tensor]:
        """The weights that count: the averaged ones where there is an average."""
        return dict(self.plain.state_dict()) if self.average is None else self.average.weights

    def _finish(self) -> None:
        if self.best_weights is not None:
            self.plain.load_state_dict(self.best_weights)
        elif self.average is not None:
            self.plain.load_state_dict(self.average.weights)
        self.plain.eval()

    def _count(self, batch: Any) -> float:
        """FLOP of one training batch: its forward pass counted by torch, times three."""
        from seedbed.learn.counting import counting

        generator = self.objective.generator
        kept = generator.get_state() if generator is not None else None
        wrapped, self.objective.module = self.objective.module, self.plain
        self.plain.eval()
        with torch.no_grad(), torch.random.fork_rng(devices=[]), counting() as counter:
            self.objective.loss(batch, 0.0)
        self.objective.module = wrapped
        self.objective.module.train()
        if generator is not None and kept is not None:
            generator.set_state(kept)
        return float(counter.get_total_flops() * (1 + BACKWARD) * self.processes.count)

    def _keep(self, step: int) -> None:
        module = self.plain.state_dict()
        if self.folder is None or not self.processes.first or not store.finite(module):
            return
        state = {
            "signature": self.signature, "settings": self.settings.to_dict(), "step": step, "module": module,
            "optimiser": self.optimiser.state_dict(), "schedule": self.schedule.state_dict(),
            "random": torch.get_rng_state(), "average": self.average.weights if self.average is not None else None,
            "history": self.record.to_dict(), "evaluations": self.evaluations, "best": self.best,
            "best_weights": self.best_weights, "flop": self.flop, "waiting": self.waiting,
            "generator": self.objective.generator.get_state() if self.objective.generator is not None else None,
        }  # fmt: skip
        store.save(self.folder, state)

    def _restore(self) -> int:
        """Go back to the checkpoint; returns its step, 0 without one."""
        state = store.load(self.folder, self.signature, self.settings.to_dict()) if self.folder is not None else None
        if state is None:
            return 0
        self.plain.load_state_dict(state["module"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        if self.average is not None:
            self.average.weights = state["average"]
        if self.objective.generator is not None:
            self.objective.generator.set_state(state["generator"])
        self.record.restore(state["history"])
        self.evaluations, self.best = state["evaluations"], state["best"]
        self.best_weights, self.flop, self.waiting = state["best_weights"], state["flop"], state["waiting"]
        step = int(state["step"])
        if self.progress is not None:
            self.progress(step)
        return step


def _optimiser(module: Any, settings: Settings) -> torch.optim.Optimizer:
    """AdamW (Loshchilov and Hutter 2019) or SGD with momentum; no decay on biases and scales."""
    parameters = [p for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=settings.learning_rate, momentum=0.9)
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


def _autocast(precision: str, device: torch.device) -> Callable[[], AbstractContextManager[Any]]:
    mixed = precision == "bf16" or (precision == "auto" and device.type == "cuda" and torch.cuda.is_bf16_supported())
    return (lambda: torch.autocast(device.type, torch.bfloat16)) if mixed else nullcontext


def _explain(error: Exception, step: int, settings: Settings) -> Exception:
    """Out of memory in one line with what to do; any other error as it is."""
    text = str(error)
    short = isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "can't allocate memory" in text
    if not short:
        return error
    half = max(1, settings.batch_size // 2)
    return UsageError(
        f"out of memory at step {step} with batches of {settings.batch_size}", where="fit",
        hint=f"batch_size={half} with accumulate={2 * settings.accumulate} trains on as many rows a step",
    )  # fmt: skip
