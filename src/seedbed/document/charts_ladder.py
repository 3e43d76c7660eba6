"""The ladder's chart: accuracy against what a learner costs, and how it falls when the picture moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.document.figures import INK, PALETTE, SOFT, _png


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
        cost.annotate(name, (x, y), xytext=(5, -11), textcoords="offset points", fontsize=8, color=INK)
        pixels = [0, *(int(p) for p in row["moved"])]
        line = [y, *(100 * v["mean"] for v in row["moved"].values())]
        moved.plot(pixels, line, "o-", color=color, linewidth=1.6, markersize=4, label=name)
    cost.set_xscale("log")
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
