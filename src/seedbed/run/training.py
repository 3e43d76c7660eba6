"""`seedbed train`: a model folder from a dataset or a world: weights, history, curves, what it cost, and a card's stub.

A run that was broken off goes on from its checkpoint when the same command runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from seedbed import registry
from seedbed.dataset import Dataset, policy
from seedbed.dataset.files import read_json
from seedbed.errors import UsageError, nearest
from seedbed.learn.settings import Settings, parse_settings
from seedbed.run.model_folder import CHECKPOINTS, TRAINING, finish, source
from seedbed.run.progress import Progress
from seedbed.run.training_data import TrainingData, rendered, stored


@dataclass(frozen=True)
class Job:
    """What is asked for: the model, the data, and how to fit it. `rows`: of a world that is rendered on the fly."""

    model: str
    data: str
    out: Path
    heads: Sequence[str]
    settings: Settings
    options: Mapping[str, Any] = field(default_factory=dict)
    augment: str = "none"
    label_smoothing: float = 0.0
    validation: float = 0.1
    rows: int | None = None
    world_options: Mapping[str, Any] = field(default_factory=dict)
    use: str = "training"
    override: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values; two equal ones ask for the same weights."""
        return {
            "model": self.model, "data": self.data, "heads": list(self.heads), "options": dict(self.options),
            "augment": self.augment, "label_smoothing": self.label_smoothing, "validation": self.validation,
            "rows": self.rows, "world_options": dict(self.world_options), "settings": self.settings.to_dict(),
        }  # fmt: skip


def train_model(job: Job, *, threads: int | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Train and write `job.out`; returns what training.json holds. A finished folder of the same job stays as it is."""
    from seedbed import learn

    check_options(job.model, job.options)
    done = finished(job.out, job.to_dict())
    if done is not None:
        return done
    data, folders = _data(job)
    overridden = policy.permit(folders, [job.use], action="train", override=job.override)
    rows, held = data.split(job.validation, job.settings.seed)
    learner = registry.get("learner", job.model)(data.heads, **job.options)
    told = progress or Progress("none")
    total = job.settings.count(len(rows))
    with told.step(f"train {job.model}", total, "steps") as step:
        outcome = learn.train(
            learner, rows.images, rows.targets, job.settings, augment=job.augment,
            label_smoothing=job.label_smoothing, validation=(held.images, held.targets) if held else None,
            checkpoints=job.out / CHECKPOINTS, resume=True, progress=step.tick, report=noted(step), threads=threads,
        )  # fmt: skip
    if not first_process():
        return {}
    learner.save(job.out)
    facts = {
        **job.to_dict(), "labels": data.heads, "unlabelled_rows": _unlabelled(folders, data),
        "training_rows": len(rows), "validation_rows": len(held) if held else 0,
        "parameters": learner.parameters_count, "sources": [source(folder) for folder in folders],
    }  # fmt: skip
    scores = _validation(learner, held) if held else {}
    made = finish(job.out, facts, outcome, folders, scores)
    policy.record_override(overridden, [*folders, job.out])
    return made


def _data(job: Job) -> tuple[TrainingData, list[Path]]:
    if Path(job.data).is_dir():
        dataset = Dataset(job.data)
        return stored([dataset], job.heads, unlabelled="dropped"), [dataset.path]
    if job.data not in registry.names("world"):
        raise UsageError(
            "no such dataset, and no world of this name",
            where=job.data,
            hint=nearest(job.data, registry.names("world")),
        )
    if job.rows is None or job.rows < 2:
        raise UsageError(f"rows is {job.rows}", where=f"world {job.data}", hint="say how many: --rows 5000")
    data = rendered(job.data, job.heads, rows=job.rows, seed=job.settings.seed, options=job.world_options)
    return data, []


def _unlabelled(folders: Sequence[Path], data: TrainingData) -> int:
    """Rows of the datasets that were left out, because they have no label."""
    return sum(len(Dataset(folder)) for folder in folders) - len(data) if folders else 0


def _validation(learner: Any, held: TrainingData) -> dict[str, float]:
    """Accuracy of each head on the rows held out."""
    import numpy as np

    answers = learner.predict(held.images.take(np.arange(len(held))))
    found = {}
    for head, labels in held.heads.items():
        right = [labels[index] == said for index, said in zip(held.targets[head], answers[head]["label"])]
        found[head] = float(np.mean(right))
    return found


def check_options(model: str, options: Mapping[str, Any]) -> None:
    """UsageError for a learner or an option that does not exist."""
    import inspect

    learner = registry.get("learner", model, where="train")
    known = [name for name in inspect.signature(learner).parameters if name != "heads"]
    for name in options:
        if name not in known:
            raise UsageError(f"unknown option '{name}'", where=f"learner {model}", hint=nearest(name, known))


def finished(out: Path, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """training.json of a folder that holds the model asked for; UsageError when it holds another one."""
    if not (out / TRAINING).is_file():
        if (out / "config.json").is_file() and not (out / CHECKPOINTS).is_dir():  # broken off while it was written
            raise UsageError("holds a model that train did not write", where=str(out), hint="give another --out")
        return None
    made: dict[str, Any] = read_json(out / TRAINING)
    for name, value in asked.items():
        if made.get(name) != value:
            raise UsageError(
                f"holds a model trained with {name}={made.get(name)}, asked for is {value}", where=str(out),
                hint="give another --out",
            )  # fmt: skip
    return {**made, "already": True}


def noted(step: Any) -> Callable[[dict[str, float]], None]:
    """Shows the loss beside the progress of a step."""

    def note(entry: dict[str, float]) -> None:
        step.note = f"loss {entry['loss']:.4g}"

    return note


def first_process() -> bool:
    """Whether this process writes files: the first of those that train together."""
    import os

    return os.environ.get("RANK", "0") == "0"


def fit_settings(wanted: dict[str, Any], seed: int, epochs: int | None, steps: int | None) -> Settings:
    """Takes the fit's settings out of `wanted`; a checkpoint and an evaluation every 50 steps by default."""
    known = {f.name for f in fields(Settings)} - {"seed", "epochs", "steps"}
    given = {key: wanted.pop(key) for key in list(wanted) if key in known}
    given.setdefault("checkpoint_every", 50)
    given.setdefault("evaluate_every", 50)
    if epochs is None and steps is None:
        epochs = 10
    return Settings(seed=seed, epochs=epochs, steps=steps, **parse_settings(given))


def train_text(
    data: str, column: str | None, out: Path, *, options: dict[str, Any], steps: int | None, epochs: int | None,
    **how: Any,
) -> dict[str, Any]:  # fmt: skip
    """A language model of a text column, in Hugging Face's format; what training.json holds."""
    from seedbed.run.training_text import train_language_model

    options = {"checkpoint_every": 50, "evaluate_every": 50, **options}
    if steps is None and epochs is None:
        epochs = 10
    return train_language_model(
        data, column or "text", out, options=options, steps=steps, epochs=epochs, checkpoints=out / CHECKPOINTS,
        resume=True, **how,
    )  # fmt: skip


def described(model: str, options: dict[str, Any]) -> dict[str, Any]:
    """What a model consists of; `side`, `channels` and `labels` of `options` are those of the images."""
    from seedbed.learn.describe import describe

    sizes = {name: int(options.pop(name)) for name in ("side", "channels", "labels") if name in options}
    return describe(model, options=options, **sizes)


def launch_words(processes: int) -> list[str]:
    """The command that starts processes on this machine which train together: torchrun; accelerate joins them."""
    import sys

    from seedbed.learn.needed import needed

    needed("accelerate", "models")
    return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
