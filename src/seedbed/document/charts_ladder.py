"""The ladder's chart: accuracy against what a learner costs, and how it falls when the picture moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any

from seedbed.document.figures import INK, PALETTE, SOFT, _png

DOT, LETTER = 0.03, 0.034  # decades: half a point's width, a letter of its name
HIGH = 3.6  # percent: the height of a point or a name
SIDES = ((1, -1), (-1, -1), (1, 1), (-1, 1))  # right or left of the point, below or above it


def ladder_chart(learners: Sequence[Mapping[str, Any]]) -> bytes:
    """Left: accuracy (%) over processor seconds of training. Right: accuracy over pixels moved.

    learners: mappings with learner, accuracy and moved (mean, low, high), cpu_seconds.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.0), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    cost, moved = figure.subplots(1, 2)
    for place, row in enumerate(learners):
        color, name = PALETTE[place % len(PALETTE)], row["learner"]
        found = row["accuracy"]
        x, y = max(row["cpu_seconds"], 0.1), 100 * found["mean"]
        if found["low"] is not None:
            cost.plot([x, x], [100 * found["low"], 100 * found["high"]], color=color, linewidth=2)
        cost.plot([x], [y], "o", color=color, markersize=7)
        pixels = [0, *(int(p) for p in row["moved"])]
        line = [y, *(100 * v["mean"] for v in row["moved"].values())]
        moved.plot(pixels, line, "o-", color=color, linewidth=1.6, markersize=4, label=name)
    cost.set_xscale("log")
    _names(cost, [(row["learner"], max(row["cpu_seconds"], 0.1), 100 * row["accuracy"]["mean"]) for row in learners])
    cost.set_xlabel("processor seconds of training (log)", fontsize=9, color=INK)
    moved.set_xlabel("pixels that the test picture is moved", fontsize=9, color=INK)
    moved.set_xticks(sorted({0, *(int(p) for row in learners for p in row["moved"])}))
    moved.legend(frameon=False, fontsize=8)
    for axes in (cost, moved):
        axes.set_ylabel("accuracy, %", fontsize=9, color=INK)
        axes.set_ylim(0, 102)
        axes.margins(x=0.16)
        axes.grid(color="#e3e7eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(SOFT)
        axes.tick_params(labelsize=8, length=3)
    return _png(figure)


def _names(axes: Any, points: Sequence[tuple[str, float, float]]) -> None:
    """Each name beside its point, where neither another point nor another name is."""
    taken = [(log10(x) - DOT, log10(x) + DOT, y - HIGH / 2, y + HIGH / 2) for _, x, y in points]
    for name, x, y in points:
        boxes = {side: _box(name, log10(x), y, *side) for side in SIDES}
        side = next((s for s in SIDES if not any(_meet(boxes[s], other) for other in taken)), SIDES[0])
        taken.append(boxes[side])
        right, up = side
        axes.annotate(
            name, (x, y), xytext=(5 * right, 6 if up > 0 else -12), textcoords="offset points", fontsize=8, color=INK,
            ha="left" if right > 0 else "right",
        )  # fmt: skip


def _box(name: str, place: float, y: float, right: int, up: int) -> tuple[float, float, float, float]:
    """left, right (decades), bottom, top (percent) of a name beside its point."""
    near, far = place + right * DOT, place + right * (DOT + LETTER * len(name))
    low = y + up * HIGH / 2
    return min(near, far), max(near, far), min(low, low + up * HIGH), max(low, low + up * HIGH)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
