"""Programs: a small typed functional language over one scene graph, with a text form that parses back.

    count(filter_color(scene(), 'red'))
    query_material(unique(filter_category(relate(unique(filter_size(scene(), 'small')), 'left_of'), 'mug')))

Executing the program stored with a question on the stored scene gives the stored answer. Types: objects
(a list of object numbers), object (one), number, word, truth. The text is parsed, never evaluated.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seedbed.errors import SeedbedError, UsageError, nearest

Scene = Mapping[str, Any]
ATTRIBUTES = ("category", "color", "material", "size")
PREDICATES = ("left_of", "right_of", "in_front_of", "behind")
_LONGEST, _DEEPEST = 2000, 24


class NotUnique(SeedbedError):
    """`unique` was asked of none or several objects: the question has no answer in this scene."""


@dataclass(frozen=True)
class Call:
    """A function and its arguments: calls, or words at the places that take a word."""

    name: str
    args: tuple[Call | str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(repr(a) if isinstance(a, str) else str(a) for a in self.args)})"


@dataclass(frozen=True)
class Function:
    """What a function takes and gives, and how it is computed."""

    takes: tuple[str, ...]
    gives: str
    run: Callable[..., Any]


def parse(text: str) -> Call:
    """A program from its text; UsageError for anything that is not a well-typed program."""
    if len(text) > _LONGEST:
        raise UsageError(f"the program is longer than {_LONGEST} characters", where="program")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError("not a program", where=repr(text[:80]), hint="write it like count(scene())") from None
    try:
        program = _read(tree.body, 0)
        type_of(program)
    except RecursionError:
        raise UsageError("nested too deeply", where=repr(text[:80]), hint="write it like count(scene())") from None
    return program


def _read(node: ast.AST, depth: int) -> Call:
    if depth > _DEEPEST:
        raise UsageError(f"nested deeper than {_DEEPEST}", where="program")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        raise UsageError(f"'{ast.unparse(node)[:60]}' is not a function call", where="program")
    args: list[Call | str] = []
    for part in node.args:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            args.append(part.value)
        else:
            args.append(_read(part, depth + 1))
    return Call(node.func.id, tuple(args))


def type_of(program: Call) -> str:
    """The type that a program gives; UsageError where the types do not fit."""
    if program.name not in FUNCTIONS:
        raise UsageError(f"no function '{program.name}'", where="program", hint=nearest(program.name, FUNCTIONS))
    function = FUNCTIONS[program.name]
    if len(program.args) != len(function.takes):
        takes = ", ".join(function.takes)
        raise UsageError(f"{program.name} takes ({takes})", where=str(program)[:120])
    for wanted, arg in zip(function.takes, program.args):
        found = "word" if isinstance(arg, str) else type_of(arg)
        if found != wanted:
            raise UsageError(f"{program.name} takes {wanted}, got {found}", where=str(program)[:120])
    return function.gives


def execute(program: Call, scene: Scene) -> Any:
    """The value of a program on a scene: list of object numbers, object number, int, str or bool.

    Raises NotUnique where `unique` finds none or several.
    """
    values = [arg if isinstance(arg, str) else execute(arg, scene) for arg in program.args]
    return FUNCTIONS[program.name].run(scene, *values)


def answer(program: Call, scene: Scene) -> str:
    """The value as an answer's text: `yes`, `no`, a number or a word."""
    value = execute(program, scene)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _unique(scene: Scene, objects: list[int]) -> int:
    if len(objects) != 1:
        raise NotUnique(f"{len(objects)} objects fit, not one")
    return objects[0]


def _relate(scene: Scene, anchor: int, predicate: str) -> list[int]:
    if predicate not in PREDICATES:
        raise UsageError(f"no relation '{predicate}'", where="program", hint=nearest(predicate, PREDICATES))
    return sorted(r["subject"] for r in scene["relations"] if r["object"] == anchor and r["predicate"] == predicate)


def _filter(name: str) -> Function:
    def run(scene: Scene, objects: list[int], value: str) -> list[int]:
        return [k for k in objects if scene["objects"][k][name] == value]

    return Function(("objects", "word"), "objects", run)


def _without(name: str) -> Function:
    def run(scene: Scene, objects: list[int], value: str) -> list[int]:
        return [k for k in objects if scene["objects"][k][name] != value]

    return Function(("objects", "word"), "objects", run)


def _query(name: str) -> Function:
    return Function(("object",), "word", lambda scene, k: str(scene["objects"][k][name]))


def _same(name: str) -> Function:
    def run(scene: Scene, anchor: int) -> list[int]:
        value = scene["objects"][anchor][name]
        return [k for k, o in enumerate(scene["objects"]) if k != anchor and o[name] == value]

    return Function(("object",), "objects", run)


def _alike(name: str) -> Function:
    return Function(
        ("object", "object"),
        "truth",
        lambda scene, a, b: scene["objects"][a][name] == scene["objects"][b][name],
    )


def _compare(check: Callable[[int, int], bool]) -> Function:
    return Function(("number", "number"), "truth", lambda scene, a, b: check(a, b))


FUNCTIONS: dict[str, Function] = {
    "scene": Function((), "objects", lambda scene: list(range(len(scene["objects"])))),
    "unique": Function(("objects",), "object", _unique),
    "relate": Function(("object", "word"), "objects", _relate),
    "union": Function(("objects", "objects"), "objects", lambda scene, a, b: sorted({*a, *b})),
    "intersect": Function(("objects", "objects"), "objects", lambda scene, a, b: sorted({*a} & {*b})),
    "count": Function(("objects",), "number", lambda scene, objects: len(objects)),
    "exist": Function(("objects",), "truth", lambda scene, objects: bool(objects)),
    "negate": Function(("truth",), "truth", lambda scene, value: not value),
    "equal": _compare(operator.eq),
    "greater": _compare(operator.gt),
    "less": _compare(operator.lt),
    **{f"filter_{name}": _filter(name) for name in ATTRIBUTES},
    **{f"without_{name}": _without(name) for name in ATTRIBUTES},
    **{f"query_{name}": _query(name) for name in ATTRIBUTES},
    **{f"same_{name}": _same(name) for name in ATTRIBUTES},
    **{f"alike_{name}": _alike(name) for name in ATTRIBUTES},
}
