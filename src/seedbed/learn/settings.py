"""How a model is fitted: one set of values for every learner, checked before anything runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from seedbed.errors import UsageError, nearest

SCHEDULES = ("cosine", "linear", "constant", "inverse_sqrt")
PRECISIONS = ("auto", "fp32", "bf16")
OPTIMISERS = ("adamw", "sgd")


@dataclass(frozen=True)
class Settings:
    """Give `steps` or `epochs`. One step takes `accumulate` batches of `batch_size` rows.

    schedule: how the rate falls after `warm_up` (a share of all steps, linear from 0): "cosine" or "linear" to zero,
    "constant", or "inverse_sqrt" of the step. clip: largest gradient norm. ema: decay of averaged weights, which
    replace the weights at the end. precision: "auto" is bfloat16 where a GPU has it, else "fp32". evaluate_every,
    checkpoint_every: in steps. patience: evaluations without a better loss before it stops; the best weights are kept.
    """

    seed: int
    steps: int | None = None
    epochs: int | None = None
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    schedule: str = "cosine"
    warm_up: float = 0.1
    clip: float | None = None
    ema: float | None = None
    accumulate: int = 1
    precision: str = "auto"
    optimiser: str = "adamw"
    evaluate_every: int | None = None
    patience: int | None = None
    checkpoint_every: int | None = None

    def __post_init__(self) -> None:
        for name, known in (("schedule", SCHEDULES), ("precision", PRECISIONS), ("optimiser", OPTIMISERS)):
            if getattr(self, name) not in known:
                raise UsageError(
                    f"unknown {name} '{getattr(self, name)}'", where="fit", hint=nearest(getattr(self, name), known)
                )
        if (self.epochs is None) == (self.steps is None):
            raise UsageError("give epochs or steps", where="fit", hint="exactly one of them")
        for name in ("evaluate_every", "patience", "checkpoint_every", "accumulate"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name} is {value}", where="fit", hint="1 or more")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0 and self.weight_decay >= 0):
            raise UsageError(
                f"learning_rate {self.learning_rate}, weight_decay {self.weight_decay}", where="fit",
                hint="a rate above 0, a decay from 0",
            )  # fmt: skip
        if not 0 <= self.warm_up < 1 or (self.ema is not None and not 0 < self.ema < 1):
            raise UsageError(f"warm_up {self.warm_up}, ema {self.ema}", where="fit", hint="shares below 1")
        if self.clip is not None and not self.clip > 0:
            raise UsageError(f"clip is {self.clip}", where="fit", hint="a norm above 0")
        if self.patience is not None and self.evaluate_every is None:
            raise UsageError("patience needs evaluate_every", where="fit", hint="for example evaluate_every=50")

    def count(self, rows: int) -> int:
        """Steps for a table of `rows`."""
        if rows == 0 or self.batch_size < 1:
            raise UsageError(
                f"{rows} rows, batch_size {self.batch_size}", where="fit", hint="at least 1 row, 1 a batch"
            )
        asked = self.steps if self.steps is not None else (self.epochs or 0) * -(-rows // self.rows_a_step)
        if asked < 1:
            raise UsageError("there is nothing to do", where="fit", hint="at least 1 step or epoch")
        return asked

    @property
    def rows_a_step(self) -> int:
        """Rows that one step sees."""
        return self.batch_size * self.accumulate

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for records and checkpoints."""
        return asdict(self)


def parse_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings beside seed, steps and epochs, with numbers that YAML reads as text (1e-3) turned into numbers.

    UsageError for names that are no settings, or values that cannot work.
    """
    known = [f.name for f in fields(Settings) if f.name not in ("seed", "steps", "epochs")]
    found = dict(given)
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"unknown setting '{name}'", where="fit", hint=nearest(name, known))
        if name not in ("schedule", "precision", "optimiser") and isinstance(value, str):
            try:
                found[name] = float(value)
            except ValueError:
                raise UsageError(f"{name} is '{value}'", where="fit", hint="a number") from None
    Settings(seed=0, steps=1, **found)
    return found


def rate_factor(settings: Settings, steps: int) -> Callable[[int], float]:
    """Step (from 0) -> factor of the learning rate."""
    warm = max(1, round(settings.warm_up * steps)) if settings.warm_up else 0

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        done = (step - warm) / max(1, steps - warm)
        if settings.schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        if settings.schedule == "linear":
            return max(0.0, 1 - done)
        if settings.schedule == "inverse_sqrt":
            return math.sqrt(max(warm, 1) / (step + 1))
        return 1.0

    return factor
