"""The page on data efficiency: curves by mix, rows needed for each target, and which mix helps."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.dataset.files import read_json
from seedbed.document import figures
from seedbed.document.card import ref
from seedbed.document.report import (
    CertificatePanel,
    FigurePanel,
    Headline,
    Number,
    Picture,
    Report,
    Section,
    SheetPanel,
    SheetRow,
    TablePanel,
    TextPanel,
)  # fmt: skip
from seedbed.learn.scaling.efficiency import Need
from seedbed.registry import register
from seedbed.run.publish import Publication, estimate, evidence_of, provenance, write_all
from seedbed.run.step import Context, Done, StepArgs

PICTURES = 12


@register("step", "data_efficiency_report")
class DataEfficiencyReport(Publication):
    """report.html and figures/. `names`: what each mix is, in words; `shown`: stages whose rows are shown."""

    inputs = ("efficiency", "shown")

    class Args(StepArgs):
        efficiency: str
        shown: list[str] = Field(default_factory=list)
        names: dict[str, str] = Field(default_factory=dict)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        page = _Page(args, context)
        report, pictures = page.report()
        write_all(context.folder, report, {}, pictures)
        return {"sections": len(report.sections), "evidence": len(report.evidence)}


class _Page:
    def __init__(self, args: Any, context: Context) -> None:
        self.args, self.context = args, context
        self.stage = context.one("efficiency")
        self.found = self.stage.result
        self.mixes = list(dict.fromkeys(row["mix"] for row in self.found["curves"]))
        self.sizes = sorted({row["rows"] for row in self.found["curves"]})
        self.targets = list(dict.fromkeys(row["target"] for row in self.found["needed"]))

    def name(self, mix: str) -> str:
        return str(self.args.names.get(mix, mix))

    def report(self) -> tuple[Report, dict[str, bytes]]:
        pictures = {"efficiency.png": self._chart()}
        panel = FigurePanel(
            pictures["efficiency.png"], "Accuracy against the number of training rows, one line a mix.",
            "Bands: 95 % intervals over seeds. The numbers are in the table below.",
        )  # fmt: skip
        sections = [
            Section("Accuracy against rows", [panel, self._curve_table()]),
            Section("Rows needed", [TextPanel(self._needed_text()), self._needed_table(), self._savings_table()]),
            Section("Gains in accuracy", [self._gain_table()]),
            Section("What the rows look like", self._rows_shown()),
        ]
        report = Report(
            title=self.context.run["title"] or "Data efficiency",
            subtitle=self.context.run["about"],
            findings=self._findings(),
            headlines=self._headlines(),
            sections=sections,
            evidence=evidence_of(self.stage),
            provenance=provenance(self.context.run, self.stage.seeds),
        )
        return report, pictures

    def _findings(self) -> list[str]:
        lines = [line for target in self.targets for line in self._target_lines(target)]
        hurts = [g for g in self.found["gains"] if g["verdict"] == "hurts"]
        if hurts:
            listed = "; ".join(
                f"{self.name(g['mix'])} against {self.name(g['control'])}, {g['rows']:,} rows ({g['mean'] * 100:+.1f} points)"
                for g in hurts
            )
            lines.append(f"**It hurts**: {listed}.")
        return lines

    def _target_lines(self, target: float) -> list[str]:
        """What is shown at one target: ratios with intervals, and controls that never reach it."""
        parts = []
        for k, s in enumerate(self.found["savings"]):
            if s["target"] != target or s["ratio"] is None:
                continue
            ratio, low, high = (ref(f"{s[key]:.2f}", f"savings.{k}.{key}") for key in ("ratio", "low", "high"))
            parts.append(
                f"{self.name(s['mix'])} need **{ratio}** ({low} to {high}) of the {self.name(s['control'])} ({s['verdict']})"
            )
        needs = [f"{self.name(r['mix'])} {_need(r)}" for r in self.found["needed"] if r["target"] == target]
        lines = [f"**{target * 100:g} % right** takes: {'; '.join(needs)} rows."]
        return [*lines, f"In rows for {target * 100:g} %: {'; '.join(parts)}."] if parts else lines

    def _headlines(self) -> list[Headline]:
        target = self.targets[len(self.targets) // 2]
        rows = [row for row in self.found["needed"] if row["target"] == target]
        return [
            Headline(
                f"rows for {target * 100:g} %, {self.name(r['mix'])}", _need(r), "geometric mean over seeds [95 %]"
            )
            for r in rows
        ]

    def _chart(self) -> bytes:
        series = {
            self.name(mix): [
                {"x": r["rows"], **{k: r[k] for k in ("mean", "low", "high")}}
                for r in self.found["curves"]
                if r["mix"] == mix
            ]
            for mix in self.mixes
        }
        return figures.accuracy_curves(series, x_label="training rows", y_label="accuracy on balanced test rows, %")

    def _curve_table(self) -> TablePanel:
        place = {(r["mix"], r["rows"]): k for k, r in enumerate(self.found["curves"])}
        rows: list[list[Any]] = [
            [
                self.name(mix),
                *(
                    estimate(self.found["curves"][place[mix, n]], f"curves.{place[mix, n]}")
                    if (mix, n) in place
                    else None
                    for n in self.sizes
                ),
            ]
            for mix in self.mixes
        ]
        return TablePanel(
            ["mix", *(f"{n:,} rows" for n in self.sizes)],
            rows,
            "Accuracy, mean over seeds with Student's t interval; n is the number of seeds",
        )

    def _needed_text(self) -> str:
        return (
            "Between measured sizes accuracy is a straight line over log rows. The figure is the geometric mean of each seed's rows from which its curve "
            "stays at the target. Nothing is said beyond the largest size. Only training rows are counted: the rows of the audit that steers targeting are not."
        )

    def _needed_table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [
                self.name(mix),
                *(
                    _need(r)
                    for target in self.targets
                    for r in self.found["needed"]
                    if r["mix"] == mix and r["target"] == target
                ),
            ]
            for mix in self.mixes
        ]
        return TablePanel(
            ["mix", *(f"{t * 100:g} % right" for t in self.targets)], rows, "Rows needed [95 % interval over seeds]"
        )

    def _savings_table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [f"{self.name(s['mix'])}, against {self.name(s['control'])}, {s['target'] * 100:g} %",
             Number(s["ratio"], s["low"], s["high"], s["n"], percent=False, evidence=f"savings.{k}.ratio") if s["ratio"] is not None else "not reached",
             s["verdict"]]
            for k, s in enumerate(self.found["savings"])
        ]  # fmt: skip
        return TablePanel(
            ["mix, against, target", "rows needed over those of the other", "verdict"],
            rows,
            "Paired by seed; below 1 means fewer rows",
        )

    def _gain_table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [
                f"{self.name(g['mix'])}, against {self.name(g['control'])}, {g['rows']:,} rows",
                Number(g["mean"], g["low"], g["high"], g["n"], unit=" points", evidence=f"gains.{k}.mean"),
                g["verdict"],
            ]
            for k, g in enumerate(self.found["gains"])
        ]
        return TablePanel(["mix, against, size", "gain in accuracy", "verdict"], rows, "Paired by seed, 95 % intervals")

    def _rows_shown(self) -> list[Any]:
        shown: list[Any] = []
        sheets = []
        for name in self.args.shown:
            done = next((d for d in self.context.many("shown") if d.stage == name), None)
            if done is not None:
                sheets.append(SheetRow(name, _pictures(done)))
                if (done.folder / "dataset" / "certificate.json").is_file():
                    shown.append(
                        CertificatePanel(
                            read_json(done.folder / "dataset" / "certificate.json"), f"{name}, seed {done.seeds[0]}"
                        )
                    )
        return (
            [SheetPanel(sheets, "The first rows of each stage, first seed.", 56, True), *shown]
            if sheets
            else [TextPanel("No rows are shown.")]
        )


def _pictures(done: Done) -> list[Picture]:
    data = done.dataset()
    names = [
        f.name
        for f in data.schema
        if str(f.type) == "string" and f.name in ("digit", "category", "style", "color", "changed")
    ]
    rows = data.take(range(min(PICTURES, len(data))), ["image", *names]).to_pylist()
    return [
        Picture(row["image"], " ".join(str(row[n]) for n in names), " ".join(str(row[n]) for n in names[:2]))
        for row in rows
    ]


def _need(row: dict[str, Any]) -> str:
    return Need(**{k: row[k] for k in ("rows", "low", "high", "state", "seeds", "missed", "largest")}).text()
