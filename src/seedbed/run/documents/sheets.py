"""Datasheets of datasets: of a stage of a run, or of a dataset folder; what cannot be known is asked in a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from seedbed.dataset import Dataset
from seedbed.dataset.files import read_json
from seedbed.document import datasheet as sheet
from seedbed.document.card import Card, ref
from seedbed.document.facts import measure
from seedbed.document.markdown import code
from seedbed.errors import UsageError
from seedbed.lineage import Evidence, at, evidence_in
from seedbed.run.documents.affected import banner, dataset_marks, marks_of
from seedbed.run.documents.view import CellRecord, View

CURATION = "curation.json"


@dataclass(frozen=True)
class Subject:
    """The dataset of a datasheet and how its evidence is named: `PREFIX.path`, file and key."""

    folder: Path
    title: str
    prefix: str
    stage: str
    key: str
    file: str
    seeds: list[int] = field(default_factory=list)
    banners: list[str] = field(default_factory=list)


def subject_of_cell(view: View, cell: CellRecord) -> Subject:
    """A run's dataset."""
    hit = marks_of(view).get(cell.id)
    folder = cell.folder / "dataset"
    return Subject(
        folder, f"{cell.id} of {view.manifest.get('name', 'the run')}", f"{cell.id}.dataset", cell.id,
        cell.record["key"], view.relative(folder), list(cell.record["seeds"]), [banner(hit)] if hit else [],
    )  # fmt: skip


def subject_of_folder(folder: Path) -> Subject:
    """A dataset that is no part of a run."""
    lineage = Dataset(folder).lineage
    made = [banner(item) for item in dataset_marks(folder)]
    mine = [f"{item['rows']} rows were withdrawn on {item['at'][:10]}." for item in lineage.get("withdrawals", [])]
    job = lineage.get("job") or {}
    seeds = [job["seed"]] if "seed" in job else []
    return Subject(
        folder, folder.name, "dataset", "dataset", str(lineage.get("fingerprint") or ""), ".", seeds, mine + made
    )


def subjects(folder: Path) -> dict[str, Subject]:
    """File name -> dataset: the one of a dataset folder, or every one of a run."""
    if not (folder / "manifest.json").is_file():
        return {"datasheet": subject_of_folder(folder)}
    view = View.of_run(folder)
    cells = [cell for cell in view.cells.values() if (cell.folder / "dataset" / "lineage.json").is_file()]
    return {cell.sheet_name: subject_of_cell(view, cell) for cell in cells}


def datasheet_of(
    subject: Subject, *, answers: Mapping[str, Any] | None = None, where: str = "answers",
    words: Mapping[str, str] | None = None, factors: Sequence[str] = (),
) -> Card:  # fmt: skip
    """The datasheet as a Card: measured, then from the program, then `words` of the recipe, then `answers`.

    An author's answer never replaces a measured one: it is put after it.
    """
    dataset = Dataset(subject.folder)
    facts = measure(dataset)
    found = sheet.program_facts(dataset.lineage, list(facts["people"]))
    found |= sheet.measured_facts(dataset, factors, facts=facts, prefix=subject.prefix)
    evidence = _evidence(subject, facts, subject.file, subject.prefix)
    extra, more = _curated(subject)
    found |= extra
    told = {key: sheet.Answer(text) for key, text in (words or {}).items()} | sheet.stated(answers or {}, where=where)
    for key, answer in told.items():
        old = found.get(key)
        found[key] = sheet.Answer(f"{old.text}\n\n{answer.text}", True) if old and old.measured else answer
    fingerprint = dataset.lineage.get("fingerprint") or "none: the dataset was never finished"
    intro = f"{sheet.summary(found)} Data version: {code(str(fingerprint))}."
    known = [key for section in sheet.questions().values() for key in section]
    return Card(
        "datasheet", f"Datasheet: {subject.title}", intro, sheet.sections(found), [*evidence, *more],
        {key: found[key].text if key in found else None for key in known}, subject.banners,
        data={subject.stage: str(fingerprint)},
    )  # fmt: skip


def form(subject: Subject) -> str:
    """YAML with every question that Seedbed cannot answer, as a side file to fill in."""
    card = datasheet_of(subject)
    lines = [
        f"# Questions about {subject.title} that Seedbed cannot answer. Write the answer after the id, in quotes or as",
        "# a block (`id: |`); or say who and when: `id: {text: ..., by: ..., date: ...}`. Empty ones stay unanswered.",
        f"#   seedbed document datasheet {subject.folder} --answers THIS_FILE",
    ]
    for section, asked in sheet.questions().items():
        lines.append(f"\n# --- {section}")
        for key, question in asked.items():
            lines += [f"# {question}", f"{key}:"] if card.answers[key] is None else []
    return "\n".join(lines) + "\n"


def read_answers(path: str | Path | None) -> dict[str, Any]:
    """A side file of answers; {} for None. UsageError when it is no YAML mapping, or names an unknown question."""
    if path is None:
        return {}
    try:
        loaded = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError:
        raise UsageError("no such file", where=str(path), hint="seedbed document questions DATASET --out it") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f":{place.line + 1}" if place else ""
        raise UsageError("not YAML", where=f"{path}{line}", hint="quote answers that hold a colon") from None
    if not isinstance(loaded, dict):
        raise UsageError("not a mapping of question to answer", where=str(path))
    return loaded


def _evidence(subject: Subject, facts: Any, file: str, prefix: str) -> list[Evidence]:
    return evidence_in(facts, prefix=[prefix], stage=subject.stage, key=subject.key, seeds=subject.seeds, file=file)


def _curated(subject: Subject) -> tuple[dict[str, sheet.Answer], list[Evidence]]:
    """What curation measured: reasons, quarantine, duplicates, planted copies; nothing for other datasets."""
    path = subject.folder / CURATION
    if not path.is_file():
        return {}, []
    results, lineage = read_json(path), Dataset(subject.folder).lineage
    prefix = f"{subject.prefix}.curation"
    shown = lambda value, *place: ref(f"{value:,}", ".".join([prefix, *place]))  # noqa: E731
    reasons = [
        f"{code(r['reason'])} {shown(r['first'], 'reasons', str(k), 'first')}"
        for k, r in enumerate(results.get("reasons", [])) if r["first"]
    ]  # fmt: skip
    quarantined = results.get("quarantined", {}).get("records", 0)
    made = {
        "instances": f"Rows collected from {', '.join(code(Path(p).name) for p in lineage.get('inputs', [])[:8])}.",
        "processed": f"{shown(results['rows'], 'rows')} rows were read, {shown(results['kept'], 'kept')} kept, "
        f"{shown(results['dropped'], 'dropped')} dropped. First reasons: {', '.join(reasons) or 'none'}. "
        f"{shown(quarantined, 'quarantined', 'records')} records could not be read and are in quarantine.",
        "raw": "Dropped rows stay in the table with their reason; the inputs were not changed.",
        "mechanisms": f"`seedbed curate` with the recipe {code(str(results.get('name')))}." + _planted(results, shown),
        "software": "Yes: Seedbed, Apache-2.0.",
    }
    file = CURATION if subject.file == "." else f"{subject.file}/{CURATION}"
    wanted = {
        key: results[key] for key in ("rows", "kept", "dropped", "reasons", "quarantined", "planted") if key in results
    }
    evidence = _evidence(subject, wanted, file, prefix)
    assert all(at(results, item.pointer) == item.value for item in evidence)
    return {key: sheet.Answer(text, measured=True) for key, text in made.items()}, evidence


def _planted(results: Mapping[str, Any], shown: Any) -> str:
    recall = (results.get("planted") or {}).get("recall")
    if not recall:
        return ""
    parts = [
        f"{float(rate) * 100:g} % of words changed: {shown(p['recall'], 'planted', 'recall', rate, 'recall')}"
        for rate, p in recall.items()
    ]
    return f" Recall of planted near copies: {'; '.join(parts)}."
