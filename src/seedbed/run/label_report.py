"""The page of one weak labelling: the functions, the label model against gold, and where the functions disagree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.document import figures
from seedbed.document.report import FigurePanel, Headline, Number, Report, Section, TablePanel, TextPanel, write_report
from seedbed.label import ABSTAIN

if TYPE_CHECKING:
    from seedbed.run.label import Labelled

SHOWN = 12
NAMES = {"majority": "majority vote", "dawid_skene": "Dawid-Skene label model"}


def write_label_report(folder: Path, found: Labelled, columns: Sequence[str], truths: Sequence[Any] | None) -> Path:
    """report.html in `folder`."""
    results = found.results
    labelled = Number(results["labelled"] / max(1, results["rows"]), n=results["rows"])
    tiles = [Headline("rows with a label", labelled, f"confidence from {results['abstain_below']}")]
    tiles += [
        Headline(f"right, by {NAMES[name]}", _number(one["accuracy"]), "of rows with a label and gold")
        for name, one in results.get("compared", {}).items()
    ]
    sections = [Section("What the functions said", [_functions(results)])]
    if "compared" in results:
        sections.append(Section("Against gold", [*_against_gold(results)]))
    sections.append(Section("Where they disagree", [_disagreements(found, truths)]))
    about = {"Dataset": results["dataset"], "Functions": results["functions_file"], "Method": NAMES[results["method"]]}
    notes = [
        f"Note: some functions {note}" if note.startswith(("never", "only")) else note for note in results["notes"]
    ]
    report = Report("Weak labels", f"{results['rows']:,} rows, labels {', '.join(results['labels'])}", notes, tiles,
                    sections, provenance=about)  # fmt: skip
    return write_report(report, folder / "report.html")


def _number(rate: dict[str, Any]) -> Number:
    return Number(rate["mean"], rate["low"], rate["high"], rate["n"])


def _functions(results: dict[str, Any]) -> TablePanel:
    first = results["functions"][0]
    gold, learned = "accuracy" in first, "learned_accuracy" in first
    heads = ["function", "labels", "coverage", "overlap", "conflict"]
    heads += ["accuracy without gold"] * learned + ["accuracy against gold"] * gold
    rows: list[list[Any]] = []
    for line in results["functions"]:
        cells = [line["function"], ", ".join(line["labels"])]
        cells += [Number(line[key]) for key in ("coverage", "overlap", "conflict")]
        cells += [Number(line["learned_accuracy"])] * learned + ([_number(line["accuracy"])] if gold else [])
        rows.append(cells)
    caption = (
        "Shares of all rows: the function votes; another one votes too; another one votes otherwise. "
        "Accuracy is of the rows on which it votes; without gold it is what the label model learned from agreement."
    )
    return TablePanel(heads, rows, caption)


def _against_gold(results: dict[str, Any]) -> list[Any]:
    rows: list[list[Any]] = [
        [NAMES[name], _number(one["accuracy"]), Number(one["labelled"]), Number(one["mean_confidence"])]
        for name, one in results["compared"].items()
    ]
    table = TablePanel(["labels by", "right", "rows with a label", "mean confidence"], rows, "Wilson intervals, 95 %.")
    groups = [
        {"label": line["function"], **line["accuracy"], "values": []}
        for line in results["functions"]
        if line["accuracy"]["n"]
    ]
    groups += [{"label": NAMES[name], **one["accuracy"], "values": []} for name, one in results["compared"].items()]
    chart = figures.interval_chart(groups, axis="right, % of the rows with a vote or label")
    words = "Accuracy of every labelling function, of the majority and of the label model, with 95 % intervals."
    said = "Confidence above accuracy means that functions share their mistakes, which the label model cannot know."
    return [table, FigurePanel(chart, words, "Each on the rows that it labels.", table), TextPanel(said)]


def _disagreements(found: Labelled, truths: Sequence[Any] | None) -> TablePanel:
    votes, decision = found.votes, found.decision
    low = np.where(votes.voted, votes.matrix, 10**6).min(axis=1)
    rows = np.flatnonzero(votes.covered & (votes.matrix.max(axis=1) != low))[:SHOWN]
    body: list[list[Any]] = []
    for k in rows:
        said = [votes.labels[v] if v != ABSTAIN else "-" for v in votes.matrix[k]]
        made = votes.labels[decision.label[k]] if decision.label[k] != ABSTAIN else "abstains"
        body.append([f"row {k}", *said, made, *([str(truths[k])] if truths is not None else [])])
    heads = ["row", *votes.functions, "label", *(["gold"] if truths is not None else [])]
    return TablePanel(heads, body, f"The first {len(rows)} rows on which functions disagree.")
