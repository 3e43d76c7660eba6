"""Is every word needed? A question whose answer stays the same without a word or a relation is degenerate.

For numbers and words: dropping any word must change the answer or leave none. A yes stays a yes when a condition is
dropped, so for truths another word in its place may change the answer instead, and of the words that describe one thing
one must matter ("Is there a small red mug?" is no without every one of its words mattering).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from seedbed.language.cells import dropped, is_truth, word_of
from seedbed.language.execute import run
from seedbed.language.functions.base import Context, Number, Truth, Word, taken
from seedbed.language.lexicon import ATTRIBUTES, PREDICATES, codes
from seedbed.language.programs import Call, Hole

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
    parts: dict[str, np.ndarray] = {}
    for idle, call in idle_words(program, cx, words, value, free, shared):
        if is_truth(program):
            part = _described(call)
            parts[part] = parts.get(part, True) & idle
        else:
            fine &= ~idle
    for idle in parts.values():
        fine &= ~idle
    return fine


@lru_cache(maxsize=4096)
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
                idle[rows] = ~_another(program, cx, words, call, hole, rows, answer, known)
        found.append((idle, call))
    return found


def _another(
    program: Call, cx: Context, words: Mapping[str, np.ndarray], call: Call, hole: str, rows: np.ndarray,
    answer: np.ndarray, known: Mapping[Call, Any],
) -> np.ndarray:  # fmt: skip
    """Whether another word in the hole gives another certain answer, for some of the bindings."""
    place, options = _options(cx, call, rows)
    usable = options != words[hole][rows].take(place)
    place, at = place[usable], rows.take(place[usable])
    many = {name: column.take(at) for name, column in words.items()}
    many[hole] = options[usable]
    shared = {part: taken(known[part], at) for part in _without_hole(program, hole) if part in known}
    value = run(program, Context(cx.scenes, cx.of.take(at)), many, shared)
    found = np.zeros(len(rows), bool)
    found[place[value.ok & (key_of(value) != answer.take(at))]] = True
    return found


def _options(cx: Context, call: Call, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(place among the rows, word) for each word that could stand in a call."""
    attribute = call.name.partition("_")[2]
    if attribute not in ATTRIBUTES:
        return np.repeat(np.arange(len(rows)), len(ALTERNATIVES)), np.tile(ALTERNATIVES, len(rows))
    words, starts = cx.scenes.distinct[attribute]
    of = cx.of.take(rows)
    first, count = starts.take(of), starts.take(of + 1) - starts.take(of)
    place = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    return place, words.take(np.repeat(first, count) + within)


@lru_cache(maxsize=4096)
def _without_hole(program: Call, hole: str) -> tuple[Call, ...]:
    """The largest parts of a program that do not use a hole."""
    if all(arg != Hole(hole) for call in program.calls() for arg in call.args):
        return (program,)
    return tuple(part for arg in program.args if isinstance(arg, Call) for part in _without_hole(arg, hole))
