"""Charts of scaling laws: law against measurement, loss against compute, and what a dollar buys over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.document.figures import INK, PALETTE, SOFT, _figure, _png
from seedbed.document.prices import Board, Trend


def law_chart(fitted: Sequence[Mapping[str, Any]], held: Sequence[Mapping[str, Any]]) -> bytes:
    """Predicted against measured loss, both logarithmic. `fitted`, `held`: parameters, loss, predicted.

    Dots: cells that the law was fitted to. Rings: held-out cells, predicted by a law fitted without them.
    """
    figure, axes = _figure(5.6, 4.4)
    every = [*fitted, *held]
    ends = [min(p[k] for p in every for k in ("loss", "predicted")), max(p["loss"] for p in every)]
    span = np.array([ends[0] * 0.85, ends[1] * 1.15])
    axes.loglog(span, span, color=SOFT, linewidth=1)
    for place, size in enumerate(sorted({p["parameters"] for p in every})):
        color = PALETTE[place % len(PALETTE)]
        mine, out = ([p for p in points if p["parameters"] == size] for points in (fitted, held))
        axes.plot([p["loss"] for p in mine], [p["predicted"] for p in mine], "o", color=color, markersize=5,
                  label=f"{size:,.0f} parameters")  # fmt: skip
        axes.plot([p["loss"] for p in out], [p["predicted"] for p in out], "o", markerfacecolor="none",
                  markeredgecolor=color, markersize=9, markeredgewidth=1.6)  # fmt: skip
    axes.set_xlabel("measured loss", fontsize=9, color=INK)
    axes.set_ylabel("loss that the law says", fontsize=9, color=INK)
    _plain(axes)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return _png(figure)


def compute_chart(
    cells: Sequence[Mapping[str, Any]], best: Sequence[tuple[float, float]], point: tuple[float, float, float, float]
) -> bytes:
    """Loss against training FLOP: cells by model size, the law's best use of compute, and (flop, loss, low, high)."""
    figure, axes = _figure(7.2, 4.0)
    for place, size in enumerate(sorted({c["parameters"] for c in cells})):
        mine = [c for c in cells if c["parameters"] == size]
        axes.loglog([c["flop"] for c in mine], [c["loss"] for c in mine], "o", color=PALETTE[place % len(PALETTE)],
                    markersize=5, alpha=0.8, label=f"{size:,.0f} parameters")  # fmt: skip
    axes.loglog(*zip(*best), "--", color=INK, linewidth=1.4, label="best use, all rows new (law)")
    flop, loss, low, high = point
    axes.plot([flop, flop], [low, high], color=INK, linewidth=2)
    axes.plot([flop], [loss], "*", color=INK, markersize=14, label="your point (law)")
    axes.set_xlabel("training FLOP", fontsize=9, color=INK)
    axes.set_ylabel("loss on held-out rows", fontsize=9, color=INK)
    _plain(axes, x=False)
    axes.legend(frameon=False, fontsize=8)
    return _png(figure)


def dollar_chart(boards: Sequence[Board], trend: Trend) -> bytes:
    """GFLOP/s for a dollar of the launch price by year, with lines that double in the published times.

    The lines are drawn through the middle (in logarithms) of the consumer boards that the source's years cover.
    """
    figure, axes = _figure(7.2, 4.2)
    for centre, color, name in ((False, PALETTE[0], "consumer board"), (True, PALETTE[1], "data-centre board")):
        mine = [b for b in boards if b.centre == centre]
        axes.semilogy([b.year for b in mine], [b.gflop_per_dollar for b in mine], "o", color=color, label=name)
        for k, b in enumerate(mine):
            up = k % 2 == 0
            axes.annotate(b.name.removeprefix("GeForce "), (b.year, b.gflop_per_dollar), fontsize=6.5, color=INK,
                          xytext=(-5, 5) if up else (5, -9), ha="right" if up else "left",
                          textcoords="offset points")  # fmt: skip
    middle = [b for b in boards if not b.centre and b.year < 2022] or list(boards)
    year = float(np.mean([b.year for b in middle]))
    height = float(np.exp(np.mean([np.log(b.gflop_per_dollar) for b in middle])))
    years = np.array([min(b.year for b in boards) - 0.5, max(b.year for b in boards) + 1.0])

    def line(doubling: float) -> np.ndarray:
        return np.asarray(height * 2 ** ((years - year) / doubling))

    label = f"doubling every {trend.doubling:g} years [{trend.low:g}, {trend.high:g}]"
    axes.semilogy(years, line(trend.doubling), color=INK, linewidth=1.4, label=label)
    for end in (trend.low, trend.high):
        axes.semilogy(years, line(end), color=SOFT, linewidth=0.9, linestyle=":")
    axes.semilogy(years, line(trend.ml_doubling), color=PALETTE[2], linewidth=1.2, linestyle="--",
                  label=f"boards used for machine learning: {trend.ml_doubling:g} years")  # fmt: skip
    axes.set_xticks(range(2006, int(years[-1]) + 1, 2))
    axes.set_ylabel("GFLOP/s for a dollar at launch, single precision", fontsize=9, color=INK)
    axes.grid(color="#e3e7eb", linewidth=0.8)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return _png(figure)


def _plain(axes: Any, x: bool = True) -> None:
    """Ticks as plain numbers instead of powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for axis in [axes.yaxis, *([axes.xaxis] if x else [])]:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(color="#e3e7eb", linewidth=0.8)
