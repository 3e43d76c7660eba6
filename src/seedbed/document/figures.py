"""Figures as PNG: the same data gives the same bytes. Colours are Okabe and Ito's, safe for the colour-blind."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#555555")
INK, SOFT = "#1b1f24", "#8a939c"


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _known(value: float | None) -> bool:
    return value is not None and bool(np.isfinite(value))


def _said(value: float, percent: bool) -> str:
    """A dot's figure: one decimal of a percentage, else three digits."""
    if percent:
        return f"{value:.1f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def interval_chart(groups: Sequence[Mapping[str, Any]], *, axis: str, percent: bool = True) -> bytes:
    """One row a group: mean as a dot, its interval as a bar, each seed's value as a faint tick.

    groups: mappings with label, mean, low, high, values, and `color` (a number; by default each has its own).
    """
    scale = 100.0 if percent else 1.0
    figure, axes = _figure(7.2, 0.62 * len(groups) + 1.0)
    for place, group in enumerate(groups):
        y, color = len(groups) - 1 - place, PALETTE[group.get("color", place) % len(PALETTE)]
        values = [v * scale for v in group["values"] if _known(v)]
        axes.plot(values, [y - 0.22] * len(values), "|", color=color, alpha=0.7, markersize=9)
        if not _known(group["mean"]):
            axes.annotate("undefined", (0, y), fontsize=9, color=SOFT, va="center", style="italic")
            continue
        if _known(group["low"]) and _known(group["high"]):
            axes.plot([group["low"] * scale, group["high"] * scale], [y, y], color=color, linewidth=2.5)
        axes.plot([group["mean"] * scale], [y], "o", color=color, markersize=8)
        axes.annotate(
            _said(group["mean"] * scale, percent), (group["mean"] * scale, y), xytext=(0, 8),
            textcoords="offset points", ha="center", fontsize=9, color=INK,
        )  # fmt: skip
    axes.set_yticks(range(len(groups)), [str(group["label"]) for group in reversed(groups)], fontsize=10)
    axes.set_ylim(-0.6, len(groups) - 0.4)
    axes.set_xlim(left=min([0.0, *(g["low"] * scale for g in groups if _known(g["low"]))]))
    axes.set_xlabel(axis, fontsize=9, color=INK)
    axes.grid(axis="x", color="#e3e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    return _png(figure)


def slice_heatmaps(
    panels: Sequence[tuple[str, np.ndarray]], rows: Sequence[str], columns: Sequence[str], *, label: str
) -> bytes:
    """Heat maps side by side on one scale: arrays (rows, columns) of shares, nan hatched as "no data"."""
    figure, axes = _figure(3.5 * len(panels) + 1.2, 0.33 * len(rows) + 1.6)
    axes.remove()
    places = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    known = [float(value) for _, values in panels for value in values.ravel() if not np.isnan(value)]
    top = max([0.01, *known])
    image = None
    for place, (title, values) in zip(places, panels):
        place.set_facecolor("#ffffff")
        place.patch.set(hatch="////", edgecolor="#c8ced4")
        image = place.imshow(np.ma.masked_invalid(values), cmap="cividis", vmin=0, vmax=top, aspect="auto")
        place.set_title(title, fontsize=10, color=INK)
        place.set_xticks(range(len(columns)), columns, rotation=60, ha="right", fontsize=8)
        place.set_yticks(range(len(rows)), rows, fontsize=8)
        place.tick_params(length=0)
        for row in range(len(rows)):
            for column in range(len(columns)):
                value = values[row, column]
                if not np.isnan(value):
                    shade = "white" if value < 0.55 * top else "black"
                    place.text(column, row, f"{value * 100:.0f}", ha="center", va="center", fontsize=6.5, color=shade)
    if image is not None:
        bar = figure.colorbar(image, ax=list(places), shrink=0.8, pad=0.02)
        bar.set_label(label, fontsize=8)
        bar.ax.tick_params(labelsize=7)
    return _png(figure)


def accuracy_curves(series: Mapping[str, Sequence[Mapping[str, Any]]], *, x_label: str, y_label: str) -> bytes:
    """Lines over the number of rows (log scale) with intervals. series: name -> points (x, mean, low, high)."""
    figure, axes = _figure(7.2, 4.0)
    ends = []
    for place, (name, given) in enumerate(series.items()):
        color, points = PALETTE[place % len(PALETTE)], [p for p in given if _known(p["mean"])]
        if not points:
            continue
        x = [p["x"] for p in points]
        mean = [p["mean"] * 100 for p in points]
        if all(_known(p["low"]) and _known(p["high"]) for p in points):
            low, high = [p["low"] * 100 for p in points], [p["high"] * 100 for p in points]
            axes.fill_between(x, low, high, color=color, alpha=0.15, linewidth=0)
        axes.plot(x, mean, "o-", color=color, linewidth=1.8, markersize=5, label=name)
        ends.append((mean[-1], name, color))
    axes.set_xscale("log")
    ticks = sorted({p["x"] for points in series.values() for p in points})
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.minorticks_off()
    axes.set_xlabel(x_label, fontsize=9, color=INK)
    axes.set_ylabel(y_label, fontsize=9, color=INK)
    axes.grid(color="#e3e7eb", linewidth=0.8)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return _png(figure)


def learning_curves(series: Mapping[str, Sequence[tuple[float, float]]], *, y_label: str) -> bytes:
    """Loss or accuracy over training steps. series: name -> (step, value) pairs."""
    figure, axes = _figure(7.2, 3.2)
    for place, (name, points) in enumerate(series.items()):
        steps, values = zip(*points) if points else ((), ())
        axes.plot(steps, values, color=PALETTE[place % len(PALETTE)], linewidth=1.5, label=name)
    axes.set_xlabel("step", fontsize=9, color=INK)
    axes.set_ylabel(y_label, fontsize=9, color=INK)
    axes.grid(color="#e3e7eb", linewidth=0.8)
    axes.legend(frameon=False, fontsize=9)
    return _png(figure)


def supply_chart(years: Sequence[int], planned: Sequence[float], once: float, four: float) -> bytes:
    """Tokens that plans need each year, against what there is, read once and four times (logarithmic)."""
    figure, axes = _figure(7.2, 3.4)
    axes.semilogy(years, planned, "o-", color=PALETTE[1], label="planned training runs")
    for value, name, style in ((once, "kept, one epoch", "-"), (four, "kept, four epochs", "--")):
        axes.axhline(value, color=PALETTE[0], linestyle=style, linewidth=1.6, label=name)
    axes.set_xticks(list(years))
    axes.set_ylabel("tokens", fontsize=9, color=INK)
    axes.grid(axis="y", color="#e3e7eb", linewidth=0.8)
    axes.legend(fontsize=8, frameon=False)
    return _png(figure)
