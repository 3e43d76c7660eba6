"""Train a language model on a column of texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.files import write_json
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.steps.train import MODEL
from seedbed.run.texts import Texts, texts_of
from seedbed.run.training_text import fitted, language_model_options, permitted, summary


@registry.register("step", "train_language_model")
class TrainLanguageModel(Step):
    """model/ (a folder that transformers loads by its path) and history.json. `options`: see docs/language_models.md.

    `held_out`: a dataset whose texts give the loss curve that the model was not trained on.
    """

    inputs = ("data", "held_out")

    class Args(StepArgs):
        data: list[str] = Field(min_length=1)
        held_out: str | None = None
        column: str = "text"
        options: dict[str, Any] = Field(default_factory=dict)
        steps: int = Field(500, gt=0)
        use: str = Field("training", description="checked against the data's use policies")
        override: str | None = Field(None, description="'NAME: REASON' of a person who trains all the same")
        threads: int = Field(1, ge=1, description="CPU threads; the same number gives the same weights")
        seed: int = 0

    def check(self, args: Any) -> None:
        language_model_options(args.options, "options")
        policy.known_use(args.use, "use")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        sources = context.many("data")
        folders = [done.dataset().path for done in sources]
        found = [texts_of(folder, args.column) for folder in folders]
        held = held_out_texts(context, args.column) if args.held_out else None
        overridden = permitted(folders, args.use, args.override)
        learner = fitted(
            [text for part in found for text in part.texts], held.texts if held else (),
            language_model_options(args.options), seed=args.seed, steps=args.steps, epochs=None,
            progress=context.progress, threads=args.threads,
        )  # fmt: skip
        learner.save(context.folder / MODEL)
        policy.inherit(context.folder / MODEL, folders)
        policy.record_override(overridden, [*folders, context.folder / MODEL])
        write_json(context.folder / "history.json", learner.record["history"])
        write_json(context.folder / "evaluations.json", learner.record["evaluations"])
        licences = sorted({licence for part in found for licence in part.licences})
        return {"learner": "llama", "rows": len(found[0].texts), "licences": licences, **summary(learner)}


def held_out_texts(context: Context, column: str, name: str = "held_out") -> Texts:
    """The texts of the dataset given as this input."""
    return texts_of(context.one(name).dataset().path, column)


def load_learner(folder: Path, use: str = "evaluation") -> Any:
    """The language model that a train stage saved; refused where its use policy refuses the use."""
    from seedbed.learn.text.language_model import LanguageModelLearner

    place = folder / MODEL
    policy.record_override(policy.permit([place], [use], action="load the model"), [place])
    return LanguageModelLearner.load(place)
