"""A family with the attributes of its descriptions chosen: one program with holes for words, and what must matter.

`count_things` with `holes: {x: [[color], [size, category]]}` has two cells: "How many red things...", "How many small
mugs...". A cell is what is drawn, executed in columns and kept even.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property, lru_cache

from seedbed.errors import UsageError, nearest
from seedbed.language.families import HOLE, Family
from seedbed.language.functions import FUNCTIONS
from seedbed.language.lexicon import ATTRIBUTES
from seedbed.language.programs import Call, Hole, type_of, with_holes

MOST = 9  # cells of one family
ORDER = ("size", "color", "material", "state", "group", "category")  # of words in a phrase, and of filters
FORM_OF = {"number": "number", "truth": "yes/no", "word": "word", "point": "point", "box": "box"}
# functions that narrow a set down to one object by comparing: without the comparison, only a sole object is meant
_PICKS = ("leftmost", "rightmost", "nearest", "farthest", "shortest", "tallest", "smallest", "largest", "nth",
          "closest_to", "farthest_from")  # fmt: skip


@dataclass(frozen=True)
class Word:
    """A hole of the program: the family's hole it belongs to, its attribute or kind, its words (none: the world's)."""

    hole: str
    kind: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A family with its descriptions' attributes chosen."""

    family: Family
    signature: tuple[tuple[str, tuple[str, ...]], ...]
    program: Call
    words: dict[str, Word]
    gives: str

    def __hash__(self) -> int:
        return hash((self.family.name, self.signature))

    @cached_property
    def name(self) -> str:
        return "/".join([self.family.name, *("+".join(names) for _, names in self.signature)])

    @cached_property
    def everything(self) -> bool:
        """Whether hidden objects may be described."""
        return any(call.name == "all" for call in self.program.calls())


@lru_cache(maxsize=4096)
def _cells(key: str, family: _Key) -> tuple[Cell, ...]:
    return tuple(_make(family.family))


@dataclass(frozen=True)
class _Key:
    family: Family

    def __hash__(self) -> int:
        return hash(self.family.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.family == other.family


def cells_of(family: Family) -> tuple[Cell, ...]:
    """The family's cells, at most nine, spread over all its combinations. UsageError: the program is wrong."""
    return _cells(family.name, _Key(family))


def _make(family: Family) -> list[Cell]:
    described = family.described()
    every = list(itertools.product(*described.values()))
    if len(every) > MOST:
        every = [every[k * len(every) // MOST] for k in range(MOST)]
    return [_cell(family, dict(zip(described, choice))) for choice in every]


def _cell(family: Family, chosen: dict[str, list[str]]) -> Cell:
    words: dict[str, Word] = {}
    for name, (kind, known) in family.worded().items():
        words[name] = Word(name, kind, known)
    for hole, attributes in chosen.items():
        for attribute in attributes:
            words[f"{hole}.{attribute}"] = Word(hole, attribute)

    def fill(hole: str, form: str) -> str:
        if hole in chosen:
            text = "all()" if form == "all" else "scene()"
            for name in (n for n in reversed(ORDER) if n in chosen[hole]):
                text = f"filter_{name}({text}, '{{{hole}.{name}}}')"
            return text
        return f"{{{hole}}}"

    text = HOLE.sub(lambda m: fill(m.group(1), m.group(2) or ""), family.program)
    program = with_holes(text)
    gives = type_of(program)
    if gives not in FORM_OF:
        raise UsageError(
            f"the program gives {gives}, which is no answer", where="program", hint="count, query or exist it"
        )
    _fits(family, gives)
    _check_words(program, words)
    signature = tuple((hole, tuple(names)) for hole, names in chosen.items())
    return Cell(family, signature, program, words, gives)


def _check_words(program: Call, words: dict[str, Word]) -> None:
    """Whether every hole stands where its words are known."""
    for call in program.calls():
        function = FUNCTIONS[call.name]
        for wanted, arg in zip(function.takes, call.args):
            if not isinstance(arg, Hole):
                continue
            word, kind = words[arg.name], wanted.partition(":")[2]
            attribute = call.name.partition("_")[2]
            if kind and not (word.words and set(word.words) <= set(function.words)):
                wrong = next((w for w in word.words if w not in function.words), word.kind)
                hint = nearest(wrong, function.words)
                raise UsageError(
                    f"no {kind} '{wrong}' for hole '{word.hole}' in {call.name}", where="program", hint=hint
                )
            if not kind and attribute in ATTRIBUTES and word.kind != attribute:
                hint = f"fill it with {attribute}"
                raise UsageError(f"hole '{word.hole}' of {call.name} is a {word.kind}", where="program", hint=hint)


def _fits(family: Family, gives: str) -> None:
    for form in family.forms:
        natural = FORM_OF[gives]
        if form not in (natural, "choice") and not (natural == "word" and form == "yes/no"):
            raise UsageError(
                f"form {form} does not fit a program that gives {gives}", where="form", hint=f"use {natural} or choice"
            )
        if form == "choice" and gives in ("point", "box"):
            raise UsageError(f"a {gives} cannot be a choice", where="form", hint=f"use {gives}")


@lru_cache(maxsize=4096)
def dropped(program: Call) -> tuple[tuple[Call, Call], ...]:
    """(the call that a word or relation stands in, the program without it) for each that should matter."""
    calls = [call for call in dict.fromkeys(program.calls()) if _plainer(call) is not None]
    return tuple((call, _without(program, call)) for call in calls)


def _without(program: Call, call: Call) -> Call:
    if program is call or program == call:
        made = _plainer(call)
        assert made is not None
        return made
    return Call(program.name, tuple(_without(a, call) if isinstance(a, Call) else a for a in program.args))


def _plainer(call: Call) -> Call | None:
    """What is left of a call without its word; None where there is nothing to drop."""
    name, args = call.name, call.args
    if name == "filter_event":
        return None  # the kind of event is what is asked about
    if name.startswith(("filter_", "without_")) and isinstance(args[0], Call):
        return args[0]
    if name in ("relate", "relate_from", "between") or name in SAME:
        assert isinstance(args[0], Call)
        return Call("others", (args[0],))
    if name in _PICKS:
        return Call("unique", (args[0],))
    return None


SAME = tuple(f"same_{name}" for name in ATTRIBUTES)


def word_of(call: Call) -> str | None:
    """The hole of a call's word."""
    return next((arg.name for arg in call.args if isinstance(arg, Hole)), None)


def is_truth(program: Call) -> bool:
    """Whether dropping a word can only keep a yes: then other words are tried in its place."""
    return FUNCTIONS[program.name].gives == "truth"
