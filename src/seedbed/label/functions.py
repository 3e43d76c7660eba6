"""Labelling functions: the public functions and prompts of one Python file, asked row by row.

def mostly_red(row):                 # a row is a dict of the dataset's columns; None abstains
    return "red" if "red" in row["caption"] else None

asked = Prompt("packaged/smollm2", "{caption} Its colour is", least=0.6)     # a language model, by name
READS = ["caption", "image"]         # optional: the columns of a row (default: all but images and other bytes)
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from seedbed.errors import UsageError, nearest
from seedbed.label.votes import ABSTAIN, Votes


@dataclass(frozen=True)
class Prompt:
    """A language model as a labelling function.

    `model`: `provider/model` (see seedbed.learn.models.language). `text`: the prompt, with `{column}`s. `options`: how
    each label is worded (default: the label itself). A model that gives likelihoods votes for its likeliest option when
    the option's share is `least` or more; one that only completes votes when its text begins with an option.
    """

    model: str
    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    least: float = 0.5


@dataclass(frozen=True)
class Functions:
    """What one file declares, in its order: name -> function or prompt; `reads` None means every light column."""

    path: str
    functions: dict[str, Callable[[dict[str, Any]], Any] | Prompt]
    reads: list[str] | None


def load_functions(path: str | Path) -> Functions:
    """The public functions of one parameter and the prompts of a file. UsageError where it has none or fails."""
    module = _module(Path(path))
    found: dict[str, Callable[[dict[str, Any]], Any] | Prompt] = {}
    for name, thing in vars(module).items():
        own = inspect.isfunction(thing) and thing.__module__ == module.__name__
        if name.startswith("_") or not (own or isinstance(thing, Prompt)):
            continue
        if own and len(inspect.signature(thing).parameters) != 1:
            hint = "a labelling function takes a row; let helpers begin with _"
            raise UsageError(f"'{name}' does not take one parameter", where=str(path), hint=hint)
        found[name] = thing
    if not found:
        raise UsageError("no labelling function", where=str(path), hint="write def name(row): return label or None")
    return Functions(str(path), found, getattr(module, "READS", None))


def _module(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError("no such file", where=str(path), hint="give a .py file of labelling functions")
    spec = importlib.util.spec_from_file_location(f"seedbed_labelling_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UsageError("not a Python file", where=str(path), hint="labelling functions are one .py file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"the file failed to import: {error!r}", where=str(path)) from error
    return module


def ask(
    functions: Mapping[str, Callable[[dict[str, Any]], Any] | Prompt],
    rows: Sequence[dict[str, Any]],
    labels: Sequence[str],
    truths: Sequence[str | None] | None = None,
) -> Votes:
    """Every function's vote on every row. `truths` are told to mock models only.

    UsageError names the function and the row (its `id`, else its number) where a function raises or gives a label that
    is not in `labels`.
    """
    if len(labels) < 2 or len(set(labels)) != len(labels):
        raise UsageError(f"labels are {list(labels)}", where="label", hint="two or more, each once")
    matrix = np.full((len(rows), len(functions)), ABSTAIN)
    for j, (name, function) in enumerate(functions.items()):
        if isinstance(function, Prompt):
            matrix[:, j] = _prompted(name, function, rows, labels, truths)
        else:
            matrix[:, j] = [_vote(name, function, k, row, labels) for k, row in enumerate(rows)]
    return Votes(matrix, list(functions), list(labels))


def _vote(name: str, function: Callable[[dict[str, Any]], Any], k: int, row: dict[str, Any], labels: Any) -> int:
    try:
        given = function(row)
    except Exception as error:
        hint = f"it has {', '.join(row)}" if isinstance(error, KeyError) else "return None to abstain"
        raise UsageError(f"it failed on row {_row(k, row)}: {error!r}", where=f"function {name}", hint=hint) from error
    if given is None:
        return ABSTAIN
    if given not in labels:
        what = f"it gave {given!r} for row {_row(k, row)}, which is no label"
        raise UsageError(what, where=f"function {name}", hint=nearest(str(given), labels))
    return int(labels.index(given))


def _row(k: int, row: Mapping[str, Any]) -> str:
    return str(row.get("id", k))


def _prompted(
    name: str, prompt: Prompt, rows: Sequence[dict[str, Any]], labels: Sequence[str], truths: Any
) -> list[int]:
    from seedbed.learn.models.language import load_language_model

    for label in prompt.options:
        if label not in labels:
            raise UsageError(f"an option for '{label}'", where=f"prompt {name}", hint=nearest(label, labels))
    model = load_language_model(prompt.model)
    words = [prompt.options.get(label, label) for label in labels]
    texts = [_filled(name, prompt, k, row) for k, row in enumerate(rows)]
    if truths is not None:
        named = dict(zip(labels, words))
        model.tell({text: (named.get(str(truth), ""), words) for text, truth in zip(texts, truths)})
    if model.likelihood:
        return _likeliest(model, texts, words, prompt.least)
    return [_begun(text, words) for text in model.complete(texts)]


def _filled(name: str, prompt: Prompt, k: int, row: dict[str, Any]) -> str:
    try:
        return prompt.text.format_map(row)
    except (KeyError, ValueError, IndexError) as error:
        what = f"its text cannot be filled for row {_row(k, row)}: {error!r}"
        raise UsageError(what, where=f"prompt {name}", hint=f"columns: {', '.join(row)}") from None


def _likeliest(model: Any, texts: list[str], words: list[str], least: float) -> list[int]:
    """The option with the largest share of the options' likelihoods, each the sum over its tokens."""
    pairs = [(text, f" {word}") for text in texts for word in words]
    logs = model.loglikelihood([p for p, _ in pairs], [w for _, w in pairs])[0].reshape(len(texts), len(words))
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return [int(row.argmax()) if row.max() >= least else ABSTAIN for row in shares]


def _begun(text: str, words: Sequence[str]) -> int:
    """The option that a completion begins with; the longest where several fit."""
    said = text.strip().strip("\"'*. ").lower()
    fits = [k for k, word in enumerate(words) if said.startswith(word.lower())]
    return max(fits, key=lambda k: len(words[k])) if fits else ABSTAIN
