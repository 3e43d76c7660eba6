"""The bottleneck's one page: the verdict, what each doubling buys and costs, the law and how far it holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from seedbed.document import charts_scaling as charts
from seedbed.document import figures
from seedbed.document.card import ref
from seedbed.document.prices import read_prices
from seedbed.document.report import FigurePanel, Headline, Number, Report, Section, TablePanel, TextPanel
from seedbed.learn import scaling
from seedbed.lineage import digest
from seedbed.registry import register
from seedbed.run.publish import Publication, evidence_of, provenance, write_all
from seedbed.run.step import Context, StepArgs
from seedbed.run.steps.scaling_law import laws_of

NAMES = {"model": "the model (parameters)", "data": "the data (unique rows)", "compute": "the compute (epochs)"}


@register("step", "bottleneck_report")
class BottleneckReport(Publication):
    """report.html and figures/ of a bottleneck recipe. `prices` is for the chart of boards over the years."""

    inputs = ("law", "answer", "plan")

    class Args(StepArgs):
        law: str
        answer: str
        plan: str | None = None
        prices: str | None = None

    def code(self, args: Any) -> dict[str, Any]:
        return {**super().code(args), "prices": digest(read_prices(args.prices).model_dump(mode="json"))}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        page = _Page(args, context)
        report, pictures = page.report()
        write_all(context.folder, report, {}, pictures)
        return {"sections": len(report.sections), "evidence": len(report.evidence)}


class _Page:
    def __init__(self, args: Any, context: Context) -> None:
        self.context, self.prices = context, read_prices(args.prices)
        self.law_stage, self.answer_stage = context.one("law"), context.one("answer")
        self.found = self.law_stage.result["scaling_law"]
        self.answer = self.answer_stage.result["bottleneck"]
        self.law, self.laws = laws_of(self.law_stage)

    def report(self) -> tuple[Report, dict[str, bytes]]:
        pictures = {
            "doublings.png": self._doublings_chart(),
            "law.png": self._law_chart(),
            "compute.png": self._compute_chart(),
            "dollar.png": charts.dollar_chart(self.prices.history, self.prices.trend),
        }
        sections = [
            Section("What doubling buys", [self._doublings_table(), self._panel(pictures, "doublings.png", self._doublings_alt(), "Fall of the loss on held-out rows when one of the three is doubled. Bars: 95 % intervals over resampled cells.")]),
            Section("What it costs", [TextPanel(self._cost_text()), self._cost_table(), self._device_table()]),
            Section("The law, and how far it holds", [TextPanel(self._law_text()), self._constant_table(), self._panel(pictures, "law.png", "Loss that the law says against measured loss, with held-out cells as rings.", "Dots: fitted cells. Rings: the largest cells, predicted by a law fitted without them. On the line the law is right."), self._check_table()]),
            Section("Loss and compute", [self._panel(pictures, "compute.png", "Loss of every cell against its training FLOP, with the law's best use of compute.", "The dashed line is the best that the law promises for the compute when every row is new."), self._best_table(), self._cells_table()]),
            Section("A dollar over the years", [self._panel(pictures, "dollar.png", "Single-precision GFLOP/s for a dollar of the launch price, 2006 to 2022, rising.", self._dollar_caption(), self._board_table())]),
        ]  # fmt: skip
        report = Report(
            title=self.context.run["title"] or "Bottleneck",
            subtitle=self.context.run["about"],
            findings=self._findings(),
            headlines=self._headlines(),
            sections=sections,
            evidence=[*evidence_of(self.law_stage), *evidence_of(self.answer_stage)],
            provenance=provenance(self.context.run, self.law_stage.seeds),
        )
        return report, pictures

    def _findings(self) -> list[str]:
        a, check = self.answer, self.found["check"]
        verdict = a["verdict"]
        head = (
            "**The bottleneck is not shown**"
            if verdict == scaling.NOT_SHOWN
            else f"**The bottleneck is {NAMES[verdict]}**"
        )
        gains = ", ".join(
            f"{row['doubled']} {self._ref(row['gain'], f'bottleneck.doublings.{k}.gain')}"
            for k, row in enumerate(a["doublings"])
        )
        said = "smaller" if check["holds"] else "not smaller"
        lines = [
            f"{head}: {a['why']}.",
            f"Doubling lowers the loss by: {gains}.",
            f"On {check['points']} held-out cells the law is off by {self._percent('error')} (mean, log loss): {said} than "
            f"the nearest measured cell ({self._percent('nearest')}) and a power law of compute alone ({self._percent('power_law')}).",
        ]
        outside = [name for name, item in a["inside"].items() if not item["inside"]]
        if outside:
            lines.append(
                f"**The point lies outside the measured range of {' and '.join(outside)}**: intervals do not hold the error of extrapolation."
            )
        if self.found["dropped"]:
            lines.append(
                f"{len(self.found['dropped'])} cells did not fit into the budget: {'; '.join(self.found['dropped'])}."
            )
        return lines

    def _percent(self, name: str) -> str:
        return ref(f"{self.found['check'][name] * 100:.0f} %", f"scaling_law.check.{name}")

    def _ref(self, found: dict[str, float], name: str) -> str:
        mean, low, high = (ref(f"{found[k]:.3g}", f"{name}.{k}") for k in ("mean", "low", "high"))
        return f"{mean} [{low}, {high}]"

    def _number(self, found: dict[str, float], name: str) -> Number:
        return Number(found["mean"], found["low"], found["high"], percent=False, evidence=f"{name}.mean")

    def _headlines(self) -> list[Headline]:
        a = self.answer
        p = a["point"]
        where = f"{p['parameters']:,.0f} parameters, {p['rows']:,.0f} rows, {p['epochs']:g} epochs"
        tiles = [
            Headline("bottleneck", a["verdict"], where),
            Headline("loss at your point", self._number(a["loss"], "bottleneck.loss"), "law [95 %]"),
        ]
        for name, label in (
            ("floor", "of it: floor E"),
            ("model", "of it: too small a model"),
            ("data", "of it: too few rows read"),
        ):
            tiles.append(Headline(label, self._number(a["terms"][name], f"bottleneck.terms.{name}"), "law [95 %]"))
        return tiles

    def _doublings_table(self) -> TablePanel:
        rows: list[list[Any]] = []
        for k, row in enumerate(self.answer["doublings"]):
            name, cost = f"bottleneck.doublings.{k}", row["cost"]
            rows.append([
                NAMES[row["doubled"]], self._number(row["gain"], f"{name}.gain"), self._number(row["loss"], f"{name}.loss"),
                f"{row['flop']:.3g}", f"{row['new_rows']:,.0f} ({_money(cost['row_dollars'])})" if row["new_rows"] else "none",
            ])  # fmt: skip
        columns = ["twice", "loss falls by", "to", "FLOP", "further rows"]
        return TablePanel(
            columns,
            rows,
            "At your point, one of the three doubled and the other two as they are. Cost of the whole training, not of the difference",
        )

    def _doublings_chart(self) -> bytes:
        groups = [{"label": NAMES[r["doubled"]], **r["gain"], "values": []} for r in self.answer["doublings"]]
        return figures.interval_chart(groups, axis="fall of the loss", percent=False)

    def _doublings_alt(self) -> str:
        return "; ".join(f"{row['doubled']} {row['gain']['mean']:.3g}" for row in self.answer["doublings"])

    def _panel(
        self, pictures: dict[str, bytes], name: str, alt: str, caption: str, twin: TablePanel | None = None
    ) -> FigurePanel:
        return FigurePanel(pictures[name], alt, caption, twin)

    def _cost_text(self) -> str:
        here, spent = self.answer["here"], self.found["spent"]
        return (
            f"Your point takes {here['flop']:.3g} FLOP. The whole grid took {spent['flop']:.3g} FLOP and {spent['seconds']:.0f} core-seconds of "
            f"training: {spent['flop_per_second'] / 1e9:.2f} GFLOP/s a core, as measured while other work ran. A row read once costs "
            f"{self.found['price']['k']:.3g} N^{self.found['price']['g']:.2f} FLOP here (6 N for a transformer). Prices are assumptions of "
            f"{self.answer['price_date']}: give your own with --prices FILE. GPU hours assume a utilisation that networks this small do not reach."
        )

    def _cost_table(self) -> TablePanel:
        rows: list[list[Any]] = []
        for label, item in [
            ("your point", self.answer["here"]),
            *((f"twice {r['doubled']}", r) for r in self.answer["doublings"]),
        ]:
            c = item["cost"]
            rows.append(
                [
                    label,
                    f"{item['flop']:.3g}",
                    _hours(c["hours"]),
                    _money(c["dollars"]),
                    _hours(c["core_hours"]),
                    _money(c["core_dollars"]),
                ]
            )
        device = self.answer["device"]
        return TablePanel(
            ["training", "FLOP", f"{device} time", f"{device} dollars", "core time here", "core dollars"],
            rows,
            "FLOP, hours and dollars",
        )

    def _device_table(self) -> TablePanel:
        rows: list[list[Any]] = []
        for name, cost in self.answer["devices"].items():
            device = self.prices.devices.get(name)
            rows.append(
                [
                    name,
                    _hours(cost["hours"]),
                    _money(cost["dollars"]),
                    f"{device.hour:g}" if device else "",
                    device.source if device else "",
                ]
            )
        return TablePanel(
            ["device", "time", "dollars", "dollars an hour (assumed)", "peak from"],
            rows,
            "Your point on every device of the price table",
        )

    def _law_text(self) -> str:
        repeats = self.found["law"]["R_star"]
        again = f" A row read again and again is worth at most {1 + repeats:.1f} new rows (1 + R*)." if repeats else ""
        return (
            "L = E + A / N^α + B / D'^β (Hoffmann et al. 2022), fitted with Huber loss on the logarithm; "
            f"D' = U + U R* (1 - exp(-(epochs - 1) / R*)) for U unique rows (Muennighoff et al. 2023).{again} "
            f"Mean residual on the {self.found['fit']['points']} fitted cells: {self.found['fit']['residual'] * 100:.0f} %."
        )

    def _constant_table(self) -> TablePanel:
        rows: list[list[Any]] = []
        for row in self.found["constants"]:
            if row["mean"] is None:
                rows.append([row["constant"], "not fitted", ""])
                continue
            shown = "0" if row["mean"] < 1e-6 else f"{row['mean']:.4g}"
            span = (
                "at its bound: no floor is shown by these cells"
                if shown == "0"
                else f"{row['low']:.3g} to {row['high']:.3g}"
            )
            rows.append([row["constant"], shown, span])
        return TablePanel(
            ["constant", "value", "95 % interval"], rows, "The fitted constants; intervals from resampled cells"
        )

    def _law_chart(self) -> bytes:
        fitted = [
            {**c, "predicted": float(self.law.loss(c["parameters"], c["rows"], c["epochs"]))}
            for c in self.found["cells"]
        ]
        return charts.law_chart(fitted, self.found["check"]["cells"])

    def _check_table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [
                f"{c['parameters']:,.0f} parameters, {c['rows']:,.0f} rows, {c['epochs']:g} epochs",
                f"{c['loss']:.3f}",
                f"{c['predicted']:.3f}",
            ]
            for c in self.found["check"]["cells"]
        ]
        return TablePanel(
            ["held-out cell", "measured", "predicted"], rows, "The cells of largest compute, predicted without them"
        )

    def _compute_chart(self) -> bytes:
        price = scaling.Price(self.found["price"]["k"], self.found["price"]["g"])
        flop = [c["flop"] for c in self.found["cells"]]
        sizes = np.geomspace(min(flop), max(*flop, 2 * self.answer["here"]["flop"]), 40)
        best = [(float(f), scaling.allocate(self.law, float(f), price).loss) for f in sizes]
        loss = self.answer["loss"]
        point = (self.answer["here"]["flop"], loss["mean"], loss["low"], loss["high"])
        return charts.compute_chart(self.found["cells"], best, point)

    def _best_table(self) -> TablePanel:
        rows: list[list[Any]] = []
        for k, item in enumerate(self.answer["best_use"]):
            name = f"bottleneck.best_use.{k}"
            label = "your compute" if item["times"] == 1 else "twice your compute"
            rows.append(
                [
                    label,
                    f"{item['flop']:.3g}",
                    _span(item["parameters"]),
                    _span(item["rows"]),
                    self._number(item["loss"], f"{name}.loss"),
                ]
            )
        return TablePanel(
            ["compute", "FLOP", "parameters", "rows, each read once", "loss"],
            rows,
            "The best use of compute when rows cost nothing (law, 95 % intervals)",
        )

    def _cells_table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [", ".join(f"{k} {v}" for k, v in c["cell"].items()), f"{c['parameters']:,}", f"{c['flop']:.3g}",
             Number(c["loss"], percent=False, evidence=f"scaling_law.cells.{k}.loss"),
             Number(c["accuracy"], evidence=f"scaling_law.cells.{k}.accuracy")]
            for k, c in enumerate(self.found["cells"])
        ]  # fmt: skip
        return TablePanel(["cell", "parameters", "FLOP", "held-out loss", "accuracy"], rows, "Every trained cell")

    def _dollar_caption(self) -> str:
        trend = self.prices.trend
        return (
            f"Lines: FLOP/s for a dollar double every {trend.doubling:g} years (dotted: 95 % interval), {trend.ml_doubling:g} for boards used in machine "
            f"learning. {trend.source}; drawn through the middle of the consumer boards here, not fitted to them. Dollars of the launch year, "
            "no tensor cores; data-centre boards cost more for a FLOP and bring memory and links."
        )

    def _board_table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [b.name, f"{b.year:.1f}", f"{b.peak / 1e12:.2f}", f"{b.price:,.0f}", f"{b.gflop_per_dollar:.2f}"]
            for b in self.prices.history
        ]
        return TablePanel(
            ["board", "launch", "TFLOP/s", "dollars", "GFLOP/s a dollar"],
            rows,
            "Boards at launch; sources are in prices.yaml",
        )


def _hours(hours: float) -> str:
    """A time in the unit that reads best."""
    seconds = hours * 3600
    if seconds < 1:
        return f"{seconds * 1000:.2g} ms"
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{hours:,.3g} h"


def _money(dollars: float) -> str:
    return "$0" if dollars == 0 else f"${dollars:,.2f}" if dollars >= 0.01 else f"${dollars:.1e}"


def _span(found: dict[str, float]) -> str:
    return f"{found['mean']:,.0f} [{found['low']:,.0f}, {found['high']:,.0f}]"
