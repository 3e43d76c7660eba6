"""From scores to decisions: rules with thresholds, read from YAML, each with a reason code.

    words: {least: 50, most: 100000}      # a row outside is dropped for `<set>.words`
    license_kind: {one_of: [cc-by]}       # texts: one_of, none_of

A rule reads one column: `score.<name>` where there is one, else `<name>`. A score that is null breaks no rule, unless
the rule says `missing: drop`. Rules decide; they never delete: rows keep their scores and get every reason that holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from seedbed.errors import UsageError, nearest

KEYS = ("least", "most", "one_of", "none_of", "missing")


@dataclass(frozen=True)
class Rule:
    """A bound on one column: `least <= value <= most`, or one of (none of) some texts."""

    reason: str  # <set>.<column>
    column: str  # without `score.`
    least: float | None = None
    most: float | None = None
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    missing: str = "keep"

    def stored(self, columns: Iterable[str], where: str = "rules") -> str:
        """The column's name in a table with these columns."""
        known = set(columns)
        for name in (f"score.{self.column}", self.column):
            if name in known:
                return name
        scores = [n.removeprefix("score.") for n in known if n.startswith("score.")]
        hint = f"{nearest(self.column, scores)} or add the operator that writes it to signals"
        raise UsageError(f"no score '{self.column}' for the rule '{self.reason}'", where=where, hint=hint)

    def breaks(self, table: pa.Table) -> np.ndarray:
        """bool (N,): the rows that break the rule."""
        column = table[self.stored(table.column_names)]
        lost = np.zeros(len(column), bool)
        for bound, test in ((self.least, pc.less), (self.most, pc.greater)):
            if bound is not None:
                lost |= _true(test(column, pa.scalar(bound, pa.float64())))
        if self.one_of:
            lost |= ~_true(pc.is_in(column, pa.array(self.one_of))) & _true(pc.is_valid(column))
        if self.none_of:
            lost |= _true(pc.is_in(column, pa.array(self.none_of)))
        if self.missing == "drop":
            lost |= _true(pc.is_null(column))
        return lost


def _true(values: Any) -> np.ndarray:
    found: np.ndarray = np.asarray(values.fill_null(False) if hasattr(values, "fill_null") else values)
    return found.astype(bool)


def load_rules(
    wanted: Sequence[str | Mapping[str, Any]], where: str = "rules", folder: Path | None = None
) -> list[Rule]:
    """Rules of named sets (`gopher_quality`), of files of one's own (`mine.yaml`), and of mappings {set: {...}}."""
    made: list[Rule] = []
    for item in wanted:
        if isinstance(item, str):
            name, block, place = _read(item, where, folder)
            made += _rules(name, block, place)
        else:
            for name, block in item.items():
                made += _changed(made, str(name), block, where)
    return made


def _changed(made: list[Rule], name: str, block: Any, where: str) -> list[Rule]:
    """A set in the recipe changes the rules of the same name that are there, and adds the others."""
    new = []
    for rule in _rules(name, block, f"{where}.{name}"):
        at = next((k for k, old in enumerate(made) if old.reason == rule.reason), None)
        if at is None:
            new.append(rule)
        else:
            given = {k: v for k, v in rule.__dict__.items() if k in block[rule.column]}
            made[at] = replace(made[at], **given)
    return new


def built_in() -> list[str]:
    """Names of the rule sets that come with the package."""
    return sorted(
        p.name.removesuffix(".yaml")
        for p in resources.files("seedbed.curate.rules").iterdir()
        if p.name.endswith(".yaml")
    )


def _read(item: str, where: str, folder: Path | None) -> tuple[str, Any, str]:
    if item in built_in():
        path: Any = resources.files("seedbed.curate.rules") / f"{item}.yaml"
    elif item.endswith((".yaml", ".yml")):
        path = Path(item)
        if folder is not None and not path.is_file():
            path = folder / item
    else:
        raise UsageError(f"no rules '{item}'", where=where, hint=f"{nearest(item, built_in())} or a .yaml file")
    try:
        text = path.read_text(encoding="utf-8")
        return Path(item).stem, yaml.safe_load(text), item
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({str(error).splitlines()[0]})", where=item) from None
    except yaml.YAMLError as error:
        raise UsageError(f"cannot be read ({' '.join(str(error).split())[:160]})", where=item) from None


def _rules(name: str, block: Any, where: str) -> list[Rule]:
    if not isinstance(block, Mapping):
        raise UsageError("rules map scores to bounds", where=where, hint="write words: {least: 50}")
    return [_rule(name, str(column), bounds, where) for column, bounds in block.items()]


def _rule(name: str, column: str, bounds: Any, where: str) -> Rule:
    place = f"{where}: {column}"
    if not isinstance(bounds, Mapping) or not bounds:
        raise UsageError("a rule needs bounds", where=place, hint="write {least: 50, most: 1000}")
    for key, value in bounds.items():
        if key not in KEYS:
            raise UsageError(f"unknown key '{key}'", where=place, hint=nearest(str(key), KEYS))
        if key in ("least", "most") and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise UsageError(f"{key} is no number", where=place)
        if key in ("one_of", "none_of") and not isinstance(value, list):
            raise UsageError(f"{key} is no list", where=place)
        if key == "missing" and value not in ("keep", "drop"):
            raise UsageError(f"missing is '{value}'", where=place, hint="keep or drop")
    given = {k: tuple(map(str, v)) if isinstance(v, list) else v for k, v in bounds.items()}
    return Rule(f"{name}.{column}", column, **given)  # type: ignore[arg-type]
