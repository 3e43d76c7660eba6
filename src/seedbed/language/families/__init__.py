"""Question families as YAML, and their reader. A family is a block of text variants, holes and a program.

`docs/language.md` explains the keys; `load_families("mine.yaml")` reads a user's file and says in which line of which
family something is wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from seedbed.errors import UsageError, nearest
from seedbed.language.lexicon import ATTRIBUTES, EVENTS, PREDICATES

FORMS = ("word", "number", "yes/no", "choice", "point", "box")
HOLE = re.compile(r"<(\w+)(?::(\w+))?>")
TEXT_FORMS = (None, "plural", "a")
PROGRAM_FORMS = (None, "all")
RELATION, EVENT, NUMBER = "relation", "event", "number"
NUMBERS = tuple(str(n) for n in range(1, 7))
WORDS = {RELATION: PREDICATES, EVENT: EVENTS, NUMBER: NUMBERS, "side": ("left", "right", "front")}


class Family(BaseModel):
    """One family of questions; keys as in `docs/language.md`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    text: list[str]
    holes: dict[str, str | list[str] | list[list[str]]] = {}
    program: str
    form: str | list[str]
    options: int | list[int] = 4
    answers: dict[str, str] = {}
    limit: list[int] = [0, 10]
    free: list[str] = []  # holes whose words need not matter

    @field_validator("text")
    @classmethod
    def _some(cls, text: list[str]) -> list[str]:
        if not text:
            raise ValueError("at least one text is needed")
        return text

    @field_validator("form")
    @classmethod
    def _known(cls, form: str | list[str]) -> str | list[str]:
        for one in [form] if isinstance(form, str) else form:
            if one not in FORMS:
                raise ValueError(f"no form '{one}'; known: {', '.join(FORMS)}")
        return form

    @field_validator("options")
    @classmethod
    def _few(cls, options: int | list[int]) -> int | list[int]:
        low, high = (options, options) if isinstance(options, int) else (options[0], options[-1])
        if not 2 <= low <= high <= 6:
            raise ValueError("options are 2 to 6, or [low, high]")
        return options

    @property
    def forms(self) -> list[str]:
        return [self.form] if isinstance(self.form, str) else list(self.form)

    def described(self) -> dict[str, list[list[str]]]:
        """The holes that describe objects, with the attributes that each description may use."""
        return {
            n: kind for n, kind in self.holes.items() if isinstance(kind, list) and kind and isinstance(kind[0], list)
        }

    def worded(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """The holes of one word: (attribute or kind, the words; none for an attribute)."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for name, kind in self.holes.items():
            if isinstance(kind, str):
                default = ("left_of", "right_of", "in_front_of", "behind") if kind == RELATION else WORDS.get(kind, ())
                found[name] = (kind, default)
            elif name not in self.described():
                words = tuple(str(word) for word in kind)
                home = next((k for k, known in WORDS.items() if set(words) <= set(known)), RELATION)
                found[name] = (home, words)
        return found


@lru_cache(maxsize=1)
def built_in() -> tuple[Family, ...]:
    """The families that come with the package, in the order of their file names."""
    found: list[Family] = []
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        found += load_families(path)
    return tuple(found)


def load_families(path: str | Path) -> list[Family]:
    """Families of a YAML file; UsageError names the file, the line, the family, and the known words."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({str(error).splitlines()[0]})", where=str(path)) from None
    return read_families(text, str(path))


def read_families(text: str, where: str) -> list[Family]:
    """Families of a YAML text."""
    try:
        blocks: Any = yaml.load(text, Loader=yaml.BaseLoader)  # all values are text: yes is a word here
        tree = yaml.compose(text)
    except yaml.YAMLError as error:
        raise UsageError(f"cannot be read ({' '.join(str(error).split())[:160]})", where=where) from None
    if not isinstance(blocks, dict) or not isinstance(tree, yaml.MappingNode):
        raise UsageError("a file of families maps names to blocks", where=where)
    lines = {str(key.value): _lines(key, value) for key, value in tree.value}
    if len(lines) < len(tree.value):
        twice = [str(key.value) for key, _ in tree.value]
        name = next(n for n in twice if twice.count(n) > 1)
        raise UsageError(f"the family '{name}' is there twice", where=where)
    return [_family(str(name), block, where, lines[str(name)]) for name, block in blocks.items()]


def _lines(key: yaml.Node, value: yaml.Node) -> dict[str, int]:
    """The line of a family, and of each of its keys."""
    found = {"": key.start_mark.line + 1}
    if isinstance(value, yaml.MappingNode):
        found.update({str(k.value): k.start_mark.line + 1 for k, _ in value.value})
    return found


def _family(name: str, block: Any, where: str, lines: dict[str, int]) -> Family:
    def place(key: str = "") -> str:
        return f"{where}:{lines.get(key, lines[''])}: {name}{'.' + key if key else ''}"

    if not isinstance(block, dict):
        raise UsageError("a family is a block of keys", where=place())
    try:
        made = Family(name=name, **block)
    except (ValidationError, TypeError) as error:
        if isinstance(error, TypeError):
            raise UsageError("`name` is the block's own key", where=place()) from None
        first = error.errors()[0]
        key = str(first["loc"][0])
        hint = nearest(key, Family.model_fields) if first["type"] == "extra_forbidden" else ""
        raise UsageError(first["msg"].removeprefix("Value error, "), where=place(key), hint=hint) from None
    _check_holes(made, place)
    from seedbed.language.cells import cells_of

    try:
        cells_of(made)
    except UsageError as error:
        raise UsageError(error.what, where=place("program"), hint=error.hint) from None
    return made


def _check_holes(family: Family, place: Any) -> None:
    kinds = (*ATTRIBUTES, *WORDS)
    for hole, kind in family.holes.items():
        if isinstance(kind, str):
            if kind not in kinds:
                raise UsageError(
                    f"'{kind}' of hole '{hole}' is no attribute or kind of word",
                    where=place("holes"),
                    hint=nearest(kind, kinds),
                )
            continue
        if not kind:
            raise UsageError(f"hole '{hole}' has no description", where=place("holes"))
        for part in kind:
            if isinstance(part, list):
                _check_description(part, hole, place)
            else:
                every = sorted({word for words in WORDS.values() for word in words})
                if part not in every:
                    raise UsageError(
                        f"no relation or word '{part}' for hole '{hole}'",
                        where=place("holes"),
                        hint=nearest(part, every),
                    )
    used: set[str] = set()
    for key, texts, forms in (("text", family.text, TEXT_FORMS), ("program", [family.program], PROGRAM_FORMS)):
        for text in texts:
            for hole, form in HOLE.findall(text):
                if hole not in family.holes:
                    raise UsageError(f"no hole '{hole}'", where=place(key), hint=nearest(hole, family.holes))
                if (form or None) not in forms:
                    raise UsageError(
                        f"'<{hole}:{form}>' is not known here",
                        where=place(key),
                        hint=f"known: {', '.join(f for f in forms if f)}",
                    )
                used.add(hole)
    for hole in family.free:
        if hole not in family.holes:
            raise UsageError(f"no hole '{hole}'", where=place("free"), hint=nearest(hole, family.holes))
    if set(family.holes) - used:
        raise UsageError(f"hole '{min(set(family.holes) - used)}' is not used", where=place("holes"))


def _check_description(names: list[str], hole: str, place: Any) -> None:
    if not names:
        raise UsageError(f"an empty description of hole '{hole}'", where=place("holes"))
    for name in names:
        if name not in ATTRIBUTES:
            raise UsageError(
                f"no attribute '{name}' in hole '{hole}'", where=place("holes"), hint=nearest(name, ATTRIBUTES)
            )
