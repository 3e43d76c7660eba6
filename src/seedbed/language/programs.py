"""Programs: a small typed functional language over scene graphs, with a text form that parses back.

    count(filter_color(scene(), 'red'))
    query_material(unique(filter_category(relate(unique(filter_size(scene(), 'small')), 'left_of'), 'mug')))

Types: objects (a set), object (one), number, word, truth, events, event, point, box; `docs/language.md` lists the
functions. The text is parsed, never evaluated as Python. Executing the program stored with a question on the
stored scene gives the stored answer.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from seedbed.errors import UsageError, nearest
from seedbed.language.functions import FUNCTIONS

LONGEST, DEEPEST = 4000, 32
_WORD = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


@dataclass(frozen=True)
class Hole:
    """A word that is not known yet; written `{name}`."""

    name: str

    def __str__(self) -> str:
        return "{" + self.name + "}"


@dataclass(frozen=True)
class Call:
    """A function and its arguments: calls, or words (or holes for them) where a function takes a word."""

    name: str
    args: tuple[Call | str | Hole, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.name, self.args)))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(repr(a) if isinstance(a, str) else str(a) for a in self.args)})"

    def calls(self) -> Iterator[Call]:
        """This call and every call within it, outermost first."""
        yield self
        for arg in self.args:
            if isinstance(arg, Call):
                yield from arg.calls()


def parse(text: str) -> Call:
    """A program from its text; UsageError for anything that is not a well-typed program."""
    if len(text) > LONGEST:
        raise UsageError(f"the program is longer than {LONGEST} characters", where="program")
    program = parse_untyped(text)
    type_of(program)
    return program


def parse_untyped(text: str) -> Call:
    """The calls of a program's text, names and types not checked; `_hole_x` names are left as they are."""
    if len(text) > LONGEST:
        raise UsageError(f"the program is longer than {LONGEST} characters", where="program")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _read(tree.body, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError("not a program", where=repr(text[:80]), hint="write it like count(scene())") from None


@lru_cache(maxsize=8192)
def _parse_skeleton(text: str) -> Call:
    return parse(text)


def skeleton(text: str) -> tuple[Call, dict[str, str]]:
    """(the program with a hole for each word, the words): programs of one skeleton are executed together."""
    words: list[str] = []

    def take(match: re.Match[str]) -> str:
        words.append(match.group(1) if match.group(1) is not None else match.group(2))
        return f"'{{{len(words) - 1}}}'"

    if "\\" in text:
        return parse(text), {}
    bare = _WORD.sub(take, text)
    return with_holes(bare), {str(k): word for k, word in enumerate(words)}


@lru_cache(maxsize=8192)
def with_holes(text: str) -> Call:
    """A program whose words in braces (`'{name}'`) are holes."""
    return _hollow(parse_untyped(text))


def _hollow(program: Call) -> Call:
    args: list[Call | str | Hole] = []
    for arg in program.args:
        if isinstance(arg, Call):
            args.append(_hollow(arg))
        elif isinstance(arg, str) and arg.startswith("{") and arg.endswith("}"):
            args.append(Hole(arg[1:-1]))
        else:
            args.append(arg)
    return Call(program.name, tuple(args))


def filled(program: Call, words: Mapping[str, str]) -> Call:
    """The program with its holes filled."""
    args = [
        filled(a, words) if isinstance(a, Call) else words[a.name] if isinstance(a, Hole) else a for a in program.args
    ]
    return Call(program.name, tuple(args))


def _read(node: ast.AST, depth: int) -> Call:
    if depth > DEEPEST:
        raise UsageError(f"nested deeper than {DEEPEST}", where="program")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        raise UsageError(f"'{ast.unparse(node)[:60]}' is not a function call", where="program")
    args: list[Call | str | Hole] = []
    for part in node.args:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            args.append(part.value)
        else:
            args.append(_read(part, depth + 1))
    return Call(node.func.id, tuple(args))


def type_of(program: Call) -> str:
    """The type that a program gives; UsageError where a name is unknown or the types do not fit."""
    if program.name not in FUNCTIONS:
        raise UsageError(f"no function '{program.name}'", where="program", hint=nearest(program.name, FUNCTIONS))
    function = FUNCTIONS[program.name]
    if len(program.args) != len(function.takes):
        takes = ", ".join(function.takes)
        raise UsageError(f"{program.name} takes ({takes})", where=str(program)[:120])
    for wanted, arg in zip(function.takes, program.args):
        if isinstance(arg, Call):
            found = type_of(arg)
            if found != wanted:
                raise UsageError(f"{program.name} takes {wanted}, got {found}", where=str(program)[:120])
        else:
            _check_word(program, wanted, arg)
    return function.gives


def _check_word(program: Call, wanted: str, arg: str | Hole) -> None:
    if not wanted.startswith("word"):
        raise UsageError(f"{program.name} takes {wanted}, got word", where=str(program)[:120])
    known = FUNCTIONS[program.name].words
    if known and isinstance(arg, str) and arg not in known:
        kind = wanted.partition(":")[2]
        raise UsageError(f"no {kind} '{arg}'", where=str(program)[:120], hint=nearest(arg, known))
