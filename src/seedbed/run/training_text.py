"""Train a language model on a column of texts, hold some out, and say what it is worth beside n-gram models.

result = train_language_model("data/a", "captions.dense", "models/a", seed=0, options={"width": 64}, steps=300)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seedbed.dataset import policy
from seedbed.document.compute import transformer_flop
from seedbed.errors import UsageError, nearest
from seedbed.run.progress import Progress
from seedbed.run.texts import split_rows, texts_of

if TYPE_CHECKING:
    from seedbed.learn.text.language_model import LanguageModelLearner

NAME = "llama"
SAMPLES = 4


class LanguageModelOptions(BaseModel):
    """What a language model is made of and how it is fitted; the rest is `learn.Settings`."""

    model_config = ConfigDict(extra="forbid")

    vocabulary: int = Field(512, ge=259, description="tokens, most")
    width: int = Field(128, ge=2)
    layers: int = Field(4, ge=1)
    heads: int = Field(4, ge=1)
    kv_heads: int = Field(2, ge=1)
    feed_forward: int | None = Field(None, ge=1)
    context: int = Field(512, ge=2, description="tokens that it can read at once")
    block: int = Field(128, ge=2, description="tokens that it reads at once in training")
    rope_theta: float = Field(10_000.0, gt=0)
    tied: bool = True
    batch_size: int = Field(16, ge=1)
    learning_rate: float = Field(3e-3, gt=0)
    weight_decay: float = Field(0.1, ge=0)
    clip: float | None = Field(1.0, gt=0)
    schedule: str = "cosine"
    warm_up: float = Field(0.1, ge=0, lt=1)
    ema: float | None = None
    accumulate: int = Field(1, ge=1)
    precision: str = "auto"
    evaluate_every: int | None = Field(None, ge=1)
    patience: int | None = Field(None, ge=1)
    checkpoint_every: int | None = Field(None, ge=1)

    def size(self) -> Any:
        """The architecture's part."""
        from seedbed.learn.text.llama import LlamaSize

        return LlamaSize(**{name: getattr(self, name) for name in LlamaSize.__dataclass_fields__})

    def fit(self) -> dict[str, Any]:
        """The arguments of `fit_language_model` but the size."""
        from seedbed.learn.text.llama import LlamaSize

        return {k: v for k, v in self.model_dump().items() if k not in LlamaSize.__dataclass_fields__}


def language_model_options(given: Mapping[str, Any], where: str = "options") -> LanguageModelOptions:
    """The options, checked; UsageError names the key and the nearest one."""
    try:
        made = LanguageModelOptions.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            hint = nearest(key, LanguageModelOptions.model_fields)
            raise UsageError(f"unknown option '{key}'", where=where, hint=hint) from None
        raise UsageError(f"{key}: {first['msg']}", where=where) from None
    made.size()
    return made


def train_language_model(
    dataset_path: str | Path, column: str, out: str | Path, *, seed: int, options: Mapping[str, Any] | None = None,
    steps: int | None = None, epochs: int | None = None, held_out: float = 0.1, progress: Progress | None = None,
    checkpoints: Path | None = None, resume: bool = False, use: str = "training", override: str | None = None,
    threads: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Train on the column's texts but a share `held_out`, measure on those, and write `out`; returns training.json.

    options: of the model and of the fit. The folder has what `seedbed train` writes for every model, and can be loaded
    by its path. `perplexities`: the model beside n-gram models, with intervals. A finished folder stays.
    UsageError where the dataset's use policy refuses `use`; the model inherits the policy.
    """
    from seedbed.run.model_folder import finish, source
    from seedbed.run.text_measures import measured, scores_of
    from seedbed.run.training import finished, first_process

    told, out = progress or Progress("none"), Path(out)
    wanted = language_model_options(options or {})
    asked = {
        "model": NAME, "data": str(dataset_path), "column": column, "options": wanted.model_dump(), "seed": seed,
        "asked_steps": steps, "epochs": epochs, "validation": held_out,
    }  # fmt: skip
    done = finished(out, asked)
    if done is not None:
        return done
    found = texts_of(dataset_path, column)
    training, held = (found.take(rows) for rows in split_rows(len(found.texts), held_out, seed))
    folders = [Path(dataset_path)] if Path(dataset_path).is_dir() else []
    overridden = permitted(folders, use, override)
    learner = fitted(
        training, held, wanted, seed=seed, steps=steps, epochs=epochs, progress=told, checkpoints=checkpoints,
        resume=resume, threads=threads,
    )  # fmt: skip
    if not first_process():
        return {}
    told.say(f"measure it on {len(held):,} held-out texts")
    perplexities = measured(learner, training, held)
    learner.save(out)
    facts = {
        **asked, "blank": found.blank, "licences": found.licences, **summary(learner), "training_rows": len(training),
        "validation_rows": perplexities["documents"], "sources": [source(folder) for folder in folders],
        "perplexities": perplexities, "samples": learner.sample(seed=seed, count=SAMPLES, most=wanted.block),
    }  # fmt: skip
    made = finish(out, facts, learner.outcome, folders, scores_of(perplexities))
    policy.record_override(overridden, [*folders, out])
    return made


def permitted(folders: Sequence[Path], use: str, override: str | None) -> Mapping[str, Any] | None:
    """Asks the use policies of the data; the override that was needed."""
    policy.known_use(use, "use")
    return policy.permit(folders, [use], action="train", override=override)


def fitted(
    training: Sequence[str], held: Sequence[str], wanted: LanguageModelOptions, *, seed: int, steps: int | None,
    epochs: int | None, progress: Progress, checkpoints: Path | None = None, resume: bool = False,
    threads: int | None = None,
) -> LanguageModelLearner:  # fmt: skip
    """The learner trained on `training`, with progress; `held` gives the curve of held-out loss."""
    from seedbed.learn.settings import Settings
    from seedbed.learn.text.language_model import fit_language_model, pack_texts
    from seedbed.learn.text.tokenizer import train_tokenizer
    from seedbed.run.training import noted

    options = wanted.fit()
    vocabulary, block = options.pop("vocabulary"), options.pop("block")
    how = Settings(seed=seed, steps=steps, epochs=epochs, **options)  # checked before anything is trained
    progress.say(f"train a tokenizer on {len(training):,} texts")
    tokens = train_tokenizer(training, vocabulary, context=wanted.context)
    total = how.count(len(pack_texts(tokens, training, block).blocks))
    with progress.step(f"train {NAME}", total, "steps") as shown:
        return fit_language_model(
            training, seed=seed, steps=steps, epochs=epochs, size=wanted.size(), tokenizer=tokens, block=block,
            held_out=held if how.evaluate_every else (), checkpoints=checkpoints, resume=resume, progress=shown.tick,
            report=noted(shown), threads=threads, **options,
        )  # fmt: skip


def summary(learner: LanguageModelLearner) -> dict[str, Any]:
    """The record's figures, plain: sizes, packing, loss, time, operations counted and by 6 N D."""
    r = learner.record
    last = r["history"][-1] if r["history"] else {"loss": None}
    return {
        "parameters": r["parameters"]["all"], "vocabulary": r["vocabulary"], **r["packing"], "steps": r["steps"],
        "tokens_trained": r["tokens_trained"], "final_loss": last["loss"], "seconds": round(r["seconds"], 2),
        "tokens_per_second": round(r["tokens_trained"] / r["seconds"], 1) if r["seconds"] else None,
        "waiting_share": r["waiting"] / r["seconds"] if r["seconds"] else None, "flop_counted": r["flop"],
        "flop_6nd": transformer_flop(r["parameters"]["multiplied"], max(1, r["tokens_trained"])),
        "stopped": r["stopped"],
    }  # fmt: skip
