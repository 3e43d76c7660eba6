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
from seedbed.run.arms_story import ArmsStory
from seedbed.run.publish import Publication, evidence_of, history, provenance, write_all
from seedbed.run.step import Context, Done, StepArgs

SHOWN = 6
ARMS = {"alt": "alt text", "mixed": "half and half", "recaption": "recaptions", "truth": "true captions"}
FIGURES = {
    "group": "group score, minimal pairs' own captions", "text": "text score", "image": "image score",
    "text_recall_1": "recall at 1, image to caption", "text_recall_10": "recall at 10, image to caption",
    "image_recall_1": "recall at 1, caption to image", "image_recall_10": "recall at 10, caption to image",
    "dense_group": "group score, dense captions", "dense_text_recall_1": "recall at 1, image to dense caption",
    "dense_text_recall_10": "recall at 10, image to dense caption",
    "dense_image_recall_1": "recall at 1, dense caption to image",
    "dense_image_recall_10": "recall at 10, dense caption to image",
}  # fmt: skip
LEAST = 0.05  # figures that no arm reaches that far are left to the table
CHART = ("group", "text_recall_10", "dense_group", "dense_text_recall_10")
TRAINING = [
    ("images", lambda r: r["images"]), ("different captions", lambda r: r["captions"]),
    ("words a caption", lambda r: r["words"]), ("steps", lambda r: r["steps"]),
    ("TFLOP", lambda r: f"{r['flop'] / 1e12:.2f}"), ("seconds", lambda r: r["seconds"]),
]  # fmt: skip


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


class _Story(ArmsStory):
    def __init__(self, context: Context) -> None:
        super().__init__(context, ARMS, FIGURES)
        self.rewritten: Done = next(d for d in context.many("rewritten") if d.cell["seed"] == self.seed)

    def _fact(self, name: str, what: str) -> str:
        found = self.rewritten.result["facts"][name][what]["value"]
        return ref(f"{found * 100:.1f} %", f"{self.rewritten.id}.facts.{name}.{what}.value")

    def _told(self) -> list[str]:
        """The figures of the chart that some arm can answer."""
        return [n for n in CHART if n in self.names and max(v["mean"] for v in self.figures[n].values()) >= LEAST]

    def findings(self) -> list[str]:
        lines = [
            f"**Of what the recaptions state, {self._fact('recaption', 'precision')} is true; they state "
            f"{self._fact('recaption', 'recall')} of what the true captions state.** The alt text states "
            f"{self._fact('old', 'recall')} of it (seed {self.seed})."
        ]
        for name in self._told():
            told = ", ".join(f"{self.mean(name, arm)} with {self.said[arm]}" for arm in self.arms)
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
        at = f"{self.rewritten.id}.facts.recaption"
        tiles = [
            Headline(f"{what} of stated facts", _number(found, f"{at}.{what}.value"), f"recaptions, seed {self.seed}")
            for what in ("precision", "recall")
            for found in [self.rewritten.result["facts"]["recaption"][what]]
        ]
        return [*tiles, *self.tiles()]

    def sections(self, pictures: dict[str, bytes]) -> list[Section]:
        chart = self.group_panel(pictures["arms.png"])
        return [
            Section("What the captions state", [self._facts(), self._sheet()]),
            Section("What they are worth to a learner", [self._text(), self.table(), chart, self.differences()]),
            Section("Training", [self._curves(pictures["captioner.png"]), self.training(TRAINING)]),
        ]

    def _facts(self) -> TablePanel:
        rows: list[list[Any]] = []
        for name, label in (("old", "alt text"), ("recaption", "recaption"), ("truth", "true caption")):
            found = self.rewritten.result["facts"][name]
            for what, part in (("all facts", found), *found["by"].items()):
                at = f"{self.rewritten.id}.facts.{name}" + ("" if part is found else f".by.{what}")
                cells = [_number(part[which], f"{at}.{which}.value") for which in ("precision", "recall")]
                rows.append([f"{label}: {what}", *cells])
        caption = (
            f"Claims read from the captions and proved on the scene graphs, seed {self.seed}; Wilson intervals. Claims of "
            "one picture depend on each other, so the intervals are a little narrow."
        )
        return TablePanel(["caption", "precision", "recall"], rows, caption)

    def _sheet(self) -> SheetPanel:
        old, truth = (self.rewritten.result["columns"][name] for name in ("old", "truth"))
        rows = self.rewritten.dataset().take(range(SHOWN), ["image", old, "recaption", truth]).to_pylist()
        lines = [
            SheetRow(ARMS[arm], [Picture(row["image"], row[truth], row[column]) for row in rows])
            for arm, column in (("alt", old), ("recaption", "recaption"), ("truth", truth))
        ]
        return SheetPanel(lines, f"The first {len(rows)} rewritten rows, seed {self.seed}.", 144, True)

    def _text(self) -> TextPanel:
        return TextPanel(
            "Every arm trains on the same pictures in the same order, with minimal pairs in each batch; only the captions "
            "differ. Two kinds of questions are asked, with the minimal pairs' own short captions and with dense "
            "paragraphs of the same pictures: recaptions and true captions are of one of these kinds, which favours them "
            "there; nobody is favoured in the other."
        )

    def chart(self) -> bytes:
        groups = [
            {"label": f"{FIGURES[name]}: {arm}", "color": color, **self.figures[name][arm]}
            for name in self._told() for color, arm in enumerate(self.arms)
        ]  # fmt: skip
        return figures.interval_chart(groups, axis="%, pictures that no model has seen")

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


def _number(found: dict[str, Any], evidence: str) -> Number:
    state = "ok" if found["value"] is not None else "none stated"
    return Number(found["value"], found["low"], found["high"], found["n"], evidence=evidence, state=state)
