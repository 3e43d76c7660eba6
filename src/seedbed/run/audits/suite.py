"""What a suite is: a target, arguments that check themselves, and findings.

@register("suite", "count_rows")
class CountRows(Suite):
    "How many rows a table has."
    target = "a table"
    class Args(SuiteArgs):
        column: str | None = None
    def run(self, target, args, progress):
        return Findings(title=..., result={"rows": 10}, lines=["10 rows"])
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from seedbed import registry
from seedbed.document.report import Headline, Number, Section
from seedbed.errors import UsageError, nearest
from seedbed.run.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa


def names_of(value: Any) -> Any:
    """`a, b` as a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(names_of)]  # of columns or levels; `a, b` is a list too


class SuiteArgs(BaseModel):
    """Arguments of a suite: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Findings:
    """What a suite found.

    `result` is plain JSON and holds every published number; a report's `Number(evidence="a.b.value")` names one of
    them by its dotted path. `lines` are what a terminal shows. `tables` become NAME.parquet, `figures` figures/NAME.
    """

    title: str
    result: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    subtitle: str = ""
    findings: list[str] = field(default_factory=list)  # sentences at the top of the report
    headlines: list[Headline] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    figures: dict[str, bytes] = field(default_factory=dict)


class Suite:
    """Base of every suite. Its `version` changes whenever its result would."""

    version: ClassVar[str] = "1"
    target: ClassVar[str] = "a table"  # what TARGET is, in words
    default: ClassVar[str] = ""  # the TARGET where none is given; empty: one must be given
    Args: ClassVar[type[SuiteArgs]] = SuiteArgs

    def check(self, target: str, args: Any) -> None:
        """Raise UsageError for what cannot work, before anything runs."""

    def run(self, target: str, args: Any, progress: Progress) -> Findings:
        """Measure. Deterministic given the target and the arguments."""
        raise NotImplementedError


def measured(row: Mapping[str, Any], at: str, *, percent: bool = True, key: str = "value", unit: str = " %") -> Number:
    """A measured row (value, low, high, n, state) as a report's number; `at` is the row's place in the result."""
    state = "ok" if row.get(key) is not None else str(row.get("state") or "undefined")
    return Number(row.get(key), row.get("low"), row.get("high"), row.get("n"), percent, f"{at}.{key}", state, unit)


def suite_arguments(name: str, settings: Mapping[str, Any]) -> tuple[Suite, Any]:
    """The suite and its checked arguments; UsageError names what is wrong and the nearest argument."""
    suite = registry.get("suite", name, where="--suite")()
    try:
        return suite, suite.Args.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = list(suite.Args.model_fields)
        if first["type"] == "extra_forbidden":
            raise UsageError(f"'{key}' is no argument of {name}", where="--set", hint=nearest(key, known)) from None
        hint = f"arguments of {name}: {', '.join(known)}"
        raise UsageError(f"{key}: {first['msg']}", where=f"suite {name}", hint=hint) from None


def run_suite(
    name: str,
    target: str,
    *,
    settings: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run a suite as a run of one stage and return its result, with `lines` for a terminal.

    With `out` the run's folder stays: report.html, results.json, manifest.json, stages/.
    """
    from seedbed.run.run import run

    suite, args = suite_arguments(name, settings or {})
    suite.check(target, args)
    stage = {"do": "suite", "suite": name, "target": target, "settings": dict(settings or {})}
    slug = "".join(c if c.isalnum() else "-" for c in name.lower())
    recipe = {"name": slug, "title": f"{name} of {target}", "stages": {"audit": stage}, "results": ["audit"]}
    if out is not None:
        return run(recipe, out=out, progress=progress).results
    with tempfile.TemporaryDirectory() as folder:
        return run(recipe, out=Path(folder) / "run", progress=progress).results
