"""Suite `commonsense`: probes of common sense put to a language model.

seedbed audit --suite commonsense --out runs/sense                       the packaged model
seedbed audit my/checkpoint --suite commonsense --set suite=lecture      a checkpoint's folder, or a GGUF file
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.audit.commonsense import Answered, Item, by_completion, by_likelihood, published, read_suite, summary
from seedbed.audit.commonsense.score import GENERATION, MAIN, asked, blank_requests, option_requests
from seedbed.errors import UsageError
from seedbed.learn.models.causal import DEFAULT
from seedbed.learn.models.language import LanguageModel, load_language_model
from seedbed.run.audits.suite import Findings, Suite, SuiteArgs
from seedbed.run.progress import Progress

PART = 48  # items asked at once


@registry.register("suite", "commonsense")
class CommonSense(Suite):
    """Whether a language model has common sense: exact scoring, minimal pairs, controls and blind baselines."""

    target = "a language model, provider/model or a checkpoint's path; packaged/smollm2 where none is given"
    default = DEFAULT

    class Args(SuiteArgs):
        suite: str = "core"  # core, lecture, or the path of a YAML file
        items: int | None = Field(None, ge=2, multiple_of=2)  # of each generated family; default: the suite's own
        mode: Literal["auto", "likelihood", "generation"] = "auto"
        controls: bool = True
        seed: int = Field(0, ge=0)

    def check(self, target: str, args: Any) -> None:
        _mode(load_language_model(target), args.mode)
        read_suite(args.suite).made(args.items, args.seed, args.controls)

    def run(self, target: str, args: Any, progress: Progress) -> Findings:
        from seedbed.run.audits._commonsense_report import findings

        model = load_language_model(target)
        mode = _mode(model, args.mode)
        suite = read_suite(args.suite)
        items = suite.made(args.items, args.seed, args.controls)
        fit = [item for item in items if item.options or mode == "generation"]
        answers = answered(model, fit, mode, progress)
        result: dict[str, Any] = {
            "model": target, "suite": suite.name, "mode": mode, "main_score": MAIN if mode == "likelihood" else GENERATION,
            "seed": args.seed, "without_options": len(items) - len(fit), **summary(answers),
        }  # fmt: skip
        if any(item.published_right is not None for item in fit):
            result["published"] = dict(published(answers))
        return findings(result, answers, suite.about)


def _mode(model: LanguageModel, wanted: str) -> str:
    """likelihood where the model gives it, unless generation is wanted. UsageError where it cannot."""
    able = {"likelihood": model.likelihood, "generation": model.completion}
    mode = wanted if wanted != "auto" else ("likelihood" if model.likelihood else "generation")
    if not able[mode]:
        other = next(name for name, can in able.items() if can)
        raise UsageError(f"this model cannot do mode={mode}", where=model.name, hint=f"it can do mode={other}")
    return mode


def answered(model: LanguageModel, items: Sequence[Item], mode: str, progress: Progress) -> list[Answered]:
    """What the model made of the items, in their order. Short prompts are asked first, so that parts are even."""
    prompts = [asked(item) if mode == "generation" else item.prompt for item in items]
    model.tell({prompt: (item.right, item.options or item.accepted) for prompt, item in zip(prompts, items)})
    with progress.step(f"{mode} of {model.name}", len(items), "items") as shown:
        order = sorted(range(len(items)), key=lambda k: (len(prompts[k]), k))
        parts = [order[start : start + PART] for start in range(0, len(order), PART)]
        blank = _blank(model, items) if mode == "likelihood" else {}
        made: dict[int, Answered] = {}
        for part in parts:
            some = [items[k] for k in part]
            if mode == "likelihood":
                told = _by_likelihood(model, some, blank)
            else:
                told = by_completion(some, model.complete([prompts[k] for k in part]))
            made.update(zip(part, told))
            shown.tick(len(part))
    return [made[k] for k in range(len(items))]


def _by_likelihood(
    model: LanguageModel, items: Sequence[Item], blank: dict[tuple[str, str], float]
) -> list[Answered]:  # fmt: skip
    requests = option_requests(items)
    sums, tokens = model.loglikelihood([p for p, _ in requests], [c for _, c in requests])
    return by_likelihood(items, sums.tolist(), tokens.tolist(), blank)


def _blank(model: LanguageModel, items: Sequence[Item]) -> dict[tuple[str, str], float]:
    """log p of every option after the blank context."""
    requests = blank_requests(items)
    made: list[float] = []
    for start in range(0, len(requests), 4 * PART):
        part = requests[start : start + 4 * PART]
        made += np.asarray(model.loglikelihood([p for p, _ in part], [c for _, c in part])[0]).tolist()
    return dict(zip(requests, made))
