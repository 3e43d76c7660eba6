"""What a trained language model is worth: perplexity beside n-gram models, and what its samples hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.dataset.files import write_json
from seedbed.language.read_dense import DenseReader
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.steps.train_language_model import held_out_texts, load_learner
from seedbed.run.text_measures import baselines, checked_samples, measured
from seedbed.run.texts import texts_of

SHOWN = 8


@registry.register("step", "language_quality")
class LanguageQuality(Step):
    """samples.json and the result: held-out perplexity of the model and of n-gram models; the samples of each, and the
    held-out texts themselves, read against the captions' grammar where `grammar` is `dense`.
    """

    inputs = ("model", "training", "held_out")

    class Args(StepArgs):
        model: str
        training: list[str] = Field(min_length=1)
        held_out: str
        column: str = "text"
        samples: int = Field(200, ge=1)
        most: int = Field(160, ge=1, description="tokens of a sample")
        temperature: float = Field(1.0, ge=0)
        top_k: int | None = Field(None, ge=1)
        top_p: float | None = Field(None, gt=0, le=1)
        grammar: str | None = Field(None, pattern="^dense$")
        seed: int = 0

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        learner = load_learner(context.one("model").folder)
        found = [texts_of(done.dataset().path, args.column) for done in context.many("training")]
        training = [text for part in found for text in part.texts]
        held = held_out_texts(context, args.column)
        context.progress.say(f"perplexity on {len(held.texts):,} held-out texts")
        result = measured(learner, training, held.texts)
        reader = DenseReader.of(facts for part in found for facts in part.facts) if args.grammar else None
        context.progress.say(f"{args.samples} samples")
        options = {"temperature": args.temperature, "top_k": args.top_k, "top_p": args.top_p}
        drawn = {
            "model": learner.sample(seed=args.seed, count=args.samples, most=args.most, **options),
            **_by_ngrams(learner.tokenizer, training, args.samples, args.most, args.seed),
            "held_out": held.texts[: args.samples],
        }
        write_json(context.folder / "samples.json", drawn)
        result["samples"] = {name: checked_samples(texts, training, reader) for name, texts in drawn.items()}
        result["examples"] = {name: texts[:SHOWN] for name, texts in drawn.items()}
        return result


def _by_ngrams(tokens: Any, training: Sequence[str], count: int, most: int, seed: int) -> dict[str, list[str]]:
    made = {}
    for name, model in baselines(tokens, training).items():
        if model.order > 1:
            drawn = [model.sample(np.random.default_rng([seed, 31, k]), most) for k in range(count)]
            made[name] = [tokens.decode(row, skip_special_tokens=True) for row in drawn]
    return made
