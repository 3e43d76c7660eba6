"""The report of the composition recipe: what minimal pairs as negatives change, with pictures of pairs and answers."""

from __future__ import annotations

from typing import Any

from seedbed.document import figures
from seedbed.document.card import ref
from seedbed.document.report import (
    FigurePanel,
    Headline,
    Number,
    Picture,
    Report,
    Section,
    SheetPanel,
    SheetRow,
    TextPanel,
)  # fmt: skip
from seedbed.registry import register
from seedbed.run.arms_story import CHANCE, ArmsStory
from seedbed.run.publish import Publication, evidence_of, history, provenance, write_all
from seedbed.run.step import Context, StepArgs

PAIRS = 8  # shown
ARMS = {
    "random": "random negatives",
    "pairs": "minimal pairs as negatives",
}
FIGURES = {
    "group": "group score", "text": "text score", "image": "image score",
    "group_new": "group score, pairs whose captions were in no training row",
    "text_recall_1": "recall at 1, image to caption", "text_recall_5": "recall at 5, image to caption",
    "text_recall_10": "recall at 10, image to caption", "image_recall_1": "recall at 1, caption to image",
    "image_recall_5": "recall at 5, caption to image", "image_recall_10": "recall at 10, caption to image",
}  # fmt: skip
TRAINING = [
    ("parameters", lambda r: r["parameters"]), ("steps", lambda r: r["steps"]),
    ("images seen", lambda r: r["images_seen"]), ("different captions", lambda r: r["captions"]),
    ("TFLOP", lambda r: f"{r['flop'] / 1e12:.2f}"), ("seconds", lambda r: r["seconds"]),
]  # fmt: skip


@register("step", "composition_report")
class CompositionReport(Publication):
    """report.html and figures/ of the composition recipe."""

    inputs = ("composition", "scores", "models", "test")

    class Args(StepArgs):
        composition: str
        scores: str
        models: str
        test: str

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        story = _Story(context)
        pictures = {"group.png": story.chart(), "curves.png": story.curves()}
        report = Report(
            title=context.run["title"] or "Composition",
            subtitle=context.run["about"],
            findings=story.findings(),
            headlines=story.headlines(),
            sections=story.sections(pictures),
            evidence=evidence_of(story.composition),
            provenance=provenance(context.run, story.composition.seeds),
        )
        write_all(context.folder, report, {}, pictures)
        return {"sections": len(report.sections), "evidence": len(report.evidence)}


class _Story(ArmsStory):
    def __init__(self, context: Context) -> None:
        found = context.one("composition").result["figures"]
        swaps = {n: f"group score, swap {n[6:]}" for n in found if n.startswith("group_") and n != "group_new"}
        super().__init__(context, ARMS, {**FIGURES, **swaps})

    def _compared(self) -> tuple[int, dict[str, Any]]:
        return next((k, c) for k, c in enumerate(self.comparisons) if c["figure"] == "group")

    def findings(self) -> list[str]:
        k, found = self._compared()
        treated, control, ratio = found["treated"], found["control"], found["ratio"]
        known = ratio["mean"] is not None  # not where the control never wins
        times = ref(f"{ratio['mean']:.2f}", f"comparisons.{k}.ratio.mean") if known else "an unknown number of"
        ends = [ref(f"{ratio[e]:.2f}", f"comparisons.{k}.ratio.{e}") for e in ("low", "high") if ratio[e] is not None]
        span = f" ({' to '.join(ends)})" if ends else ""
        test = self.composition.result["test"]
        lines = [
            f"**Group score on {test['pairs']} pairs of scenes that no model has seen: {self.mean('group', control)} with "
            f"random negatives, {self.mean('group', treated)} with minimal pairs**: {times} times as much{span}. "
            f"Chance is {CHANCE:.1f} %.",
            f"Retrieval (recall at 1 of {test['captions']} captions) goes from {self.mean('text_recall_1', control)} to "
            f"{self.mean('text_recall_1', treated)}.",
        ]
        if "group_new" in self.figures:
            lines.append(
                f"On pairs whose captions were in no training row: {self.mean('group_new', control)} and "
                f"{self.mean('group_new', treated)}."
            )
        return lines

    def headlines(self) -> list[Headline]:
        k, found = self._compared()
        ratio = found["ratio"]
        number = Number(
            ratio["mean"], ratio["low"], ratio["high"], percent=False, evidence=f"comparisons.{k}.ratio.mean"
        )
        return [*self.tiles(), Headline(f"{found['treated']} / {found['control']}", number, "Fieller interval")]

    def sections(self, pictures: dict[str, bytes]) -> list[Section]:
        chart = self.group_panel(pictures["group.png"])
        return [
            Section("Scores on scenes that no model has seen", [self._text(), self.table(), chart, self.differences()]),
            Section("Pairs and what the models say", [self._sheet()]),
            Section("Training", [self._curves_panel(pictures["curves.png"]), self.training(TRAINING)]),
        ]

    def _text(self) -> TextPanel:
        return TextPanel(
            "A pair is two pictures and two captions of the same words. Text score: each picture fits its own caption "
            "better; image score: each caption fits its own picture better; group score: both. Independent random scores "
            f"give 25, 25 and {CHANCE:.1f} %; a model that knows only which words occur gives both captions nearly the "
            "same score for a picture and can fall below that."
        )

    def chart(self) -> bytes:
        named = [n for n in self.figures if n == "group" or n.startswith("group_")]
        groups = [
            {"label": f"{self._short(name)}, {arm}", "color": color, **self.figures[name][arm]}
            for name in named
            for color, arm in enumerate(self.arms)
        ]
        return figures.interval_chart(groups, axis=f"group score, % (chance {CHANCE:.1f})")

    def _short(self, name: str) -> str:
        return {"group": "all pairs", "group_new": "new captions"}.get(name, name.removeprefix("group_"))

    def _sheet(self) -> SheetPanel:
        rows = (
            self.context.one("test")
            .dataset()
            .take(range(PAIRS), ["id", "image", "image_1", "caption_0", "caption_1"])
            .to_pylist()
        )
        answers = {}
        for arm in self.arms:
            table = self.of("scores", arm).table().to_pylist()
            answers[arm] = {row["id"]: row for row in table}
        sheets = []
        for arm in self.arms:
            for place, name in enumerate(("image", "image_1")):
                pictures = []
                for row in rows:
                    found = answers[arm].get(row["id"])
                    right = None
                    if found is not None:
                        own, other = (
                            found[f"caption_{place}.image_{place}"],
                            found[f"caption_{1 - place}.image_{place}"],
                        )
                        right = own > other
                    truth = row[f"caption_{place}"]
                    said = truth if right else row[f"caption_{1 - place}"]
                    pictures.append(Picture(row[name], truth or "", truth or "", "" if right is None else said, right))
                sheets.append(SheetRow(f"{self.said[arm]}, picture {place + 1}", pictures))
        return SheetPanel(
            sheets,
            f"The first {len(rows)} test pairs with the caption that each model prefers for each picture, seed {self.seed}.",
            96,
            True,
        )

    def curves(self) -> bytes:
        series = {arm: [(h["step"], h["loss"]) for h in history(self.of("models", arm))] for arm in self.arms}
        return figures.learning_curves(series, y_label="training loss")

    def _curves_panel(self, png: bytes) -> FigurePanel:
        ends = {arm: history(self.of("models", arm)) for arm in self.arms}
        alt = "; ".join(f"{arm} from {h[0]['loss']:.2f} to {h[-1]['loss']:.2f}" for arm, h in ends.items())
        return FigurePanel(
            png,
            f"Training loss by step: {alt}.",
            f"Seed {self.seed}. Batches differ, so the arms' losses are not comparable.",
        )
