"""Recipes: YAML with a list of stages, checked before anything runs.

    name: loop
    each: {seed: [0, 1, 2]}                      # what stages can be repeated over
    stages:
      rows:   {do: generate, each: [seed], world: tabletop, rows: 1000, seed: $seed}
      model:  {do: train, each: [seed], data: [rows], heads: [category], seed: $seed}
    results: [model]                             # whose results go to results.json

A stage names earlier stages as its inputs. It runs once for each combination of its `each`, and of an
input it sees the cells that agree with its own. In arguments `$seed` stands for the cell's value, and
`{$arm: {a: 1, b: 2}}` chooses by it. Every error names the file, the line and the key.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from seedbed import registry
from seedbed.errors import UsageError, nearest

Cell = dict[str, Any]
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Outline(BaseModel):
    """The recipe's own keys; the stages' arguments are checked by their steps."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str = ""
    about: str = ""
    each: dict[str, list[str | int | float]] = Field(default_factory=dict)
    stages: dict[str, dict[str, Any]]
    results: list[str] = Field(default_factory=list)

    @field_validator("name")
    @classmethod
    def _slug(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
            raise ValueError("use small letters, digits, - and _")
        return name


@dataclass(frozen=True)
class Stage:
    """One stage of a recipe: its step, what it is repeated over, and its arguments as written."""

    name: str
    do: str
    each: tuple[str, ...]
    args: dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """A checked recipe."""

    outline: Outline
    stages: tuple[Stage, ...]
    path: str
    text: str

    @property
    def name(self) -> str:
        return self.outline.name

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def cells(self, stage: Stage) -> list[Cell]:
        """Every combination of the stage's `each`, in order; one empty cell when it has none."""
        values = [self.outline.each[name] for name in stage.each]
        return [dict(zip(stage.each, combination)) for combination in itertools.product(*values)]

    def inputs(self, stage: Stage, args: Any) -> dict[str, list[str]]:
        """Argument name -> names of the stages that it refers to."""
        step = registry.get("step", stage.do)
        found = {}
        for name in step.inputs:
            value = getattr(args, name)
            found[name] = [value] if isinstance(value, str) else list(value or [])
        return found

    def arguments(self, stage: Stage, cell: Cell) -> Any:
        """The stage's arguments for one cell, checked by its step."""
        step = registry.get("step", stage.do)
        try:
            return step.Args.model_validate(resolve(stage.args, cell))
        except ValidationError as error:
            raise self._explain(error, ("stages", stage.name), step.Args) from None

    def _explain(self, error: ValidationError, prefix: tuple[str, ...], model: type[BaseModel]) -> UsageError:
        return explain(error, prefix, model, self.path, self.text)


def resolve(value: Any, cell: Cell) -> Any:
    """Put the cell's values in the place of `$name`, and choose in `{$name: {...}}`."""
    if isinstance(value, str) and value.startswith("$"):
        return _cell_value(value[1:], cell)
    if isinstance(value, list):
        return [resolve(item, cell) for item in value]
    if not isinstance(value, Mapping):
        return value
    keys = list(value)
    if len(keys) == 1 and isinstance(keys[0], str) and keys[0].startswith("$"):
        chosen, options = _cell_value(keys[0][1:], cell), value[keys[0]]
        if chosen not in options:
            hint = nearest(str(chosen), map(str, options))
            raise UsageError(f"no choice for {keys[0]} = {chosen}", where="recipe", hint=hint)
        return resolve(options[chosen], cell)
    return {key: resolve(item, cell) for key, item in value.items()}


def _cell_value(name: str, cell: Cell) -> Any:
    if name not in cell:
        raise UsageError(f"${name} is not in the stage's each", where="recipe", hint=nearest(name, cell))
    return cell[name]


def load(source: str | Path | Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> Recipe:
    """Read and check a recipe: a YAML file, or the same as a mapping. `changes` are `--set` values."""
    if isinstance(source, Mapping):
        path, text, data = "recipe", yaml.safe_dump(dict(source), sort_keys=False), dict(source)
    else:
        path = str(source)
        text = read_text(Path(source))
        data = parse(text, path)
    if "stages" not in data and {"signals", "rules"} & set(data):
        hint = f"seedbed curate INPUT --recipe {path} --out FOLDER"
        raise UsageError("this recipe is for curate, it has no stages", where=path, hint=hint)
    for key, value in (changes or {}).items():
        _change(data, key, value, path)
    return _build(data, path, text)


def read_text(path: Path) -> str:
    """A recipe's text; UsageError with the nearest file's name where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        siblings = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        hint = nearest(path.name, siblings) if siblings else "give the path of a .yaml file"
        raise UsageError("no such recipe", where=str(path), hint=hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path)) from None


def parse(text: str, path: str) -> dict[str, Any]:
    """A recipe's keys; UsageError names the line where it is no YAML, or a key is there twice."""
    try:
        _refuse_twins(yaml.compose(text), path)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else path
        raise UsageError(f"not YAML ({getattr(error, 'problem', error)})", where=where) from None
    if not isinstance(data, dict):
        raise UsageError("a recipe is a mapping with name and stages", where=path, hint="see recipes/loop.yaml")
    return data


def _refuse_twins(node: Any, path: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen and key.value != "<<":
                where = f"{path}:{key.start_mark.line + 1}"
                raise UsageError(f"the key '{key.value}' is given twice", where=where)
            seen.add(key.value)
            _refuse_twins(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twins(item, path)


def _change(data: dict[str, Any], key: str, value: Any, path: str) -> None:
    """`generate.rows` is `stages.generate.rows`; `each.seed` and `title` are top-level keys."""
    words = key.split(".")
    if words[0] in (data.get("stages") or {}):
        words = ["stages", *words]
    elif words[0] not in Outline.model_fields:
        known = [*(data.get("stages") or {}), *Outline.model_fields]
        raise UsageError(f"no stage '{words[0]}'", where=f"--set {key}", hint=nearest(words[0], known))
    place: Any = data
    for word in words[:-1]:
        if not isinstance(place, dict) or (word in place and not isinstance(place[word], dict)):
            raise UsageError(f"'{word}' has no keys", where=f"--set {key}")
        place = place.setdefault(word, {})
    place[words[-1]] = value


def _build(data: dict[str, Any], path: str, text: str) -> Recipe:
    try:
        outline = Outline.model_validate(data)
    except ValidationError as error:
        raise explain(error, (), Outline, path, text) from None
    recipe = Recipe(outline, tuple(_stage(n, b, outline, path, text) for n, b in outline.stages.items()), path, text)
    for stage in recipe.stages:
        _check_stage(recipe, stage)
    for name in outline.results:
        if name not in outline.stages:
            where = f"{path}:{line_of(text, ('results',))}: results"
            raise UsageError(f"no stage '{name}'", where=where, hint=nearest(name, outline.stages))
    return recipe


def _stage(name: str, body: dict[str, Any], outline: Outline, path: str, text: str) -> Stage:
    where = f"{path}:{line_of(text, ('stages', name))}: stages.{name}"
    if not NAME.match(name):
        raise UsageError("a stage's name is small letters, digits and _", where=where)
    if "do" not in body:
        raise UsageError("no step is named", where=where, hint="add do: generate, train, audit, …")
    registry.get("step", str(body["do"]), where=f"{where}.do")
    each = body.get("each", [])
    for item in each if isinstance(each, list) else [each]:
        if item not in outline.each:
            raise UsageError(
                f"no '{item}' to repeat over", where=f"{where}.each", hint=nearest(str(item), outline.each)
            )
    args = {key: value for key, value in body.items() if key not in ("do", "each")}
    return Stage(name, str(body["do"]), tuple(each if isinstance(each, list) else [each]), args)


def _check_stage(recipe: Recipe, stage: Stage) -> None:
    earlier = list(itertools.takewhile(lambda other: other.name != stage.name, recipe.stages))
    known = [other.name for other in earlier]
    where = f"{recipe.path}:{line_of(recipe.text, ('stages', stage.name))}: stages.{stage.name}"
    for cell in recipe.cells(stage):
        try:
            args = recipe.arguments(stage, cell)
            registry.get("step", stage.do)().check(args)
        except UsageError as error:
            if recipe.path in (error.where or ""):
                raise
            inner = f"{where} ({error.where})" if error.where else where
            raise UsageError(error.what, where=inner, hint=error.hint) from None
        for field, names in recipe.inputs(stage, args).items():
            for name in names:
                if name not in known:
                    hint = nearest(name, known)
                    raise UsageError(f"no earlier stage '{name}'", where=f"{where}.{field}", hint=hint)


def explain(
    error: ValidationError, prefix: tuple[str, ...], model: type[BaseModel], path: str, text: str
) -> UsageError:
    """One line for the first thing that is wrong: file, line, key, and the nearest right key."""
    # a mistyped key is the likely cause of a missing one, so it is told first
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    keys = (*prefix, *map(str, first["loc"]))
    where = f"{path}:{line_of(text, keys)}: {'.'.join(keys)}"
    if first["type"] == "extra_forbidden":
        known = [*model.model_fields, *(["do", "each"] if prefix else [])]
        return UsageError(f"unknown key '{keys[-1]}'", where=where, hint=nearest(keys[-1], known))
    if first["type"] == "missing":
        return UsageError(f"the key '{keys[-1]}' is missing", where=where)
    given = first.get("input")
    shown = f", got {given!r}" if isinstance(given, (str, int, float, bool)) else ""
    return UsageError(first["msg"].removeprefix("Value error, ") + shown, where=where)


@lru_cache(maxsize=4)
def _composed(text: str) -> Any:
    return yaml.compose(text)


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line (from 1) of the deepest of these nested keys that the YAML text has."""
    node, line = _composed(text), 1
    for wanted in keys:
        if isinstance(node, yaml.MappingNode):
            match = next(((k, v) for k, v in node.value if k.value == wanted), None)
            if match is None:
                break
            line, node = match[0].start_mark.line + 1, match[1]
        elif isinstance(node, yaml.SequenceNode) and wanted.isdigit() and int(wanted) < len(node.value):
            node = node.value[int(wanted)]
            line = node.start_mark.line + 1
    return line
