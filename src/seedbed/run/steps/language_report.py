"""The report of a trained language model: its loss, its perplexity beside n-gram models, its samples."""

from __future__ import annotations

import json
from typing import Any

from seedbed.dataset.files import read_json
from seedbed.document import figures
from seedbed.document.card import ref
from seedbed.document.report import FigurePanel, Headline, Number, Report, Section, TablePanel, TextPanel
from seedbed.registry import register
from seedbed.run.publish import Publication, evidence_of, history, provenance, write_all
from seedbed.run.step import Context, StepArgs
from seedbed.run.text_measures import plain

NAMES = {
    "unigram": "unigram",
    "bigram": "bigram",
    "5-gram": "5-gram",
    "model": "the model",
    "held_out": "held-out captions",
}
CHECKS = {
    "in_grammar": "every sentence in the grammar",
    "count_agrees": "of these: things named = number said",
    "references_resolved": 'of these: every "the ..." was named before',
    "consistent": "all of it",
    "copied": "word for word in the training texts",
}


@register("step", "language_report")
class LanguageReport(Publication):
    """report.html and figures/ of the recipe language_model."""

    inputs = ("model", "quality", "captions")

    class Args(StepArgs):
        model: str
        quality: str
        captions: str

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        story = _Story(context)
        report, pictures = story.report()
        write_all(context.folder, report, {}, pictures)
        return {"sections": len(report.sections), "evidence": len(report.evidence)}


class _Story:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.model, self.quality = context.one("model"), context.one("quality")
        self.of, self.result = self.model.result, self.quality.result
        self.rows = self.result["rows"]

    def report(self) -> tuple[Report, dict[str, bytes]]:
        pictures = {"loss.png": self._loss(), "bits_per_byte.png": self._bits()}
        if "consistent" in self.result["samples"]["model"]:
            pictures["samples.png"] = self._shares()
        sections = [
            Section("Training", [self._loss_panel(pictures["loss.png"]), self._cost()]),
            Section("Perplexity on held-out texts", [self._table(), self._bits_panel(pictures["bits_per_byte.png"])]),
            Section("Samples", self._samples(pictures.get("samples.png"))),
            Section("The text, and how to use the model", [TextPanel(self._text())]),
        ]
        report = Report(
            title=self.context.run["title"] or "Language model", subtitle=self.context.run["about"],
            findings=self._findings(), headlines=self._headlines(), sections=sections,
            evidence=[*evidence_of(self.quality, "quality"), *evidence_of(self.model, "model")],
            provenance=provenance(self.context.run, self.model.seeds),
        )  # fmt: skip
        return report, pictures

    def _number(self, name: str, measure: str) -> Number:
        row = self.rows[name][measure]
        return _number(row, f"quality.rows.{name}.{measure}.value")

    def _findings(self) -> list[str]:
        lines = []
        for name, gain in self.result["gains"].items():
            text = ref(f"{abs(gain['value']):.3f}", f"quality.gains.{name}.value")
            word = "saves" if gain["value"] > 0 else "loses"
            sure = "" if gain["better"] or gain["value"] < 0 else " (the interval reaches 0: no clear difference)"
            lines.append(
                f"Against the {name} model it {word} **{text} bits a byte** [{gain['low']:.3f}, {gain['high']:.3f}]{sure}."
            )
        told = self.result["samples"]["model"]
        if "consistent" in told:
            mine, other = told["consistent"], self.result["samples"]["5-gram"]["consistent"]
            lines.append(
                f"**{ref(format(mine['value'] * 100, '.1f'), 'quality.samples.model.consistent.value')} %** of its samples are whole "
                f"captions that agree with themselves; of the 5-gram model's, {ref(format(other['value'] * 100, '.1f'), 'quality.samples.5-gram.consistent.value')} %."
            )
        return lines

    def _headlines(self) -> list[Headline]:
        return [
            Headline("perplexity a token, held out", self._number("model", "perplexity"), "95 % over documents"),
            Headline("bits a byte, held out", self._number("model", "bits_per_byte"), "95 % over documents"),
            Headline("parameters", f"{self.of['parameters']:,}", f"{self.of['tokens_trained']:,} tokens trained on"),
        ]

    def _loss(self) -> bytes:
        series = {"training": [(h["step"], h["loss"]) for h in history(self.model)]}
        told = json.loads((self.model.folder / "evaluations.json").read_text())
        if told:
            series["held out"] = [(h["step"], h["loss"]) for h in told]
        return figures.learning_curves(series, y_label="loss, nats a token")

    def _loss_panel(self, png: bytes) -> FigurePanel:
        told = history(self.model)
        alt = f"Training loss from {told[0]['loss']:.2f} to {told[-1]['loss']:.2f} nats a token over {self.of['steps']} steps."
        body: list[list[Any]] = [[int(h["step"]), h["loss"], round(h["seconds"], 1)] for h in told]
        return FigurePanel(png, alt, "Means since the point before.", TablePanel(["step", "loss", "seconds"], body))

    def _cost(self) -> TablePanel:
        r = self.of
        rows: list[list[Any]] = [
            ["documents, tokens", f"{r['documents']:,}, {r['tokens']:,}"],
            ["blocks, share of padding", f"{r['blocks']:,}, {r['padding'] * 100:.2f} %"],
            ["tokens trained on", f"{r['tokens_trained']:,}"],
            ["tokens a second, measured", f"{r['tokens_per_second']:,.0f}"],
            ["waiting for data", f"{r['waiting_share'] * 100:.2f} % of the time"],
            ["operations, counted by torch", f"{r['flop_counted']:.3g} FLOP (forward pass times three; without attention's own products on a CPU)"],
            ["operations, 6 N D", f"{r['flop_6nd']:.3g} FLOP"],
        ]  # fmt: skip
        return TablePanel(["training", "figure"], rows, "One seed; times are those of this run and this machine.")

    def _table(self) -> TablePanel:
        body: list[list[Any]] = []
        for name in self._order(self.rows):
            gain = self.result["gains"].get(name)
            saved = None if gain is None else _number(gain, f"quality.gains.{name}.value")
            body.append([NAMES[name], self._number(name, "perplexity"), self._number(name, "bits_per_byte"), saved])
        left = self.result["also_in_training"]
        caption = (
            f"{self.result['documents']} held-out texts{f'; {left} that also stand in the training texts are left out' if left else ''}. "
            "n-gram models: Witten-Bell smoothing, on the same tokens and training texts. Fieller's intervals over documents."
        )
        return TablePanel(
            ["model", "perplexity a token", "bits a byte", "bits a byte that the model saves"], body, caption
        )

    def _bits(self) -> bytes:
        groups = [
            {"label": NAMES[name], "mean": row["value"], "low": row["low"], "high": row["high"], "values": []}
            for name in self._order(self.rows) for row in [self.rows[name]["bits_per_byte"]]
        ]  # fmt: skip
        return figures.interval_chart(groups, axis="bits a byte on held-out texts (less is better)", percent=False)

    def _bits_panel(self, png: bytes) -> FigurePanel:
        alt = "; ".join(f"{NAMES[n]} {plain(self.rows[n]['bits_per_byte'])}" for n in self._order(self.rows))
        return FigurePanel(png, f"Bits a byte: {alt}.", "The numbers are in the table above.")

    def _shares(self) -> bytes:
        groups = [
            {"label": NAMES[name], "mean": row["value"], "low": row["low"], "high": row["high"], "values": []}
            for name in self._order(self.result["samples"]) for row in [self.result["samples"][name]["consistent"]]
        ]  # fmt: skip
        return figures.interval_chart(groups, axis="samples that are whole captions and agree with themselves, %")

    def _samples(self, png: bytes | None) -> list[Any]:
        told = self.result["samples"]
        names = self._order(told)
        body: list[list[Any]] = [
            [text, *(_number(told[n][key], f"quality.samples.{n}.{key}.value", percent=True) for n in names)]
            for key, text in CHECKS.items() if key in told["model"]
        ]  # fmt: skip
        n = told["model"]["samples"]
        panels: list[Any] = [
            TablePanel(["share of", *(NAMES[name] for name in names)], body,
                       f"{n} samples each, Wilson intervals. Of the model's samples {told['model']['different']} are different from each other."),
        ]  # fmt: skip
        if png is not None:
            alt = "; ".join(f"{NAMES[n]} {told[n]['consistent']['value'] * 100:.1f} %" for n in names)
            panels.append(FigurePanel(png, f"Consistent samples: {alt}.", "The numbers are in the table above."))
        shown = [[NAMES[name], text] for name in names for text in self.result["examples"][name][:3]]
        panels.append(TablePanel(["from", "text"], shown, "The first samples of each, not chosen."))
        return panels

    def _text(self) -> str:
        made = read_json(self.context.one("captions").folder / "dataset" / "lineage.json").get("fingerprint")
        licence = ", ".join(self.of["licences"]) or "not recorded"
        folder = f"stages/{self.model.folder.name}/model"
        return (
            f"The text: {self.of['documents']:,} captions that this recipe made (data version {made}), licence {licence}. "
            f"The model lies in `{folder}`, in Hugging Face's format:\n\n"
            f"- `seedbed audit RUN/{folder} --suite commonsense`\n"
            f'- `AutoModelForCausalLM.from_pretrained("RUN/{folder}")`\n\n'
            "It knows captions of one small world and nothing else: a model to measure tools with, not to ask."
        )

    def _order(self, names: Any) -> list[str]:
        return [name for name in NAMES if name in names]


def _number(row: dict[str, Any], evidence: str, percent: bool = False) -> Number:
    state = "ok" if row["value"] is not None else "undefined"
    return Number(row["value"], row["low"], row["high"], row["n"], percent=percent, evidence=evidence, state=state)
