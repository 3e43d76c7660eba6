"""Language models by name, `provider/model`: how likely a continuation is, and how a text goes on.

packaged/smollm2                    weights in an installed package (SmolLM2-135M-Instruct)
hf/FOLDER, FOLDER, FILE.gguf         a checkpoint on this machine: a folder in Hugging Face's format, or a GGUF file
openai-api/NAME/MODEL               any server with OpenAI's chat interface: completions only, no likelihoods
python/FILE.py:FUNCTION             yours: (prompt) -> text, or (prompt, continuation) -> log-likelihood
mock/truth, chance, longest, weak:WORD   answers from the question's own truth, to try a suite without a model
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from seedbed.dataset.policy import permit, record_override
from seedbed.errors import UsageError
from seedbed.learn.models.causal import DEFAULT, Causal

PROVIDERS = ("packaged", "hf", "openai-api", "python", "mock")
MOCKS = ("truth", "chance", "longest", "weak")


class LanguageModel:
    """What a probe of language may ask. `likelihood` and `completion` say which of the two a model can do."""

    name = ""
    likelihood = False
    completion = False

    def loglikelihood(self, prompts: Sequence[str], continuations: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """For each pair: log p(continuation | prompt) in nats, float64 (n,), and its number of tokens, int (n,), 0
        where the model does not tell its tokens.
        """
        raise UsageError("it gives no likelihoods", where=self.name, hint="use mode=generation")

    def complete(self, prompts: Sequence[str]) -> list[str]:
        """How each text goes on: the first line of the answer."""
        raise UsageError("it completes no texts", where=self.name, hint="use mode=likelihood")

    def tell(self, truths: Mapping[str, tuple[str, Sequence[str]]]) -> None:
        """prompt -> (answer, options): for mock models only; every other one ignores it."""


def load_language_model(name: str = DEFAULT, *, use: str = "evaluation") -> LanguageModel:
    """The model `provider/model`, or the checkpoint at this path; UsageError for an unknown provider, what it lacks, or
    a use that the checkpoint's own policy refuses.
    """
    provider, sign, rest = name.partition("/")
    if provider not in PROVIDERS and (Path(name).is_dir() or name.endswith(".gguf")):
        provider, sign, rest = "hf", "/", name
    if not sign or not rest or provider not in PROVIDERS:
        known = f"providers: {', '.join(PROVIDERS)}, such as {DEFAULT}"
        hint = f"write provider/model ({known}), or the path of a checkpoint"
        raise UsageError(f"no language model '{name}'", where="model", hint=hint)
    if provider == "packaged":
        return Local(Causal.packaged(rest))
    if provider == "hf":
        causal = Causal.folder(rest)
        record_override(permit([causal.home], [use], action="load the model"), [causal.home])
        return Local(causal)
    if provider == "openai-api":
        return Served(rest)
    if provider == "python":
        return Called(rest)
    return Mock(rest)


class Local(LanguageModel):
    """Weights on this machine."""

    likelihood = completion = True

    def __init__(self, causal: Causal) -> None:
        self.causal, self.name = causal, causal.name

    def loglikelihood(self, prompts: Sequence[str], continuations: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        return self.causal.loglikelihood(prompts, continuations)

    def complete(self, prompts: Sequence[str]) -> list[str]:
        return self.causal.complete(prompts)


class Served(LanguageModel):
    """A server with OpenAI's chat interface. It gives no likelihoods of given texts, so it is asked to go on."""

    completion = True
    asked = "Go on with this text, or answer it, in as few words as possible. Write only what comes next.\n\n"

    def __init__(self, rest: str) -> None:
        from seedbed.learn.models.openai_api import OpenAiApi

        self.server = OpenAiApi(rest)
        self.name = self.server.name

    def complete(self, prompts: Sequence[str]) -> list[str]:
        return [_line(self.server.complete(self.asked + prompt)) for prompt in prompts]


class Called(LanguageModel):
    """A function of the user: one parameter completes, two score."""

    def __init__(self, rest: str) -> None:
        from seedbed.learn.models.functions import found_function

        self.name = f"python/{rest}"
        self.call = found_function(rest, self.name)
        self.likelihood = len(inspect.signature(self.call).parameters) >= 2
        self.completion = not self.likelihood

    def loglikelihood(self, prompts: Sequence[str], continuations: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        if not self.likelihood:
            return super().loglikelihood(prompts, continuations)
        made = np.array([self._number(p, c) for p, c in zip(prompts, continuations, strict=True)], float)
        return made, np.zeros(len(made), int)

    def complete(self, prompts: Sequence[str]) -> list[str]:
        if not self.completion:
            return super().complete(prompts)
        return [_line(str(self._called(prompt))) for prompt in prompts]

    def _number(self, prompt: str, continuation: str) -> float:
        given = self._called(prompt, continuation)
        try:
            value = float(given)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            value = float("nan")
        if not np.isfinite(value):
            raise UsageError(f"the function gave {given!r}", where=self.name, hint="give a log-likelihood")
        return value

    def _called(self, *args: str) -> object:
        from seedbed.learn.models.functions import called

        return called(self.call, self.name, *args)


class Mock(LanguageModel):
    """Knows the truth that it is told. `truth`: always right. `chance`: any option. `longest`: the longest option,
    whatever the text says. `weak:older,heavier`: right, but by chance where the prompt has one of the words.
    """

    likelihood = completion = True

    def __init__(self, rest: str) -> None:
        self.name = f"mock/{rest}"
        self.kind, _, words = rest.partition(":")
        self.words = tuple(word.strip() for word in words.split(",") if word.strip())
        if self.kind not in MOCKS or (self.kind == "weak") != bool(self.words):
            raise UsageError(f"no model '{self.name}'", where="model", hint=f"known: {', '.join(MOCKS)}:WORD")
        self.truths: dict[str, tuple[str, Sequence[str]]] = {}

    def tell(self, truths: Mapping[str, tuple[str, Sequence[str]]]) -> None:
        self.truths.update(truths)

    def loglikelihood(self, prompts: Sequence[str], continuations: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        sums = [self._score(p, c.strip()) for p, c in zip(prompts, continuations, strict=True)]
        return np.array(sums), np.array([len(c.split()) for c in continuations], int)

    def complete(self, prompts: Sequence[str]) -> list[str]:
        made = []
        for prompt in prompts:
            options = self.truths.get(prompt, ("", ()))[1]
            made.append(max(options, key=lambda option: self._score(prompt, option)) if options else "")
        return made

    def _score(self, prompt: str, option: str) -> float:
        answer = self.truths.get(prompt, ("", ()))[0]
        drawn = -8.0 * (zlib.crc32(f"{self.name}|{prompt}|{option}".encode()) + 1) / 2.0**32
        if self.kind == "longest":
            return -100.0 + len(option)
        knows = self.kind == "truth" or (self.kind == "weak" and not any(w in prompt for w in self.words))
        return (-1.0 if option == answer else -9.0) if knows and answer else drawn


def _line(text: str) -> str:
    """The first line that holds something."""
    return next((line.strip() for line in text.split("\n") if line.strip()), "")
