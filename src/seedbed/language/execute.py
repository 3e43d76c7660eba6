"""Execution: a program over many scenes at once, and one program on one scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.errors import SeedbedError
from seedbed.language import lexicon
from seedbed.language.functions import FUNCTIONS
from seedbed.language.functions.base import Context, Events, Number, Object, Objects, Place, Truth, Word
from seedbed.language.masks import MOST, unpacked
from seedbed.language.programs import Call, Hole, parse, skeleton, type_of
from seedbed.language.scenes import Scene, Scenes


class NotUnique(SeedbedError):
    """The program has no certain answer in this scene: a reference is not unique, or a margin is not cleared."""


Words = Mapping[str, np.ndarray]


def run(program: Call, cx: Context, words: Words, known: dict[Call, Any] | None = None) -> Any:
    """The values of a program for B bindings; `words` holds codes (B,) for each hole. `known` shares parts."""
    known = {} if known is None else known
    found = known.get(program)
    if found is None:
        args = [run(arg, cx, words, known) if isinstance(arg, Call) else _word(arg, cx, words) for arg in program.args]
        found = known[program] = FUNCTIONS[program.name].run(cx, *args)
    return found


def _word(arg: str | Hole, cx: Context, words: Words) -> Word:
    if isinstance(arg, Hole):
        return Word(words[arg.name], words[arg.name] >= 0)
    return Word(np.full(cx.count, lexicon.code(arg)), np.ones(cx.count, bool))


def execute(program: Call, scene: Scene) -> Any:
    """The value of a program on a scene: list of object numbers, object number, int, str, bool, or pixel list.

    Raises NotUnique where it has no certain value.
    """
    type_of(program)
    value = run(program, Context(Scenes([scene]), np.zeros(1, int)), {})
    if isinstance(value, Objects):
        if value.sure[0] != value.maybe[0]:
            raise NotUnique("it is not certain which objects fit", where=str(program)[:120])
        return [int(k) for k in np.flatnonzero(unpacked(value.sure, MOST)[0])]
    if not value.ok[0]:
        raise NotUnique("no certain answer in this scene", where=str(program)[:120])
    return plain(value, 0)


def plain(value: Any, row: int) -> Any:
    """One entry of a column of values as a plain Python value."""
    if isinstance(value, Truth):
        return bool(value.value[row])
    if isinstance(value, Number):
        return int(value.value[row])
    if isinstance(value, Word):
        return lexicon.word(int(value.code[row]))
    if isinstance(value, Place):
        return [int(v) for v in value.value[row]]
    if isinstance(value, Events):
        return [int(k) for k in np.flatnonzero(value.mask[row])]
    assert isinstance(value, Object) or hasattr(value, "index")
    return int(value.index[row])


def as_text(value: Any) -> str:
    """A value as an answer: yes, no, a number, a word, `[x, y]`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def answer(program: Call, scene: Scene) -> str:
    """The value as an answer's text. Raises NotUnique where it has no certain value."""
    return as_text(execute(program, scene))


def answers(programs: Sequence[str], scenes: Scenes, of: Sequence[int]) -> list[str | None]:
    """The answers of stored programs, each on one of the scenes; None where there is none.

    Programs that differ in their words only are executed together. Raises UsageError for text that is no program.
    """
    groups: dict[Call, list[tuple[int, dict[str, str]]]] = {}
    for k, text in enumerate(programs):
        shape, words = skeleton(text)
        groups.setdefault(shape, []).append((k, words))
    made: list[str | None] = [None] * len(programs)
    for shape, members in groups.items():
        parse(programs[members[0][0]])
        cx = Context(scenes, np.array([of[k] for k, _ in members], int))
        columns = {name: lexicon.codes([words[name] for _, words in members]) for name in members[0][1]}
        value = run(shape, cx, columns)
        for row, (k, _) in enumerate(members):
            if value.ok[row]:
                made[k] = as_text(plain(value, row))
    return made
