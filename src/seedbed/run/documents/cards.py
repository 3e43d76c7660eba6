"""Model cards of a run's trained models: found by following what was made from what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedbed.dataset.files import read_json
from seedbed.document.card import Card, ref
from seedbed.document.compute import CORE_HOUR_PRICE, CORE_WATTS, PRICE_DATE, cpu_use
from seedbed.document.markdown import code
from seedbed.document.model_card import CardNumber, check_sections, front_matter, number_table, numbered
from seedbed.errors import UsageError
from seedbed.lineage import Evidence, evidence_in
from seedbed.run.documents.affected import banner, marks_of
from seedbed.run.documents.evidence import result_evidence
from seedbed.run.documents.view import CellRecord, View

MOST = 12


def models(view: View) -> list[CellRecord]:
    """Cells that trained a model and still have their record."""
    return [cell for cell in view.cells.values() if cell.do == "train" and not cell.lost]


def audits_of(view: View, model: CellRecord) -> list[CellRecord]:
    """Audits of the model's answers whose table is there; a draft names the others among what is missing."""
    found = [audit for answers in view.users(model, "predict") for audit in view.users(answers, "audit")]
    return [audit for audit in found if not audit.lost and (audit.folder / "audit.json").is_file()]


def training_data(view: View, model: CellRecord) -> list[CellRecord]:
    return [view.by_folder[name] for name in model.inputs("data") if name in view.by_folder]


def evaluation_data(view: View, model: CellRecord) -> list[CellRecord]:
    found = {
        name: view.by_folder[name]
        for answers in view.users(model, "predict") if view.users(answers, "audit")
        for name in answers.inputs("data") if name in view.by_folder
    }  # fmt: skip
    return list(found.values())


def model_card_of(
    view: View, model: CellRecord, *, words: Mapping[str, str] | None = None, machine: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None, linked: bool = True,
) -> Card:  # fmt: skip
    """The model's card. `words`: sections of the author. `settings`: license, price_per_core_hour, price_date.

    `linked`: training and evaluation data as links to datasheets beside the card.
    """
    check_sections(words or {})
    audits, given = audits_of(view, model), dict(settings or {})
    evidence = result_evidence(view, model)
    evidence += [item for cell in audits for item in _audit_evidence(view, cell)]
    cost, used = _compute(view, model, machine or view.manifest.get("machine") or {}, given)
    data = {cell.id: _fingerprint(cell) for cell in [*training_data(view, model), *evaluation_data(view, model)]}
    hit = marks_of(view).get(model.id)
    sections = {
        "details": f"{_details(model)}\n\n{cost}",
        "factors": _factors(audits),
        "metrics": _metrics(audits),
        "evaluation": _data(evaluation_data(view, model), linked),
        "training": _training(view, model, linked),
        "quantitative": "\n\n".join(_tables(cell) for cell in audits) if audits else "",
        **{key: text for key, text in (words or {}).items() if text},
    }
    return Card(
        "model_card", f"Model card: {model.id} of {view.manifest.get('name') or 'this run'}",
        "Every linked figure leads to its evidence.", numbered(sections), [*evidence, *used],
        {key: sections.get(key) or None for key in numbered_keys()}, [banner(hit)] if hit else [],
        _front(view, model, audits, given), data,
    )  # fmt: skip


def numbered_keys() -> list[str]:
    from seedbed.document.model_card import SECTIONS

    return list(SECTIONS)


def _figure(cell: CellRecord, name: str, form: str = "{:,}") -> str:
    return ref(form.format(cell.result[name]), f"{cell.id}.{name}")


def _details(model: CellRecord) -> str:
    r = model.result
    return (
        f"{r['learner']}, {_figure(model, 'parameters')} parameters, trained for {_figure(model, 'steps')} steps on "
        f"{_figure(model, 'rows')} rows; final loss {_figure(model, 'final_loss', '{:.3g}')}. Stage {code(model.id)}, "
        f"key {code(model.record['key'][:12])}, seeds {', '.join(map(str, model.record['seeds']))}."
    )


def _compute(
    view: View, model: CellRecord, machine: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[str, list[Evidence]]:
    """Measured seconds; examples, core-hours, energy and cost from them, each with its formula. One core trains."""
    args, record = model.record["args"], model.record
    price, date = float(given.get("price_per_core_hour", CORE_HOUR_PRICE)), given.get("price_date", PRICE_DATE)
    seconds = model.result["seconds"]
    used = cpu_use(seconds, 1, price=price)
    file = view.relative(model.folder / "stage.json")

    def item(name: str, value: int, where: str) -> Evidence:
        return Evidence(f"{model.id}.{name}", value, model.id, record["key"], record["seeds"], file, where)

    batch, steps = args["batch_size"], args["steps"]
    evidence = [item("args.batch_size", batch, "/args/batch_size"), item("args.steps", steps, "/args/steps")]
    energy = " to ".join(f"{used[k]['value']:.2g}" for k in ("energy_low_kwh", "energy_high_kwh"))
    text = (
        f"**Compute.** {_figure(model, 'seconds')} s of wall clock, measured, on one core of "
        f"{machine.get('cpu', 'an unknown CPU')} ({machine.get('cores', '?')} cores). Examples seen: "
        f"{ref(f'{steps:,}', f'{model.id}.args.steps')} steps x "
        f"{ref(f'{batch:,}', f'{model.id}.args.batch_size')} rows a batch. Operations, rough lower bound: at least "
        f"6 x parameters x examples = {6 * model.result['parameters'] * steps * batch:.2g} FLOP (each weight used "
        f"once an example; convolutions use theirs more often).\n\n"
        f"**Energy, estimated and not measured.** {energy} kWh: seconds x 1 core x "
        f"{CORE_WATTS[0]:g} to {CORE_WATTS[1]:g} W.\n\n"
        f"**Cost, estimated.** {used['dollars']['value']:.2g} USD at {price:g} USD a core-hour (assumed, {date})."
    )
    return text, evidence


def _factors(audits: list[CellRecord]) -> str:
    by = list(dict.fromkeys(name for cell in audits for name in cell.record["args"]["by"]))
    if not by:
        return ""
    return f"Audited by {', '.join(by)}" + (" and their intersections." if len(by) > 1 else ".")


def _metrics(audits: list[CellRecord]) -> str:
    lines = []
    for cell in audits:
        about = read_json(cell.folder / "audit.json")["about"]
        at_least = ref(str(about["min_count"]), f"{cell.id}.audit.about.min_count")
        lines.append(
            f"{', '.join(about['metrics'])}: {about['intervals']}, confidence "
            f"{ref(format(about['confidence'], 'g'), f'{cell.id}.audit.about.confidence')}. "
            f"Slices with fewer than {at_least} rows have no figure."
        )
    return "\n\n".join(dict.fromkeys(lines))


def _training(view: View, model: CellRecord, linked: bool) -> str:
    return _data(training_data(view, model), linked)


def _data(cells: list[CellRecord], linked: bool) -> str:
    lines = []
    for cell in cells:
        name = f"[{cell.sheet_name}]({cell.sheet_name}.md)" if linked else code(cell.id)
        lines.append(f"- {name}: stage {code(cell.id)}, data version {code(_fingerprint(cell))}.")
    return "\n".join(lines)


def _fingerprint(cell: CellRecord) -> str:
    path = cell.folder / "dataset" / "lineage.json"
    return str(read_json(path).get("fingerprint")) if path.is_file() else "none"


def _tables(cell: CellRecord) -> str:
    """Unitary and intersectional tables of one audit, and its gaps; rows without enough data are counted."""
    saved = read_json(cell.folder / "audit.json")
    by, parts = saved["about"]["by"], [f"**Audit {code(cell.id)}**"]
    rows = list(enumerate(saved["table"]))
    for metric, better in saved["about"]["metrics"].items():
        mine = [(k, r) for k, r in rows if r["metric"] == metric and r["slice"] is not None]
        for depth, title in ((0, ""), (1, "Unitary"), *((d, f"Intersections of {d}") for d in range(2, len(by) + 1))):
            found = [(k, r) for k, r in mine if r["depth"] == depth]
            known = [(k, r) for k, r in found if r["state"] == "ok"]
            known.sort(key=lambda kr: -kr[1]["value"] if better == "lower" else kr[1]["value"])
            shown = known[:MOST] if depth > 1 else known
            if not found:
                continue
            numbers_ = [
                CardNumber(
                    r["slice"] or "all rows",
                    r["value"],
                    r["low"],
                    r["high"],
                    r["n"],
                    f"{cell.id}.audit.table.{k}.value",
                )
                for k, r in shown
            ]
            left = f" The {len(shown)} worst of {len(known)} are shown." if len(shown) < len(known) else ""
            few = f" {len(found) - len(known)} have not enough data." if len(found) > len(known) else ""
            if title:
                parts.append(f"{title}: {metric}.{left}{few}")
            parts += [number_table(numbers_, head=f"{metric} of")] if numbers_ else []
    return "\n\n".join([*parts, *_gaps(cell, saved["gaps"])])


def _gaps(cell: CellRecord, gaps: list[dict[str, Any]]) -> list[str]:
    lines = []
    for k, gap in enumerate(gaps):
        if gap["state"] != "ok":
            lines.append(f"- {gap['metric']} by {gap['by']}: {gap['state']}")
            continue
        show = lambda name, form, scale=100: ref(format(gap[name] * scale, form), f"{cell.id}.audit.gaps.{k}.{name}")  # noqa: B023, E731
        lines.append(
            f"- {gap['metric']} by {gap['by']}: largest gap {show('difference', '.1f')} points "
            f"({show('low', '.1f')} to {show('high', '.1f')}); chance alone shows "
            f"{show('null_mean', '.1f')} on average "
            f"(p = {show('p_adjusted', '.3f', 1)})"
        )
    return ["\n".join(lines)] if lines else []


def _audit_evidence(view: View, cell: CellRecord) -> list[Evidence]:
    record, file = cell.record, view.relative(cell.folder / "audit.json")
    if not (view.root / file).is_file():
        raise UsageError("the audit's table is missing", where=file, hint="run the recipe again")
    content = read_json(Path(view.root) / file)
    return evidence_in(
        content, prefix=[cell.id, "audit"], stage=cell.id, key=record["key"], seeds=record["seeds"], file=file
    )


def _front(view: View, model: CellRecord, audits: list[CellRecord], given: Mapping[str, Any]) -> dict[str, Any]:
    metrics = []
    for cell in audits:
        saved = read_json(cell.folder / "audit.json")
        data = [d for d in evaluation_data(view, model) if d in view.made_from(cell)]
        for k, row in enumerate(saved["table"]):
            if row["depth"] == 0 and row["state"] == "ok":
                metrics.append({
                    "task": given.get("task", "image-classification"),
                    "dataset_name": data[0].id if data else cell.id,
                    "dataset_type": "seedbed", "revision": _fingerprint(data[0]) if data else "none",
                    "type": row["metric"],
                    "name": row["metric"], "value": row["value"],
                    "args": {"evidence": f"{cell.id}.audit.table.{k}.value"},
                })  # fmt: skip
    return front_matter(
        name=model.id, license=given.get("license"), tags=["seedbed", *given.get("tags", [])],
        datasets=list(given.get("datasets", [])), metrics=metrics,
    )  # fmt: skip
