"""What a model by name can do, and how its answers are compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.errors import UsageError

LETTERS = "ABCDEF"
PROVIDERS = ("mock", "python", "openai-api", "local", "hf")


@dataclass(frozen=True)
class Asked:
    """A question with its picture (encoded bytes); `answer` and `program` are for mock models only."""

    image: bytes
    question: str
    options: tuple[str, ...] = ()
    answer: str = ""
    program: str = ""
    key: str = ""  # names the question: mock models draw from it


class Model:
    """Answers questions, or scores texts for pictures; a model that only scores answers by its best option."""

    name = ""

    def answer(self, asked: Sequence[Asked]) -> list[str]:
        """An answer for each question."""
        texts = [[f"{q.question} {option}" for option in q.options] for q in asked]
        if any(not options for options in texts):
            raise UsageError("a model that scores can only be asked questions with options", where=self.name)
        made = []
        for q, options in zip(asked, texts):
            scores = self.score([q.image] * len(options), options)
            made.append(q.options[int(np.argmax(scores))])
        return made

    def score(self, images: Sequence[bytes], texts: Sequence[str]) -> list[float]:
        """How well each text fits its picture."""
        raise UsageError("this model cannot score texts", where=self.name, hint="give one that scores (image, text)")


def load_model(name: str) -> Model:
    """The model `provider/model`, or a folder with a dual encoder. UsageError: unknown provider, or what it lacks."""
    provider, sign, rest = name.partition("/")
    folder = (Path(name) / "config.json").is_file()
    if not folder and (not sign or provider not in PROVIDERS):
        hint = f"write provider/model, or a model's folder; providers: {', '.join(PROVIDERS)}"
        raise UsageError(f"no model '{name}'", where="model", hint=hint)
    if folder or provider in ("local", "hf"):
        from seedbed.learn.models.dual import DualModel

        return DualModel(name if folder else rest, name)
    if provider == "mock":
        from seedbed.learn.models.mock import Mock

        return Mock(rest)
    if provider == "python":
        from seedbed.learn.models.functions import Functions

        return Functions(rest)
    from seedbed.learn.models.openai_api import OpenAiApi

    return OpenAiApi(rest)


def right(asked: Asked, given: str) -> bool:
    """Whether an answer is right: the text, its letter among options, a number in digits or words; case and
    punctuation aside.
    """
    said, wanted = _plain(given), _plain(asked.answer)
    if said == wanted or _first_number(said) == wanted:
        return True
    if asked.options:
        letter = LETTERS[asked.options.index(asked.answer)].lower()
        return said == letter or said.startswith((f"{letter} ", f"{letter}) ")) or said == f"{letter} {wanted}"
    return bool(wanted in ("yes", "no") and said.split(" ")[0].strip(",") == wanted)


_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {w: str(k) for k, w in enumerate(_DIGITS)}


def _plain(text: Any) -> str:
    words = re.sub(r"[^a-z0-9\[\], ]+", " ", str(text).lower()).split()
    if words and words[0] in ("a", "an", "the") and len(words) > 1:
        words = words[1:]
    return " ".join(_NUMBERS.get(w, w) for w in words)


def _first_number(text: str) -> str | None:
    found = re.fullmatch(r"(?:there (?:is|are) )?(\d+)(?: \w+)*", text)
    return found.group(1) if found else None
