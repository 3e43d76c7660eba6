"""Run an audit suite as a stage: its tables, figures, report and evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from seedbed import registry
from seedbed.dataset.files import write_json
from seedbed.document.report import Report
from seedbed.lineage import digest, evidence_in, file_digest
from seedbed.run.audits.suite import Findings, suite_arguments
from seedbed.run.publish import provenance, write_all
from seedbed.run.step import Context, Step, StepArgs


@registry.register("step", "suite")
class RunSuite(Step):
    """A suite's findings: report.html, findings.json, tables as Parquet, figures."""

    class Args(StepArgs):
        suite: str
        target: str
        settings: dict[str, Any] = Field(default_factory=dict)

    def check(self, args: Any) -> None:
        suite, own = suite_arguments(args.suite, args.settings)
        suite.check(args.target, own)

    def code(self, args: Any) -> dict[str, Any]:
        suite = registry.get("suite", args.suite)
        found = {text: _content(text) for text in [args.target, *_texts(args.settings)]}
        return {"suite": suite.version, "files": {text: made for text, made in found.items() if made}}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        import pyarrow.parquet as pq

        suite, own = suite_arguments(args.suite, args.settings)
        found = suite.run(args.target, own, context.progress)
        for name, table in found.tables.items():
            pq.write_table(table, context.folder / f"{name}.parquet")
        write_json(context.folder / "findings.json", found.result)
        write_all(context.folder, _report(found, context), {}, found.figures)
        return {**found.result, "lines": found.lines}


def _texts(value: Any) -> list[str]:
    """Every text inside plain settings."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _content(text: str) -> str:
    """A hash of the file or folder that a text names, also as `python/FILE.py:FUNCTION` or `file/FILE`; else ''."""
    if not text or len(text) > 4096 or "\n" in text or "\0" in text:
        return ""
    rest = text.partition("/")[2]
    for name in (text, rest, rest.rpartition(":")[0]):
        if name and Path(name).is_file():
            return file_digest(Path(name))
        if name and Path(name).is_dir():  # files of a dataset are written once, so their names and sizes tell
            inside = sorted(p for p in Path(name).rglob("*") if p.is_file())
            return digest([[p.relative_to(name).as_posix(), p.stat().st_size] for p in inside])
    return ""


def _report(found: Findings, context: Context) -> Report:
    file = f"stages/{context.folder.name}/findings.json"
    evidence = evidence_in(found.result, stage=context.id, key=context.key, seeds=context.seeds, file=file)
    return Report(
        title=found.title, subtitle=found.subtitle, findings=found.findings, headlines=found.headlines,
        sections=found.sections, evidence=evidence, provenance=provenance(context.run, context.seeds),
    )  # fmt: skip
