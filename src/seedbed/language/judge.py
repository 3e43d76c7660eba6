"""Stored questions judged again from their text and scenes alone: answers, options, words that do nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.language import lexicon
from seedbed.language.execute import as_text, plain, run
from seedbed.language.fair import removable
from seedbed.language.functions.base import Context
from seedbed.language.programs import Call, skeleton, type_of
from seedbed.language.scenes import Scenes
from seedbed.language.words import noun


def judge(questions: Sequence[Mapping[str, Any]], scenes: Scenes, of: Sequence[int]) -> Counter[str]:
    """Counts: `executed`, `unconfirmed` (the program gives something else), `ambiguous` (it gives nothing certain),
    `degenerate` (a word that should matter does nothing), `wrong_options` (twice there, or the answer is not there or
    not alone), `words` and `removable_words` (words and relations, of a truth descriptions; those that change nothing).
    """
    groups: dict[Call, list[tuple[int, dict[str, str]]]] = {}
    for k, q in enumerate(questions):
        shape, words = skeleton(q["program"])
        groups.setdefault(shape, []).append((k, words))
    found: Counter[str] = Counter(executed=len(questions))
    for shape, members in groups.items():
        type_of(shape)
        cx = Context(scenes, np.array([of[k] for k, _ in members], int))
        codes = {name: lexicon.codes([words[name] for _, words in members]) for name in members[0][1]}
        shared: dict[Call, Any] = {}
        value = run(shape, cx, codes, shared)
        for row, (k, _) in enumerate(members):
            found.update(_answer(questions[k], plain(value, row) if value.ok[row] else None))
        # of and / or, what is free of the other need not matter
        if not any(call.name in ("both", "either") for call in shape.calls()):
            idle = removable(shape, cx, codes, value, shared=shared)
            found["degenerate"] += int(np.any([part & value.ok for part in idle], axis=0).sum()) if idle else 0
            found["words"] += len(idle) * int(value.ok.sum())
            found["removable_words"] += sum(int((part & value.ok).sum()) for part in idle)
    for name in ("unconfirmed", "ambiguous", "degenerate", "wrong_options"):
        found[name] += 0
    return found


def _answer(question: Mapping[str, Any], value: Any) -> Counter[str]:
    if value is None:
        return Counter(ambiguous=1)
    told = as_text(value)
    stored = question.get("value") or question["answer"]
    wrong: Counter[str] = Counter()
    if told != stored:
        wrong["unconfirmed"] += 1
    options = question["options"]
    if options and (len(set(options)) < len(options) or options.count(question["answer"]) != 1):
        wrong["wrong_options"] += 1
    if options and question.get("value") is None and sum(o in (told, noun(told)) for o in options) != 1:
        wrong["wrong_options"] += 1
    return wrong
