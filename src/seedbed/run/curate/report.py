"""The report of a curation: one HTML file in which a person sees why any row is in or out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedbed.document import figures
from seedbed.document.report import (
    FigurePanel,
    Headline,
    Number,
    Report,
    Section,
    TablePanel,
    TextPanel,
    write_report,
)
from seedbed.run.curate.recipe import Curation

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

FILE = "report.html"


def write_curation_report(dataset: Dataset, results: dict[str, Any], recipe: Curation) -> None:
    """Write report.html beside the dataset."""
    sections = [
        _reasons(results),
        _groups(results),
        _duplicates(results),
        _quality(results),
        _sensitivity(results),
        _rows(results),
        _stock(results),
        _quarantine(results),
    ]
    rows = results["rows"]
    made = Report(
        title=recipe.title or f"Curation: {recipe.name}",
        subtitle=recipe.about or f"{rows:,} rows of {dataset.path}",
        headlines=[
            Headline("rows read", f"{rows:,}"),
            Headline("kept", Number(results["kept"] / rows if rows else None, n=rows)),
            Headline("flags: groups that a rule drops far more often", str(len(results["flags"]))),
            Headline("records that could not be read", str(results["quarantined"]["records"])),
        ],
        sections=[section for section in sections if section is not None],
        evidence=[],
        provenance={"dataset": str(dataset.path), "fingerprint": results["fingerprint"], "recipe": recipe.name},
    )
    write_report(made, dataset.path / FILE)


def _reasons(results: dict[str, Any]) -> Section:
    rows = [
        [r["reason"], r["rows"], r["first"], r["alone"]]
        for r in sorted(results["reasons"], key=lambda r: -r["first"])
        if r["rows"]
    ]
    text = (
        "Every row keeps all its reasons (`reasons`) and the first (`reason`); nothing is deleted. "
        "*Alone*: rows that no other rule would drop, so what the dataset would win without this rule."
    )
    return Section(
        "Why rows are dropped",
        [TextPanel(text), TablePanel(["reason", "rows that break it", "first reason", "alone"], rows)],
    )


def _groups(results: dict[str, Any]) -> Section | None:
    panels: list[Any] = []
    if results["flags"]:
        rows = [
            [f"{f['group']} = {f['level']}", f["reason"], Number(f["share"]), Number(f["elsewhere"])]
            for f in results["flags"][:40]
        ]
        text = (
            "A rule is flagged where it drops one group at least 1.5 times as often as all other rows, with intervals "
            "apart. A flag is a question, not a verdict: look at the rows."
        )
        panels += [TextPanel(text), TablePanel(["group", "rule", "dropped here", "elsewhere"], rows, "Flags")]
    for name, levels in results["groups"].items():
        rows = [[v["level"], v["rows"], Number(v["share"], v["low"], v["high"], v["rows"])] for v in levels]
        panels.append(TablePanel([name, "rows", "dropped (95 % Wilson interval)"], rows, f"Who is removed, by {name}"))
    return Section("The filter's own audit", panels) if panels else None


def _duplicates(results: dict[str, Any]) -> Section | None:
    planted, found = results.get("planted"), results.get("duplicates")
    panels: list[Any] = []
    if planted:
        rows = [[f"{100 * float(rate):g} %", p["copies"], Number(p["recall"])] for rate, p in planted["recall"].items()]
        text = (
            f"Copies of {planted['rows']} rows of this dataset, with a known share of words changed, were searched for "
            f"with this run's parameters. Of the pairs found, {_percent(planted['precision'])} are right "
            "(exact Jaccard similarity of their shingles at most 0.1 below the parameter)."
        )
        panels += [
            TextPanel(text),
            TablePanel(["words changed", "copies", "found"], rows, "Self-test with planted copies"),
        ]
    if found:
        panels.append(
            TablePanel(
                ["kind", "figures"], [[k, ", ".join(f"{a} {b}" for a, b in v.items())] for k, v in found.items()]
            )
        )
    text = (
        "Of each cluster the row that passes every other rule and has the best quality is kept, then the first in the "
        "input. Dropped rows name it in `duplicate_of`."
    )
    return Section("Duplicates", [TextPanel(text), *panels]) if panels else None


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f} %"


def _quality(results: dict[str, Any]) -> Section | None:
    quality = results.get("quality")
    if not quality:
        return None
    rows = [[str(k), _said(v)] for k, v in quality.items() if k != "about" and not isinstance(v, dict | list)]
    panels: list[Any] = [TextPanel(quality.get("about", "")), TablePanel(["figure", "value"], rows)]
    for name in ("agreement", "noise", "drift"):
        if quality.get(name):
            part = [[str(k), _said(v)] for k, v in quality[name].items()]
            panels.append(TablePanel([name, "value"], part))
    if quality.get("calibration"):
        part = [[b["bin"], b["rows"], Number(b["predicted"]), Number(b["rated"])] for b in quality["calibration"]]
        panels.append(TablePanel(["bin", "rows", "mean score", "rated good"], part, "Calibration, out of fold"))
    return Section("Quality by a weaker model", panels)


def _said(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else str(value)


def _sensitivity(results: dict[str, Any]) -> Section | None:
    rows: list[list[Any]] = []
    for item in results["sensitivity"]:
        for curve in item["curves"]:
            shares = [f"{p['threshold']:g}: {100 * p['kept']:.1f} %" for p in curve["points"]]
            if len({p["kept"] for p in curve["points"]}) > 1:
                rows.append([f"{item['reason']} ({curve['bound']} {curve['threshold']:g})", "; ".join(shares)])
    if not rows:
        return None
    text = "The kept share of all rows when one threshold moves and everything else stays. Rules that change nothing are left out."
    return Section(
        "How sharply thresholds decide",
        [TextPanel(text), TablePanel(["threshold", "kept share at other values"], rows)],
    )


def _rows(results: dict[str, Any]) -> Section:
    panels: list[Any] = [TextPanel("Up to twenty random rows of each reason, and of those kept.")]
    for reason, rows in results["look_at"].items():
        shown = [
            [r.get("url") or r.get("path") or r["id"][:19], r.get("source"), " ".join(r["head"].split())] for r in rows
        ]
        panels.append(TablePanel(["row", "source", "beginning"], shown, reason))
    return Section("Rows to look at", panels)


def _stock(results: dict[str, Any]) -> Section | None:
    stock = results["stock"]
    if not stock["tokens"] and not stock["images"]:
        return None
    names = ("rows", "tokens", "unique_tokens", "kept_tokens", "images", "kept_images")
    rows = [["all", *(stock[n] for n in names)]]
    rows += [[source, *(v[n] for n in names)] for source, v in stock["by_source"].items()]
    out = stock["outlook"]
    panels: list[Any] = []
    if out["epochs"] is not None:
        text = (
            f"Tokens are estimated at {stock['chars_a_token']} characters each. A run of {out['planned_tokens']:.3g} "
            f"tokens needs {out['epochs']:.4g} epochs of what is kept. "
        )
        text += (
            "Even now more than four epochs are needed, beyond which repeating data stops paying."
            if out["already_short"]
            else f"If plans grow {out['growth']:g} times a year, four epochs no longer suffice in {out['runs_out']}."
        )
        panels.append(TextPanel(text))
        panels.append(_chart(stock, out))
    panels.append(TablePanel(["source", *(n.replace("_", " ") for n in names)], rows, "Stock by source"))
    return Section("How much there is, and how long it lasts", panels)


def _chart(stock: dict[str, Any], out: dict[str, Any]) -> FigurePanel:
    years = list(range(out["year"], max(out["runs_out"] + 2, out["year"] + 6)))
    planned = [out["planned_tokens"] * out["growth"] ** (y - out["year"]) for y in years]
    four = 4.0 * stock["kept_tokens"]
    png = figures.supply_chart(years, planned, stock["kept_tokens"], four)
    twin = TablePanel(["year", "planned tokens", "kept tokens x 4"], [[y, p, four] for y, p in zip(years, planned)])
    return FigurePanel(png, "Planned tokens by year against the tokens kept, once and four times", twin=twin)


def _quarantine(results: dict[str, Any]) -> Section | None:
    bad = results["quarantined"]
    if not bad["records"]:
        return None
    rows = [[q["path"], q["offset"], q["reason"], q.get("detail", "")] for q in bad["first"]]
    counts = ", ".join(f"{k}: {v}" for k, v in bad["reasons"].items())
    return Section(
        "What could not be read",
        [
            TextPanel(f"By reason: {counts}. All of them: `quarantine.jsonl`."),
            TablePanel(["file", "offset", "reason", "detail"], rows),
        ],
    )
