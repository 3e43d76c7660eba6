"""All documents of a run: datasheets, the model card and the report, refused while a number cannot be opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seedbed.dataset.files import read_json, write_json, write_text
from seedbed.document.card import Card, dangling
from seedbed.document.model_card import SECTIONS
from seedbed.document.report import write_report
from seedbed.document.report.archive import join, load
from seedbed.document.report.panels import Report
from seedbed.errors import GateError, SeedbedError, UsageError, nearest
from seedbed.lineage import SCHEMA_VERSION, Evidence
from seedbed.run.documents.affected import banners
from seedbed.run.documents.cards import evaluation_data, model_card_of, models, training_data
from seedbed.run.documents.evidence import REPORT, Check, archive, check_run, lost
from seedbed.run.documents.sheets import datasheet_of, subject_of_cell
from seedbed.run.documents.view import CellRecord, View

FOLDER, CHOICE = "documents", "card.json"
LISTED = 8  # numbers of a draft that are named at its top
SETTINGS = ("license", "tags", "datasets", "task", "price_per_core_hour", "price_date")


def document_run(
    run: str | Path, *, out: str | Path | None = None, answers: Mapping[str, Any] | None = None,
    model: str | None = None, draft: bool = False, where: str = "answers",
) -> dict[str, Any]:  # fmt: skip
    """Write the documents of a finished run into `out` (default RUN/documents) and return what was written.

    `answers`: {datasheet: {question: text}, model_card: {section: text}, settings: {license, ...}}. Raises GateError
    naming the numbers whose evidence is missing or stale, unless `draft`: then every card says so at its top.
    """
    view = View.of_run(run)
    given = _checked(answers or {}, where)
    if lost(view) and not draft:  # before any card is made: with a lost record there may be none to make
        raise refusal(check_run(view), str(run))
    cards = _cards(view, given, model, where)
    report = _report(view)
    items = {e.id: e for card in cards.values() for e in card.used()}
    items |= {e.id: e for e in report.evidence} if report else {}
    bad = check_run(view, items.values())
    if bad and not draft:
        raise refusal(bad, str(run))
    folder = Path(out) if out is not None else view.root / FOLDER
    written = _write(folder, cards, report, bad, banners(view))
    write_json(folder / "evidence.json", {
        "schema_version": SCHEMA_VERSION, "run": view.manifest.get("name"),
        "evidence": [e.to_dict() for e in items.values()],
        "cards": {name: card.to_dict() for name, card in cards.items()},
    })  # fmt: skip
    return {
        "folder": str(folder), "files": written, "evidence": len(items), "draft": bool(bad),
        "not_holding": [{"id": c.evidence.id, "state": c.state, "why": c.why} for c in bad],
        "unanswered": {name: [k for k, v in card.answers.items() if v is None] for name, card in cards.items()},
        "affected": sorted({*banners(view), *(text for card in cards.values() for text in card.banners)}),
    }  # fmt: skip


def report_of(run: str | Path, *, draft: bool = False) -> Report:
    """A run's saved report, with what a reader must be told first among its findings.

    Raises GateError as `document_run` does, unless `draft`; UsageError when the run made no report.
    """
    return told_first(*_opened(run, draft))


def joined_report(runs: Sequence[str | Path], *, title: str, draft: bool = False) -> Report:
    """One report of several runs; what a reader must be told of any of them comes first, with the run's name."""
    opened = [(Path(run).name, *_opened(run, draft)) for run in runs]
    subtitle = f"Runs: {', '.join(name for name, _, _ in opened)}"
    joined = join([(name, report) for name, report, _ in opened], title=title, subtitle=subtitle)
    return told_first(joined, [f"{name}: {line}" for name, _, lines in opened for line in lines])


def _opened(run: str | Path, draft: bool) -> tuple[Report, list[str]]:
    view = View.of_run(run)
    bad = check_run(view)
    if bad and not draft:
        raise refusal(bad, str(run))
    report = _report(view)
    if report is None:
        raise UsageError("no finished run with a report is here", where=str(run), hint="run its recipe first")
    return report, [*_draft_note(bad), *banners(view)]


def put_report_banner(run: str | Path) -> None:
    """Say a withdrawal first in the report pages that a run has already (their archive stays as it is)."""
    pages = [page for page in (Path(run) / "report.html", Path(run) / FOLDER / "report.html") if page.is_file()]
    if not pages:
        return
    view = View.of_run(run)
    report, lines = _report(view), banners(view)
    if report is not None and lines:
        for page in pages:
            write_report(told_first(report, lines), page)


def told_first(report: Report, lines: Sequence[str]) -> Report:
    """The report with these lines before its findings, each once; in bold, as far as they list nothing."""
    parts = [text.partition(" opened: ") for text in lines]
    bold = [f"**{head} opened:** {rest}" if mark else f"**{head}**" for head, mark, rest in parts]
    return replace(report, findings=[*bold, *(text for text in report.findings if text not in bold)])


def refusal(bad: Sequence[Check], where: str) -> SeedbedError:
    """What is said when numbers cannot be opened: at most five of them by id."""
    shown = "; ".join(f"{c.evidence.id} is {c.state} ({c.why})" for c in bad[:5])
    more = f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
    return GateError(f"{_count(bad)} cannot be opened: {shown}{more}", where=where, hint="run it again, or --draft")


def _checked(answers: Mapping[str, Any], where: str) -> dict[str, Any]:
    parts = {"datasheet": None, "model_card": SECTIONS, "settings": SETTINGS}
    for part, inside in answers.items():
        if part not in parts:
            raise UsageError(f"no part '{part}'", where=where, hint=nearest(part, parts))
        known = parts[part]
        for key in inside if known and isinstance(inside, Mapping) else ():
            if key not in (known or ()):
                raise UsageError(f"no key '{key}' in {part}", where=where, hint=nearest(str(key), known or ()))
    return dict(answers)


def _cards(view: View, given: Mapping[str, Any], model: str | None, where: str) -> dict[str, Card]:
    choice = _choice(view)
    chosen = _model(view, model or choice.get("model"))
    words = {**choice.get("words", {}), **(given.get("model_card") or {})}
    found: dict[str, Card] = {}
    if chosen is not None:
        found["model_card"] = model_card_of(view, chosen, words=words, settings=given.get("settings"))
        cells = [*training_data(view, chosen), *evaluation_data(view, chosen)]
    else:
        cells = [c for c in view.cells.values() if (c.folder / "dataset" / "lineage.json").is_file()]
    for cell in {c.id: c for c in cells}.values():
        if (cell.folder / "dataset").is_dir():
            stated = choice.get("sheets", {}).get(cell.id, {})
            found[cell.sheet_name] = datasheet_of(
                subject_of_cell(view, cell), answers=given.get("datasheet"), where=where, words=stated
            )
    if not found and archive(view) is None:
        raise UsageError("no model, dataset or report is in this run", where=str(view.root), hint="nothing to document")
    return found


def _choice(view: View) -> dict[str, Any]:
    """What the run's report step said about its documents: model, words for it, words for datasheets."""
    places = [cell.folder / CHOICE for cell in view.cells.values()]
    found: dict[str, Any] = next((read_json(path) for path in places if path.is_file()), {})
    return found


def _model(view: View, name: str | None) -> CellRecord | None:
    if name is not None:
        chosen = view.cell(name)
        return None if chosen.lost else chosen  # a draft names it among what is missing
    found = models(view)
    return found[-1] if found else None


def _report(view: View) -> Report | None:
    saved = archive(view)
    return load(saved.folder / REPORT) if saved else None


def _write(
    folder: Path, cards: Mapping[str, Card], report: Report | None, bad: Sequence[Check], affected: Sequence[str]
) -> list[str]:
    names = []
    note = _draft_note(bad)
    for name, card in cards.items():
        shown = replace(card, banners=[*note, *card.banners])
        for path, text in ((folder / f"{name}.md", shown.markdown()), (folder / f"{name}.html", shown.html())):
            lost = dangling(text)
            if lost:
                raise SeedbedError(f"links that lead nowhere: {', '.join(lost[:3])}", where=path.name)
            names.append(str(write_text(path, text)))
    if report is not None:
        lines = [*note, *sorted({*(b for c in cards.values() for b in c.banners), *affected})]
        names.append(str(write_report(told_first(report, lines), folder / "report.html")))
    return names


def _draft_note(bad: Sequence[Check]) -> list[str]:
    if not bad:
        return []
    listed = "; ".join(f"{c.evidence.id} ({c.state}: {c.why})" for c in bad[:LISTED])
    more = f"; and {len(bad) - LISTED} more" if len(bad) > LISTED else ""
    return [f"DRAFT. {_count(bad)} cannot be opened: {listed}{more}"]


def _count(bad: Sequence[Check]) -> str:
    return "1 number" if len(bad) == 1 else f"{len(bad)} numbers"


def all_evidence(cards: Mapping[str, Card]) -> list[Evidence]:
    """Every number of these cards, once."""
    return list({e.id: e for card in cards.values() for e in card.used()}.values())
