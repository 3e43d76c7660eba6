"""The ladder's report: one table and one chart of every learner on the same rows, and real images beside them."""

from __future__ import annotations

from typing import Any

from seedbed.document.card import ref
from seedbed.document.charts_ladder import ladder_chart
from seedbed.document.report import (
    FigurePanel,
    Headline,
    Number,
    Report,
    Section,
    TablePanel,
    TextPanel,
)  # fmt: skip
from seedbed.registry import register
from seedbed.run.publish import Publication, estimate, evidence_of, provenance, write_all
from seedbed.run.step import Context, StepArgs


@register("step", "ladder_report")
class LadderReport(Publication):
    """report.html and figures/ladder.png."""

    inputs = ("ladder",)

    class Args(StepArgs):
        ladder: str

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        ladder = context.one("ladder")
        rows: list[dict[str, Any]] = ladder.result["learners"]
        real: list[dict[str, Any]] = ladder.result["real"]
        pictures = {"ladder.png": ladder_chart(rows)} if rows else {}
        sections = [Section("Real images", [_real(real)])]
        if rows:
            chart = _chart(pictures["ladder.png"], rows)
            sections.insert(0, Section("Every learner on the same rows", [_text(), _table(rows), chart]))
        report = Report(
            title=context.run["title"] or "The ladder of learners",
            subtitle=context.run["about"],
            findings=_findings(rows) if rows else _real_findings(real),
            headlines=_headlines(rows, real),
            sections=sections,
            evidence=evidence_of(ladder),
            provenance=provenance(context.run, ladder.seeds),
        )
        write_all(context.folder, report, {}, pictures)
        return {"sections": len(sections), "evidence": len(report.evidence)}


def _headlines(rows: list[dict[str, Any]], real: list[dict[str, Any]]) -> list[Headline]:
    """The rendered rows' accuracies; where there are none, the real images'."""
    if rows:
        return [
            Headline(row["learner"], estimate(row["accuracy"], f"learners.{k}.accuracy")) for k, row in enumerate(rows)
        ]
    return [Headline(row["learner"], _accuracy(k, row)) for k, row in enumerate(real) if "skipped" not in row]


def _real_findings(real: list[dict[str, Any]]) -> list[str]:
    read = [k for k, row in enumerate(real) if "skipped" not in row]
    if not read:
        return [f"Skipped: {why}" for why in sorted({row["skipped"] for row in real})]
    order = sorted(read, key=lambda k: -real[k]["accuracy"])
    best, last = (ref(f"{100 * real[k]['accuracy']:.1f} %", f"real.{k}.accuracy") for k in (order[0], order[-1]))
    return [f"**{real[order[0]]['learner']} reads the most: {best}**; {real[order[-1]]['learner']} the least: {last}."]


def _findings(rows: list[dict[str, Any]]) -> list[str]:
    def said(k: int, text: str, *keys: str) -> str:
        return ref(text, ".".join(("learners", str(k), *keys, "mean")))

    order = sorted(range(len(rows)), key=lambda k: -rows[k]["accuracy"]["mean"])
    best, last = order[0], order[-1]
    far = max(rows[0]["moved"], key=int)
    steady = max(range(len(rows)), key=lambda k: rows[k]["moved"][far]["mean"] / rows[k]["accuracy"]["mean"])
    return [
        f"**{rows[best]['learner']} reads the most: {said(best, _percent(rows[best]['accuracy']), 'accuracy')}**; "
        f"{rows[last]['learner']} the least: {said(last, _percent(rows[last]['accuracy']), 'accuracy')}.",
        f"Moved by {far} pixels, {rows[steady]['learner']} keeps the largest part of it: "
        f"{said(steady, _percent(rows[steady]['moved'][far]), 'moved', far)}.",
    ]


def _percent(found: dict[str, Any]) -> str:
    return f"{100 * found['mean']:.1f} %"


def _text() -> TextPanel:
    return TextPanel(
        "Each learner has its own rate and number of passes, chosen so that it fits its training rows; all see the same "
        "rows. *Moved*: test pictures moved up, down, left and right, edges repeated. *Worst slice*: error rate of the "
        "worst crossed slice with ten test rows or more; with few rows a slice it is high by chance alone. FLOP are products "
        "and convolutions: forward passes counted, times three, where gradients are followed; all that ran, where a learner "
        "has a rule of its own."
    )


def _table(rows: list[dict[str, Any]]) -> TablePanel:
    moves = list(rows[0]["moved"])
    cells: list[list[Any]] = []
    for k, row in enumerate(rows):
        at = f"learners.{k}"
        cells.append([
            row["learner"], estimate(row["accuracy"], f"{at}.accuracy"),
            *(estimate(row["moved"][p], f"{at}.moved.{p}") for p in moves),
            estimate(row["worst_slice_error"], f"{at}.worst_slice_error"),
            f"{row['parameters']:,}", f"{row['flop']:.2g}" if row["flop"] else "–", f"{row['cpu_seconds']:,.0f}",
        ])  # fmt: skip
    head = [
        "learner",
        "accuracy",
        *(f"moved {p} px" for p in moves),
        "worst slice, error",
        "parameters",
        "FLOP",
        "processor s",
    ]
    return TablePanel(head, cells, "Means over seeds with Student's t intervals")


def _chart(png: bytes, rows: list[dict[str, Any]]) -> FigurePanel:
    alt = "; ".join(f"{row['learner']} {_percent(row['accuracy'])}" for row in rows)
    cells: list[list[Any]] = [
        [row["learner"], *(Number(v, evidence=f"learners.{k}.accuracy.values.{i}") for i, v in enumerate(row["accuracy"]["values"]))]
        for k, row in enumerate(rows)
    ]  # fmt: skip
    count = len(rows[0]["accuracy"]["values"])
    twin = TablePanel(["learner", *(f"run {i + 1}" for i in range(count))], cells, "Accuracy of every seed")
    return FigurePanel(png, f"Accuracy by learner: {alt}.", "Bars: 95 % intervals over seeds.", twin)


def _real(real: list[dict[str, Any]]) -> TablePanel | TextPanel:
    cells: list[list[Any]] = []
    skipped = {row["source"]: row["skipped"] for row in real if "skipped" in row}
    for k, row in enumerate(real):
        if "skipped" not in row:
            sizes = [f"{row['train_rows']:,}", f"{row['parameters']:,}", f"{row['flop']:.2g}"]
            cells.append([row["learner"], row["source"], _accuracy(k, row), *sizes, f"{row['cpu_seconds']:,.0f}"])
    cells += [["all", source, f"skipped: {why}", "–", "–", "–", "–"] for source, why in skipped.items()]
    if not cells:
        return TextPanel("None was asked for.")
    head = ["learner", "images", "accuracy", "training rows", "parameters", "FLOP", "processor s"]
    return TablePanel(head, cells, "Held-out real images, one seed, Wilson intervals over rows")


def _accuracy(k: int, row: dict[str, Any]) -> Number:
    return Number(row["accuracy"], row["low"], row["high"], row["test_rows"], evidence=f"real.{k}.accuracy")
