"""Question families as YAML, and their reader. A family is a block of text variants, holes and a program."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from seedbed.errors import UsageError

FORMS = ("number", "yes/no", "word", "choice")
PLAIN_HOLES = ("relation", "color", "material", "category", "size")


class Family(BaseModel):
    """One family of questions; see `tabletop.yaml` for what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    text: list[str]
    holes: dict[str, str | list[list[str]]] = {}
    program: str
    form: str
    needs: list[str] = []
    drop: list[str] = []

    @field_validator("form")
    @classmethod
    def _known(cls, form: str) -> str:
        if form not in FORMS:
            raise ValueError(f"form is one of {', '.join(FORMS)}")
        return form


@lru_cache(maxsize=1)
def built_in() -> tuple[Family, ...]:
    """The families that come with the package, in the order of their file names."""
    found: list[Family] = []
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        found += load_families(path)
    return tuple(found)


def load_families(path: str | Path) -> list[Family]:
    """Families of a YAML file; UsageError names the file and the family that is wrong."""
    try:
        blocks: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise UsageError(f"cannot be read ({str(error).splitlines()[0]})", where=str(path)) from None
    if not isinstance(blocks, dict):
        raise UsageError("a file of families maps names to blocks", where=str(path))
    return [_family(name, block, path) for name, block in blocks.items()]


def _family(name: str, block: Any, path: str | Path) -> Family:
    if not isinstance(block, dict):
        raise UsageError("a family is a block of keys", where=f"{path}: {name}")
    try:
        made = Family(name=name, **block)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{path}: {name}.{'.'.join(map(str, first['loc']))}"
        raise UsageError(first["msg"].removeprefix("Value error, "), where=where) from None
    for hole in [*made.needs, *made.drop]:
        if hole not in made.holes:
            raise UsageError(f"no hole '{hole}'", where=f"{path}: {name}")
    return made
