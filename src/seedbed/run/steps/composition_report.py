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
    TablePanel,
    TextPanel,
)  # fmt: skip
from seedbed.registry import register
from seedbed.run.publish import Publication, estimate, evidence_of, history, provenance, write_all
from seedbed.run.step import Context, Done, StepArgs

PAIRS = 8  # shown
CHANCE = 100 / 6
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


class _Story:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.composition = context.one("composition")
        self.result: dict[str, Any] = self.composition.result
        self.figures: dict[str, Any] = self.result["figures"]
        self.arms = sorted(self.figures["group"], key=lambda arm: (*ARMS, arm).index(arm))
        self.seed = min(done.cell["seed"] for done in context.many("scores"))
        self.names = {
            **FIGURES,
            **{n: f"group score, swap {n[6:]}" for n in self.figures if n.startswith("group_") and n != "group_new"},
        }

    def of(self, name: str, arm: str) -> Done:
        return next(d for d in self.context.many(name) if d.cell["arm"] == arm and d.cell["seed"] == self.seed)

    def _mean(self, figure: str, arm: str) -> str:
        return ref(f"{self.figures[figure][arm]['mean'] * 100:.1f} %", f"figures.{figure}.{arm}.mean")

    def _compared(self) -> tuple[int, dict[str, Any]]:
        return next((k, c) for k, c in enumerate(self.result["comparisons"]) if c["figure"] == "group")

    def findings(self) -> list[str]:
        k, found = self._compared()
        treated, control, ratio = found["treated"], found["control"], found["ratio"]
        known = ratio["mean"] is not None  # not where the control never wins
        times = ref(f"{ratio['mean']:.2f}", f"comparisons.{k}.ratio.mean") if known else "an unknown number of"
        ends = [ref(f"{ratio[e]:.2f}", f"comparisons.{k}.ratio.{e}") for e in ("low", "high") if ratio[e] is not None]
        span = f" ({' to '.join(ends)})" if ends else ""
        test = self.result["test"]
        lines = [
            f"**Group score on {test['pairs']} pairs of scenes that no model has seen: {self._mean('group', control)} with "
            f"random negatives, {self._mean('group', treated)} with minimal pairs**: {times} times as much{span}. "
            f"Chance is {CHANCE:.1f} %.",
            f"Retrieval (recall at 1 of {test['captions']} captions) goes from {self._mean('text_recall_1', control)} to "
            f"{self._mean('text_recall_1', treated)}.",
        ]
        if "group_new" in self.figures:
            lines.append(
                f"On pairs whose captions were in no training row: {self._mean('group_new', control)} and "
                f"{self._mean('group_new', treated)}."
            )
        return lines

    def headlines(self) -> list[Headline]:
        k, found = self._compared()
        ratio = found["ratio"]
        number = Number(
            ratio["mean"], ratio["low"], ratio["high"], percent=False, evidence=f"comparisons.{k}.ratio.mean"
        )
        tiles = [
            Headline(f"group score, {ARMS.get(arm, arm)}", estimate(self.figures["group"][arm], f"figures.group.{arm}"), "mean over seeds [95 %]")
            for arm in self.arms
        ]  # fmt: skip
        return [*tiles, Headline(f"{found['treated']} / {found['control']}", number, "Fieller interval")]

    def sections(self, pictures: dict[str, bytes]) -> list[Section]:
        return [
            Section("Scores on scenes that no model has seen", [self._text(), self._table(), self._chart_panel(pictures["group.png"]), self._differences()]),
            Section("Pairs and what the models say", [self._sheet()]),
            Section("Training", [self._curves_panel(pictures["curves.png"]), self._training()]),
        ]  # fmt: skip

    def _text(self) -> TextPanel:
        return TextPanel(
            "A pair is two pictures and two captions of the same words. Text score: each picture fits its own caption "
            "better; image score: each caption fits its own picture better; group score: both. Independent random scores "
            f"give 25, 25 and {CHANCE:.1f} %; a model that knows only which words occur gives both captions nearly the "
            "same score for a picture and can fall below that."
        )

    def _table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [self.names[name], *(estimate(self.figures[name][arm], f"figures.{name}.{arm}") for arm in self.arms)]
            for name in sorted(self.figures, key=list(self.names).index)
        ]
        caption = "Mean over seeds with Student's t interval. n is the number of seeds."
        return TablePanel(["", *(ARMS.get(arm, arm) for arm in self.arms)], rows, caption)

    def _differences(self) -> TablePanel:
        rows: list[list[Any]] = []
        for k, found in enumerate(self.result["comparisons"]):
            d = found["difference"]
            number = Number(
                d["mean"], d["low"], d["high"], d["n"], unit=" points", evidence=f"comparisons.{k}.difference.mean"
            )
            rows.append([self.names[found["figure"]], number, "shown" if found["shown"] else "not shown"])
        title = f"{self.result['comparisons'][0]['treated']} minus {self.result['comparisons'][0]['control']}, paired by seed"
        return TablePanel(["figure", "difference", "above 0"], rows, title)

    def chart(self) -> bytes:
        named = [n for n in self.figures if n == "group" or n.startswith("group_")]
        groups = [
            {"label": f"{self._short(name)}, {arm}", **self.figures[name][arm]} for name in named for arm in self.arms
        ]
        return figures.interval_chart(groups, axis=f"group score, % (chance {CHANCE:.1f})")

    def _short(self, name: str) -> str:
        return {"group": "all pairs", "group_new": "new captions"}.get(name, name.removeprefix("group_"))

    def _chart_panel(self, png: bytes) -> FigurePanel:
        alt = "; ".join(f"{arm} {self.figures['group'][arm]['mean'] * 100:.1f} %" for arm in self.arms)
        rows: list[list[Any]] = [
            [arm, *(Number(v, evidence=f"figures.group.{arm}.values.{k}") for k, v in enumerate(self.figures["group"][arm]["values"]))]
            for arm in self.arms
        ]  # fmt: skip
        seeds = [f"seed {seed}" for seed in self.figures["group"][self.arms[0]]["seeds"]]
        twin = TablePanel(["arm", *seeds], rows, "Group score of every seed")
        return FigurePanel(png, f"Group score by arm: {alt}.", "Dot: mean. Bar: 95 % interval. Ticks: seeds.", twin)

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
                sheets.append(SheetRow(f"{ARMS.get(arm, arm)}, picture {place + 1}", pictures))
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

    def _training(self) -> TablePanel:
        rows: list[list[Any]] = []
        for arm in self.arms:
            found = self.of("models", arm).result
            rows.append(
                [
                    ARMS.get(arm, arm),
                    found["parameters"],
                    found["steps"],
                    found["images_seen"],
                    found["captions"],
                    f"{found['flop'] / 1e12:.2f}",
                    found["seconds"],
                ]
            )
        return TablePanel(
            ["arm", "parameters", "steps", "images seen", "different captions", "TFLOP", "seconds"],
            rows,
            f"Seed {self.seed}; seconds on a machine that may have had other work",
        )
