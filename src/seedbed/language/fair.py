"""Is every word needed? A question whose answer stays the same without a word or a relation is degenerate.

For numbers and words: dropping any word must change the answer or leave none. A yes stays a yes when a condition is
dropped, so for truths another word in its place may change the answer instead, and of the words that describe one thing
one must matter ("Is there a small red mug?" is no without every one of its words mattering).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seedbed.language.cells import dropped, is_truth, word_of
from seedbed.language.execute import run
from seedbed.language.functions.base import Context, Number, Truth, Word
from seedbed.language.lexicon import ATTRIBUTES, PREDICATES, codes
from seedbed.language.programs import Call

ALTERNATIVES = codes(PREDICATES[:4])


def key_of(value: Any) -> np.ndarray:
    """The answers as comparable numbers (B,)."""
    if isinstance(value, Word):
        return np.asarray(value.code).astype(np.int64)
    if isinstance(value, Truth | Number):
        return np.asarray(value.value).astype(np.int64)
    flat: np.ndarray = (np.asarray(value.value).astype(np.int64) * (4096 ** np.arange(value.value.shape[1]))).sum(1)
    return flat


def needed(
    program: Call,
    cx: Context,
    words: Mapping[str, np.ndarray],
    value: Any,
    free: tuple[str, ...] = (),
    shared: dict[Call, Any] | None = None,
) -> np.ndarray:
    """bool (B,): whether every word of the bindings matters. `free`: holes that need not."""
    fine = np.ones(cx.count, bool)
    for idle in removable(program, cx, words, value, free, shared):
        fine &= ~idle
    return fine


def removable(
    program: Call,
    cx: Context,
    words: Mapping[str, np.ndarray],
    value: Any,
    free: tuple[str, ...] = (),
    shared: dict[Call, Any] | None = None,
) -> list[np.ndarray]:
    """bool (B,) for each word or relation, of a truth for each description or relation: whether it changes nothing."""
    found = idle_words(program, cx, words, value, free, shared)
    if not is_truth(program):
        return [idle for idle, _ in found]
    parts: dict[str, np.ndarray] = {}
    for idle, call in found:
        part = _described(call)
        parts[part] = parts.get(part, True) & idle
    return list(parts.values())


def _described(call: Call) -> str:
    """What a filter's word belongs to: its description's hole, or itself; filters on one set belong together."""
    hole = word_of(call)
    if hole is not None and "." in hole:
        return hole.partition(".")[0]
    while call.name.startswith("filter_") and isinstance(call.args[0], Call) and call.args[0].args:
        call = call.args[0]
    return str(call)


def idle_words(
    program: Call,
    cx: Context,
    words: Mapping[str, np.ndarray],
    value: Any,
    free: tuple[str, ...] = (),
    shared: dict[Call, Any] | None = None,
) -> list[tuple[np.ndarray, Call]]:
    """For each word or relation: (bool (B,) where it changes nothing, the call that it stands in)."""
    found = []
    known = {} if shared is None else shared
    answer, truth = key_of(value), is_truth(program)
    for call, plainer in dropped(program):
        hole = word_of(call)
        if hole is not None and hole.partition(".")[0] in free:
            continue
        other = run(plainer, cx, words, known)
        idle = other.ok & (key_of(other) == answer)
        if truth:
            if hole is None:
                continue  # a constant: nothing else can be put in its place
            rows = np.flatnonzero(idle)
            if len(rows):
                idle[rows] = ~_another(program, cx, words, call, hole, rows, answer)
        found.append((idle, call))
    return found


def _another(
    program: Call,
    cx: Context,
    words: Mapping[str, np.ndarray],
    call: Call,
    hole: str,
    rows: np.ndarray,
    answer: np.ndarray,
) -> np.ndarray:
    """Whether another word in the hole gives another certain answer, for some of the bindings."""
    attribute = call.name.partition("_")[2]
    if attribute in ATTRIBUTES:
        options = cx.scenes.attribute[attribute][cx.of[rows]]
        options = np.concatenate([options, np.full((len(rows), 1), -2)], axis=1)  # -2: a word that nothing has
    else:
        options = np.broadcast_to(ALTERNATIVES, (len(rows), len(ALTERNATIVES)))
    width = options.shape[1]
    many = {name: np.repeat(column[rows], width) for name, column in words.items()}
    many[hole] = options.reshape(-1)
    value = run(program, Context(cx.scenes, np.repeat(cx.of[rows], width)), many)
    usable = (many[hole] != np.repeat(words[hole][rows], width)) & (many[hole] != -1)
    differs = usable & value.ok & (key_of(value) != np.repeat(answer[rows], width))
    found: np.ndarray = differs.reshape(len(rows), width).any(1)
    return found
