"""What the reports of dual encoders' arms share: figures over seeds, differences, the chart of group scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seedbed.document.card import ref
from seedbed.document.report import FigurePanel, Headline, Number, TablePanel
from seedbed.run.publish import estimate
from seedbed.run.step import Context, Done

CHANCE = 100 / 6  # percent: the group score of independent random scores


class ArmsStory:
    """The result of a `composition` stage, in words and tables. arms: arm -> its name, in the order of the report;
    names: figure -> its name, in the order of the tables; figures that are not in it are not told.
    """

    def __init__(self, context: Context, arms: Mapping[str, str], names: Mapping[str, str]) -> None:
        self.context = context
        self.composition = context.one("composition")
        self.figures: dict[str, Any] = self.composition.result["figures"]
        self.comparisons: list[dict[str, Any]] = self.composition.result["comparisons"]
        self.arms = sorted(self.figures["group"], key=lambda arm: (*arms, arm).index(arm))
        self.said = {arm: arms.get(arm, arm) for arm in self.arms}
        self.names = {name: text for name, text in names.items() if name in self.figures}
        self.seed = min(done.cell["seed"] for done in context.many("scores"))

    def of(self, name: str, arm: str) -> Done:
        """The first seed's stage of an arm."""
        return next(d for d in self.context.many(name) if d.cell["arm"] == arm and d.cell["seed"] == self.seed)

    def mean(self, figure: str, arm: str) -> str:
        """A figure's mean as text that points to its evidence."""
        return ref(f"{self.figures[figure][arm]['mean'] * 100:.1f} %", f"figures.{figure}.{arm}.mean")

    def tiles(self) -> list[Headline]:
        """The group score of each arm."""
        return [
            Headline(
                f"group score, {self.said[arm]}", estimate(self.figures["group"][arm], f"figures.group.{arm}"),
                "mean over seeds [95 %]",
            )
            for arm in self.arms
        ]  # fmt: skip

    def table(self) -> TablePanel:
        """Every figure of every arm."""
        rows: list[list[Any]] = [
            [text, *(estimate(self.figures[name][arm], f"figures.{name}.{arm}") for arm in self.arms)]
            for name, text in self.names.items()
        ]
        caption = "Mean over seeds with Student's t interval, on pictures that none has seen. n is the number of seeds."
        return TablePanel(["", *self.said.values()], rows, caption)

    def differences(self) -> TablePanel:
        """The treated arm minus each control, paired by seed."""
        rows: list[list[Any]] = []
        for k, found in enumerate(self.comparisons):
            if found["figure"] not in self.names:
                continue
            d, control = found["difference"], self.said.get(found["control"], found["control"])
            at = f"comparisons.{k}.difference.mean"
            number = Number(d["mean"], d["low"], d["high"], d["n"], unit=" points", evidence=at)
            told = f"{self.names[found['figure']]}, against {control}"
            rows.append([told, number, "shown" if found["shown"] else "not shown"])
        treated = self.comparisons[0]["treated"]
        return TablePanel([f"{self.said.get(treated, treated)} minus", "difference", "above 0"], rows, "Paired by seed")

    def group_panel(self, png: bytes) -> FigurePanel:
        """The chart, with the group score of every seed beside it."""
        group = self.figures["group"]
        alt = "; ".join(f"{arm} {group[arm]['mean'] * 100:.1f} %" for arm in self.arms)
        rows: list[list[Any]] = [
            [arm, *(Number(v, evidence=f"figures.group.{arm}.values.{k}") for k, v in enumerate(group[arm]["values"]))]
            for arm in self.arms
        ]
        seeds = [f"seed {seed}" for seed in group[self.arms[0]]["seeds"]]
        twin = TablePanel(["arm", *seeds], rows, "Group score of every seed")
        return FigurePanel(png, f"Group score by arm: {alt}.", "Dot: mean. Bar: 95 % interval. Ticks: seeds.", twin)

    def training(self, columns: Sequence[tuple[str, Callable[[dict[str, Any]], Any]]]) -> TablePanel:
        """What the first seed's models were trained on and cost: (heading, value of the stage's result) each."""
        rows: list[list[Any]] = [
            [self.said[arm], *(value(self.of("models", arm).result) for _, value in columns)] for arm in self.arms
        ]
        caption = f"Seed {self.seed}; seconds on a machine that may have had other work"
        return TablePanel(["arm", *(heading for heading, _ in columns)], rows, caption)
