"""The report of the recaption recipe: what the captioner states, and what its captions are worth to a learner."""

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

SHOWN = 6
ARMS = {"alt": "alt text", "mixed": "half and half", "recaption": "recaptions", "truth": "true dense captions"}
FIGURES = {
    "group": "group score, minimal pairs' own captions", "text": "text score", "image": "image score",
    "text_recall_1": "recall at 1, image to caption", "text_recall_10": "recall at 10, image to caption",
    "image_recall_1": "recall at 1, caption to image", "image_recall_10": "recall at 10, caption to image",
    "dense_group": "group score, dense captions", "dense_text_recall_1": "recall at 1, image to dense caption",
    "dense_text_recall_10": "recall at 10, image to dense caption",
    "dense_image_recall_1": "recall at 1, dense caption to image",
    "dense_image_recall_10": "recall at 10, dense caption to image",
}  # fmt: skip
CHART = ("group", "text_recall_10", "dense_group", "dense_text_recall_10")


@register("step", "recaption_report")
class RecaptionReport(Publication):
    """report.html and figures/ of the recaption recipe."""

    inputs = ("composition", "scores", "models", "rewritten", "captioners")

    class Args(StepArgs):
        composition: str
        scores: str
        models: str
        rewritten: str
        captioners: str

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        story = _Story(context)
        pictures = {"arms.png": story.chart(), "captioner.png": story.curves()}
        report = Report(
            title=context.run["title"] or "Recaptioning",
            subtitle=context.run["about"],
            findings=story.findings(),
            headlines=story.headlines(),
            sections=story.sections(pictures),
            evidence=[*evidence_of(story.composition), *evidence_of(story.rewritten, story.rewritten.id)],
            provenance=provenance(context.run, story.composition.seeds),
        )
        write_all(context.folder, report, {}, pictures)
        return {"sections": len(report.sections), "evidence": len(report.evidence)}


class _Story:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.composition = context.one("composition")
        self.figures: dict[str, Any] = self.composition.result["figures"]
        self.comparisons: list[dict[str, Any]] = self.composition.result["comparisons"]
        self.arms = sorted(self.figures["group"], key=lambda arm: (*ARMS, arm).index(arm))
        self.seed = min(done.cell["seed"] for done in context.many("scores"))
        self.rewritten: Done = next(d for d in context.many("rewritten") if d.cell["seed"] == self.seed)
        self.names = [name for name in FIGURES if name in self.figures]

    def _mean(self, figure: str, arm: str) -> str:
        return ref(f"{self.figures[figure][arm]['mean'] * 100:.1f} %", f"figures.{figure}.{arm}.mean")

    def _fact(self, name: str, what: str) -> str:
        found = self.rewritten.result["facts"][name][what]["value"]
        return ref(f"{found * 100:.1f} %", f"{self.rewritten.id}.facts.{name}.{what}.value")

    def findings(self) -> list[str]:
        lines = [
            f"**Of what the recaptions state, {self._fact('recaption', 'precision')} is true; they state "
            f"{self._fact('recaption', 'recall')} of what the true dense captions state.** The alt text states "
            f"{self._fact('old', 'recall')} of it (seed {self.seed})."
        ]
        for name in ("group", "text_recall_10", "dense_group"):
            told = ", ".join(f"{self._mean(name, arm)} with {ARMS.get(arm, arm)}" for arm in self.arms)
            verdict = self._verdict(name)
            lines.append(f"{FIGURES[name][:1].upper()}{FIGURES[name][1:]}: {told}{verdict}.")
        return lines

    def _verdict(self, name: str) -> str:
        for k, found in enumerate(self.comparisons):
            if found["figure"] == name and found["control"] == "alt":
                d = found["difference"]
                points = ref(f"{d['mean'] * 100:+.1f}", f"comparisons.{k}.difference.mean")
                state = "shown" if found["shown"] else "not shown with these seeds"
                return f"; recaptions against alt text {points} points ({state})"
        return ""

    def headlines(self) -> list[Headline]:
        facts = self.rewritten.result["facts"]["recaption"]
        tiles = [
            Headline(f"{what} of stated facts", Number(facts[what]["value"], facts[what]["low"], facts[what]["high"], facts[what]["n"], evidence=f"{self.rewritten.id}.facts.recaption.{what}.value"), f"recaptions, seed {self.seed}")
            for what in ("precision", "recall")
        ]  # fmt: skip
        return [
            *tiles,
            *(Headline(f"group score, {ARMS.get(arm, arm)}", estimate(self.figures["group"][arm], f"figures.group.{arm}"), "mean over seeds [95 %]") for arm in self.arms),
        ]  # fmt: skip

    def sections(self, pictures: dict[str, bytes]) -> list[Section]:
        return [
            Section("What the captions state", [self._facts(), self._sheet()]),
            Section("What they are worth to a learner", [self._text(), self._table(), self._chart(pictures["arms.png"]), self._differences()]),
            Section("Training", [self._curves(pictures["captioner.png"]), self._training()]),
        ]  # fmt: skip

    def _facts(self) -> TablePanel:
        rows: list[list[Any]] = []
        for name, label in (("old", "alt text"), ("recaption", "recaption"), ("truth", "true dense caption")):
            found = self.rewritten.result["facts"][name]
            for what, part in (("all facts", found), *found["by"].items()):
                at = f"{self.rewritten.id}.facts.{name}" + ("" if part is found else f".by.{what}")
                cells = [
                    Number(part[w]["value"], part[w]["low"], part[w]["high"], part[w]["n"], evidence=f"{at}.{w}.value", state="ok" if part[w]["value"] is not None else "none stated")
                    for w in ("precision", "recall")
                ]  # fmt: skip
                rows.append([f"{label}: {what}", *cells])
        caption = f"Claims read from the captions and proved on the scene graphs, seed {self.seed}; Wilson intervals. Claims of one picture depend on each other, so the intervals are a little narrow."
        return TablePanel(["caption", "precision", "recall"], rows, caption)

    def _sheet(self) -> SheetPanel:
        rows = self.rewritten.dataset().take(range(SHOWN), ["image", "alt", "recaption", "dense"]).to_pylist()
        lines = [
            SheetRow(ARMS.get(arm, arm), [Picture(row["image"], row["dense"], row[column]) for row in rows])
            for arm, column in (("alt", "alt"), ("recaption", "recaption"), ("truth", "dense"))
        ]
        return SheetPanel(lines, f"The first {len(rows)} rewritten rows, seed {self.seed}.", 144, True)

    def _text(self) -> TextPanel:
        return TextPanel(
            "Every arm trains on the same pictures in the same order, with minimal pairs in each batch; only the captions "
            "differ. The first figures ask with the minimal pairs' own short captions, which have the style of no arm; "
            "the dense ones ask in the style of the recaptions, which favours them and the truth."
        )

    def _table(self) -> TablePanel:
        rows: list[list[Any]] = [
            [FIGURES[name], *(estimate(self.figures[name][arm], f"figures.{name}.{arm}") for arm in self.arms)]
            for name in self.names
        ]
        return TablePanel(
            ["", *(ARMS.get(arm, arm) for arm in self.arms)],
            rows,
            "Mean over seeds with Student's t interval, on pictures that none has seen. n is the number of seeds.",
        )

    def _differences(self) -> TablePanel:
        rows: list[list[Any]] = []
        for k, found in enumerate(self.comparisons):
            if found["figure"] in self.names:
                d = found["difference"]
                number = Number(
                    d["mean"], d["low"], d["high"], d["n"], unit=" points", evidence=f"comparisons.{k}.difference.mean"
                )
                rows.append(
                    [
                        f"{FIGURES[found['figure']]}, against {ARMS.get(found['control'], found['control'])}",
                        number,
                        "shown" if found["shown"] else "not shown",
                    ]
                )
        return TablePanel(["recaptions minus", "difference", "above 0"], rows, "Paired by seed")

    def chart(self) -> bytes:
        groups = [
            {"label": f"{FIGURES[name]}: {arm}", **self.figures[name][arm]}
            for name in CHART if name in self.figures for arm in self.arms
        ]  # fmt: skip
        return figures.interval_chart(groups, axis="%, pictures that no model has seen")

    def _chart(self, png: bytes) -> FigurePanel:
        alt = "; ".join(f"{arm} {self.figures['group'][arm]['mean'] * 100:.1f} %" for arm in self.arms)
        rows: list[list[Any]] = [
            [arm, *(Number(v, evidence=f"figures.group.{arm}.values.{k}") for k, v in enumerate(self.figures["group"][arm]["values"]))]
            for arm in self.arms
        ]  # fmt: skip
        seeds = [f"seed {seed}" for seed in self.figures["group"][self.arms[0]]["seeds"]]
        return FigurePanel(
            png,
            f"Group score by captions: {alt}.",
            "Dot: mean. Bar: 95 % interval. Ticks: seeds.",
            TablePanel(["arm", *seeds], rows, "Group score of every seed"),
        )

    def curves(self) -> bytes:
        series = {
            f"seed {d.cell['seed']}": [(h["step"], h["loss"]) for h in history(d)]
            for d in self.context.many("captioners")
        }
        return figures.learning_curves(series, y_label="captioner's training loss, nats a token")

    def _curves(self, png: bytes) -> FigurePanel:
        ends = {d.cell["seed"]: history(d)[-1]["loss"] for d in self.context.many("captioners")}
        return FigurePanel(
            png, "Captioner's loss at the end: " + "; ".join(f"seed {k} {v:.2f}" for k, v in ends.items()) + ".", ""
        )

    def _training(self) -> TablePanel:
        rows: list[list[Any]] = []
        for done in self.context.many("models"):
            if done.cell["seed"] == self.seed:
                found = done.result
                rows.append(
                    [
                        ARMS.get(done.cell["arm"], done.cell["arm"]),
                        found["images"],
                        found["captions"],
                        found["words"],
                        found["steps"],
                        f"{found['flop'] / 1e12:.2f}",
                        found["seconds"],
                    ]
                )
        return TablePanel(
            ["captions", "images", "different captions", "words a caption", "steps", "TFLOP", "seconds"],
            rows,
            f"Seed {self.seed}; seconds on a machine that may have had other work",
        )
