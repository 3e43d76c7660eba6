"""The page of the weak-to-strong study: does a strong student outgrow its supervisor, for which pairs, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from seedbed.document.card import ref
from seedbed.document.charts_weak_to_strong import ROLES, weak_to_strong_chart
from seedbed.document.report import FigurePanel, Headline, Number, Report, Section, TablePanel, TextPanel
from seedbed.registry import register
from seedbed.run.publish import Publication, estimate, evidence_of, provenance, write_all
from seedbed.run.step import Context, StepArgs

NAMES = {role: name for role, name, _, _ in ROLES}
WHY = (
    "The student can only imitate mistakes that its features can express. `with errors` is the share of rows on which "
    "the supervisor is wrong where the student gives the same wrong label: on the rows that it learned from (pool) and "
    "on held-out rows (test). Where it is near 1, the student learned the mistakes; the ceiling, which never saw the "
    "supervisor, shows how often the same wrong label is given for other reasons."
)


@register("step", "weak_to_strong_report")
class WeakToStrongReport(Publication):
    """report.html and figures/ of the weak-to-strong recipe. `pairs` words each pair."""

    inputs = ("pgr", "of")

    class Args(StepArgs):
        pgr: str
        of: str
        pairs: dict[str, str]
        notes: list[str] = Field(default_factory=list)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        done = context.one("pgr")
        found = done.result
        png = chart_of(found, args.pairs)
        rows = context.many("of")[0].result["rows"]
        report = Report(
            title=context.run["title"] or "Weak-to-strong generalisation",
            subtitle=context.run["about"],
            findings=[_finding(k, one, args.pairs) for k, one in enumerate(found["pgr"])],
            headlines=[
                Headline(
                    f"performance gap recovered, {one['pair']}, {one['loss']} loss",
                    _pgr(one, k),
                    "1: the ceiling [95 %]",
                )
                for k, one in enumerate(found["pgr"])
            ],
            sections=[
                Section("The gap and what the student recovers", [*_gap(found, args.pairs, png, rows)]),
                Section("Whose mistakes the student makes", [TextPanel(WHY), _mistakes(found, args.pairs)]),
                *([Section("What to know", [TextPanel("\n\n".join(args.notes))])] if args.notes else []),
            ],
            evidence=evidence_of(done),
            provenance=provenance(context.run, done.seeds),
        )
        write_all(context.folder, report, {}, {"weak_to_strong.png": png})
        return {"sections": len(report.sections), "evidence": len(report.evidence)}


def chart_of(found: Mapping[str, Any], pairs: Mapping[str, str]) -> bytes:
    """The chart of a `weak_to_strong_pgr` result."""

    def worded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**one, "pair": pairs.get(one["pair"], one["pair"])} for one in rows]

    names = list(dict.fromkeys(one["pair"] for one in worded(found["pgr"])))
    return weak_to_strong_chart(names, worded(found["accuracy"]), worded(found["pgr"]))


def _pgr(one: Mapping[str, Any], k: int) -> Number:
    return Number(one["mean"], one["low"], one["high"], one["n"], percent=False, evidence=f"pgr.{k}.mean")


def _finding(k: int, one: Mapping[str, Any], pairs: Mapping[str, str]) -> str:
    name = pairs.get(one["pair"], one["pair"])
    if one["mean"] is None:
        return f"{name}, {one['loss']} loss: the ceiling is not above the weak model, so there is no gap to recover."
    span = ""
    if one["low"] is not None:
        span = (
            f" ({ref(format(one['low'], '.2f'), f'pgr.{k}.low')} to {ref(format(one['high'], '.2f'), f'pgr.{k}.high')})"
        )
    return (
        f"{name}, {one['loss']} loss: **{ref(format(one['mean'], '.2f'), f'pgr.{k}.mean')}** of the gap recovered{span}"
    )


def _gap(found: Mapping[str, Any], pairs: Mapping[str, str], png: bytes, rows: Mapping[str, int]) -> list[Any]:
    body: list[list[Any]] = []
    for pair in dict.fromkeys(one["pair"] for one in found["pgr"]):
        line: list[Any] = [pairs.get(pair, pair)]
        line += [estimate(one, f"accuracy.{k}") for k, one in enumerate(found["accuracy"]) if one["pair"] == pair]
        line += [_pgr(one, k) for k, one in enumerate(found["pgr"]) if one["pair"] == pair]
        body.append(line)
    heads = ["pair", *NAMES.values(), "PGR, plain loss", "PGR, confidence loss"]
    caption = (
        f"Accuracy on {rows['test']:,} held-out rows (Student's t over seeds); PGR of the mean accuracies (bootstrap over "
        f"seeds and rows). The student learns from {rows['pool']:,} rows with the supervisor's labels. n: seeds."
    )
    table = TablePanel(heads, body, caption)
    alt = "Accuracy of weak supervisor, student with both losses and ceiling, and the gap recovered, one row a pair."
    return [
        FigurePanel(png, alt, "Bars are 95 % intervals. PGR 0: no better than the supervisor; 1: the ceiling.", table)
    ]


def _mistakes(found: Mapping[str, Any], pairs: Mapping[str, str]) -> TablePanel:
    rows = found["agreement"]
    keys = dict.fromkeys((one["pair"], one["role"], one["where"]) for one in rows)
    body: list[list[Any]] = []
    for pair, role, where in keys:
        cells = [
            estimate(one, f"agreement.{k}")
            for k, one in enumerate(rows)
            if (one["pair"], one["role"], one["where"]) == (pair, role, where)
        ]
        body.append([pairs.get(pair, pair), f"{NAMES[role]}, {where} rows", *cells])
    heads = ["pair", "who, where", "with errors", "corrected", "spoilt"]
    return TablePanel(heads, body, "Shares of the rows on which the supervisor is wrong (first two) or right (spoilt).")
