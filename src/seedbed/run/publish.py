"""What the publishing steps share: evidence of finished stages, provenance, files beside the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seedbed.dataset.files import write_json, write_text
from seedbed.document.card import Card
from seedbed.document.report import Number, Report, write_report
from seedbed.document.report.archive import save
from seedbed.lineage import Evidence, evidence_in, source_digest
from seedbed.run.documents.build import CHOICE
from seedbed.run.documents.cards import model_card_of
from seedbed.run.documents.sheets import datasheet_of, subject_of_cell
from seedbed.run.documents.view import View
from seedbed.run.step import Done, Step

REPORT, ARCHIVE = "report.html", "report.json"


class Publication(Step):
    """A step that writes documents: they are made again whenever the code changed."""

    def code(self, args: Any) -> dict[str, Any]:
        return {"source": source_digest()}


def use_of(args: Any) -> str:
    """The model card's section on intended use, from the recipe's own words."""
    apart = f"**Out of scope.** {args.out_of_scope}" if args.out_of_scope else ""
    return "\n\n".join(filter(None, [args.intended, apart]))


def evidence_of(done: Done, prefix: str = "", under: Sequence[str] = ()) -> list[Evidence]:
    """One piece of evidence for each number in a stage's result; `under` keeps only these top keys."""
    file = f"stages/{done.folder.name}/stage.json"
    result = {k: v for k, v in done.result.items() if not under or k in under}
    return evidence_in(
        result,
        prefix=[prefix] if prefix else [],
        stage=done.id,
        key=done.key,
        seeds=done.seeds,
        file=file,
        under="/result",
    )


def estimate(found: Mapping[str, Any], evidence: str = "") -> Number:
    """A mean over seeds as a report's number; its evidence is that of the mean."""
    seeds = found.get("seeds")
    count = len(seeds) if isinstance(seeds, list) else found.get("n")
    return Number(found["mean"], found["low"], found["high"], count, evidence=f"{evidence}.mean" if evidence else "")


def provenance(about: Mapping[str, Any], seeds: Sequence[int]) -> dict[str, str]:
    """The facts at the end of a report: code, recipe, machine, packages, seeds."""
    code, machine = about["code"], about["machine"]
    commit = f"{code['commit'][:12]}{' with changes' if code['modified'] else ''}" if code["commit"] else "no checkout"
    return {
        "Recipe": f"{about['recipe']['path']} ({about['name']})",
        "Seedbed": f"{code['version']}, commit {commit}, source {about['source'][:12]}",
        "Seeds": ", ".join(map(str, seeds)),
        "Machine": f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}",
        "Python and packages": ", ".join(
            [f"Python {machine['python']}", *(f"{k} {v}" for k, v in about["packages"].items())]
        ),
        "Not done": "Not run on a GPU. Pixels were compared on this CPU type only.",
        "Check it": f"seedbed verify {about['folder']}",
    }


def write_all(folder: Path, report: Report, files: Mapping[str, str], figures: Mapping[str, bytes]) -> None:
    """report.html, its archive, Markdown files and figures/."""
    for name, text in files.items():
        write_text(folder / name, text)
    (folder / "figures").mkdir(exist_ok=True)
    for name, png in figures.items():
        (folder / "figures" / name).write_bytes(png)
    save(report, folder / ARCHIVE)
    write_report(report, folder / REPORT)


def cards_of(
    root: Path, model: Done, run: Mapping[str, Any], *, words: Mapping[str, str], sheet: Done,
    stated: Mapping[str, str], factors: Sequence[str] = (), audits: Sequence[Done] = (),
) -> tuple[Card, Card]:  # fmt: skip
    """The model card and the datasheet of one dataset, while the run is still going; `card.json` keeps the choice.

    `audits`: the audits of the model's answers. `words` and `stated`: the recipe's own words for card and datasheet.
    """
    view = View.upstream([model.folder, sheet.folder, *(done.folder for done in audits)])
    view.manifest = {"name": run["name"], "machine": run["machine"]}
    card = model_card_of(view, view.cell(model.id), words=words, linked=False)
    page = datasheet_of(subject_of_cell(view, view.cell(sheet.id)), words=stated, factors=factors)
    choice = {"model": model.id, "words": dict(words), "sheets": {sheet.id: dict(stated)}}
    write_json(root / CHOICE, choice)
    return card, page


def card_evidence(found: Sequence[Evidence], *cards: Card) -> list[Evidence]:
    """A report's evidence with that of the cards in it, each id once."""
    both = [*found, *(item for card in cards for item in card.used())]
    return list({item.id: item for item in both}.values())


def body(card: Card) -> str:
    """A card's text inside a report, whose own table holds the evidence."""
    return card.body()


def history(done: Done) -> list[dict[str, Any]]:
    """The training history of a train stage."""
    loaded: list[dict[str, Any]] = json.loads((done.folder / "history.json").read_text())
    return loaded
