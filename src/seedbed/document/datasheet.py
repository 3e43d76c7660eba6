"""Datasheets for Datasets (Gebru et al. 2021): seven sections, 57 questions, measured where they can be.

Unanswered questions are shown as unanswered. Measured answers name where the figure comes from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import yaml

from seedbed.errors import UsageError, nearest

UNANSWERED = "*Unanswered.*"
MOST_LEVELS = 40


@dataclass(frozen=True)
class Answer:
    """An answer's Markdown, and whether it was measured from the data or stated by a person or program."""

    text: str
    measured: bool = False


class Source(Protocol):
    """What `measured_facts` needs of a dataset."""

    def __len__(self) -> int: ...

    @property
    def schema(self) -> pa.Schema: ...

    @property
    def lineage(self) -> dict[str, Any]: ...

    def table(self, columns: list[str]) -> pa.Table: ...


@lru_cache(maxsize=1)
def questions() -> dict[str, dict[str, str]]:
    """Section -> question id -> question."""
    text = (Path(__file__).parent / "datasheet.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def datasheet(answers: Mapping[str, Answer], *, title: str) -> str:
    """The datasheet as Markdown. UsageError for an answer to a question that there is not."""
    known = [key for section in questions().values() for key in section]
    for key in answers:
        if key not in known:
            raise UsageError(f"no question '{key}'", where="datasheet", hint=nearest(key, known))
    measured = sum(answer.measured for answer in answers.values())
    lines = [
        f"# Datasheet: {title}",
        f"{len(answers)} of {len(known)} questions are answered, {measured} of them measured from the data. "
        "Questions follow *Datasheets for Datasets* (Gebru et al. 2021).",
    ]
    for number, (section, asked) in enumerate(questions().items(), 1):
        lines.append(f"## {number}. {section}")
        for key, question in asked.items():
            answer = answers.get(key)
            text = UNANSWERED if answer is None else answer.text + (" *(measured)*" if answer.measured else "")
            lines.append(f"### {question}\n\n{text}")
    return "\n\n".join(lines) + "\n"


def measured_facts(dataset: Source, factors: list[str]) -> dict[str, Answer]:
    """What can be counted in the rows: size, columns, levels, missing values, duplicates, licence, consent."""
    names = dataset.schema.names
    plain = [name for name in names if not _heavy(dataset.schema.field(name).type)]
    table = dataset.table(plain)
    facts = {
        "count": f"{len(dataset):,} rows, each one image with its ground truth.",
        "content": f"Columns: {', '.join(f'`{name}`' for name in names)}.",
        "missing": _missing(table),
        "subpopulations": _people(table),
        "licence": _counts(table, "licence", "Licence per row"),
        "third_party_terms": _counts(table, "source", "Source per row"),
        "consent": _counts(table, "consent", "Consent per row"),
        "errors": _duplicates(dataset),
        "labels": _levels(table, factors),
        "splits": _counts(table, "split", "Split per row") if "split" in names else "No split column is stored.",
    }
    fingerprint = dataset.lineage.get("fingerprint")
    if fingerprint:
        facts["versions"] = f"This version's fingerprint (sha256 over every row) is `{fingerprint}`."
    return {key: Answer(text, measured=True) for key, text in facts.items()}


def program_facts(lineage: Mapping[str, Any]) -> dict[str, Answer]:
    """What follows from the rows being made by a program; empty for collected rows."""
    job = lineage.get("job")
    if not job:
        return {}
    program = job["program"]
    facts = {
        "instances": f"Pictures made by the world `{program['world']}` (version {program['version']}).",
        "sample": "A sample of a program's possible rows, drawn by a stated design: see the balance certificate.",
        "self_contained": "Self-contained: no external asset or link.",
        "confidential": "No: every row is generated.",
        "offensive": "No source of such content: the world holds simple objects or glyphs.",
        "identifiable": "No: there are no people in it.",
        "sensitive": "No: there are no people in it.",
        "acquired": "Generated: each row depends on (world, version, design, seed, index) alone.",
        "mechanisms": "A deterministic program; `seedbed verify` makes rows again and compares them.",
        "sampling": _design(program["design"]),
        "collectors": "No person: a program.",
        "direct": "Not applicable: no individuals.",
        "notified": "Not applicable: no individuals.",
        "revoke": "Not applicable: no individuals.",
        "retention": "Not applicable: no individuals.",
        "processed": "Labels are the program's own ground truth; nothing was cleaned or filtered.",
        "raw": "There is no rawer form than the program and its seed.",
        "software": "Yes: Seedbed, Apache-2.0.",
    }
    return {key: Answer(text) for key, text in facts.items()}


def _design(design: Mapping[str, Any]) -> str:
    if not design:
        return "Balanced over every factor."
    parts = [f"{key}: `{value}`" for key, value in design.items() if key != "targets"]
    if "targets" in design:
        parts.append(f"{len(design['targets'])} targeted slices with stated shares (in `lineage.json`)")
    return f"By design. {'; '.join(parts)}."


def _heavy(kind: pa.DataType) -> bool:
    return pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _missing(table: pa.Table) -> str:
    found = {name: table[name].null_count for name in table.column_names if table[name].null_count}
    if not found:
        return "No value is missing in any plain column."
    return "Missing values: " + ", ".join(f"`{name}` {count:,}" for name, count in found.items()) + "."


def _people(table: pa.Table) -> str:
    named = [name for name in ("person", "gender", "race", "age", "skin_tone") if name in table.column_names]
    return f"Columns about people: {', '.join(named)}." if named else "No column describes people."


def _counts(table: pa.Table, name: str, label: str) -> str:
    if name not in table.column_names:
        return f"There is no column `{name}`."
    counts = Counter(str(v) for v in table[name].to_pylist())
    return f"{label}: " + ", ".join(f"{value} ({count:,})" for value, count in counts.most_common(8)) + "."


def _levels(table: pa.Table, factors: list[str]) -> str:
    parts = []
    for name in factors:
        if name in table.column_names:
            counts = sorted(Counter(str(v) for v in table[name].to_pylist()).items())[:MOST_LEVELS]
            parts.append(f"- `{name}`: " + ", ".join(f"{value} {count:,}" for value, count in counts))
    return "Each row carries its factors as labels.\n\n" + "\n".join(parts) if parts else "No labels are stored."


def _duplicates(dataset: Source) -> str:
    if "image" not in dataset.schema.names:
        return "Duplicates were not counted: there is no image column."
    images = dataset.table(["image"])["image"].to_pylist()
    again = len(images) - len(set(images))
    return (
        f"{again} of {len(images):,} images are exact copies of another. No label error is possible by construction."
        if dataset.lineage.get("job")
        else f"{again} of {len(images):,} images are exact copies of another."
    )
