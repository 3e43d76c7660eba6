"""Chart of weak-to-strong generalisation, in the form of the study: the gap, the student in it, the share recovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.document.figures import INK, PALETTE, SOFT, _figure, _png

ROLES = (
    ("weak", "weak supervisor", SOFT, "s"),
    ("plain", "student of weak labels", PALETTE[0], "o"),
    ("confidence", "the same with confidence loss", PALETTE[1], "D"),
    ("ceiling", "strong ceiling (true labels)", INK, "^"),
)


def weak_to_strong_chart(
    pairs: Sequence[str], accuracy: Sequence[Mapping[str, Any]], pgr: Sequence[Mapping[str, Any]]
) -> bytes:
    """Left: accuracies of the four roles; right: PGR of both losses; one row a pair, bars are 95 % intervals.

    accuracy: pair, role, mean, low, high. pgr: pair, loss, mean, low, high.
    """
    figure, axes = _figure(9.2, 0.85 * len(pairs) + 1.7)
    axes.remove()
    left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [3, 2]})
    for place, pair in enumerate(pairs):
        base = len(pairs) - 1 - place
        for order, (role, name, color, mark) in enumerate(ROLES):
            y, label = base + 0.24 - 0.16 * order, name if place == 0 else None
            found = next(one for one in accuracy if one["pair"] == pair and one["role"] == role)
            _dot(left, found, y, color, mark, label, 100.0)
            for one in pgr:
                if one["pair"] == pair and one["loss"] == role:
                    _dot(right, one, y, color, mark, None, 1.0, f"{one['mean']:.2f}" if one["mean"] is not None else "")
    for part in (left, right):
        part.spines[["top", "right"]].set_visible(False)
        part.spines[["left", "bottom"]].set_color(SOFT)
        part.tick_params(colors=INK, labelsize=9, length=3)
        part.grid(axis="x", color="#e3e7eb", linewidth=0.8)
        part.set_axisbelow(True)
    left.set_yticks(range(len(pairs)), list(reversed(pairs)), fontsize=10)
    left.set_ylim(-0.55, len(pairs) - 0.45)
    left.set_xlabel("right on held-out rows (%)", fontsize=9, color=INK)
    right.set_xlabel("performance gap recovered", fontsize=9, color=INK)
    ends = [one[end] for one in pgr for end in ("low", "mean", "high") if one[end] is not None]
    right.set_xlim(min([0.0, *ends]) - 0.08, max([1.0, *ends]) + 0.08)
    for value in (0.0, 1.0):
        right.axvline(value, color=SOFT, linewidth=1, linestyle="--")
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=4)
    return _png(figure)


def _dot(
    axes: Any,
    found: Mapping[str, Any],
    y: float,
    color: str,
    mark: str,
    label: str | None,
    scale: float,
    said: str = "",
) -> None:
    if found["mean"] is None:
        axes.annotate("no gap", (0, y), fontsize=8, color=SOFT, va="center", style="italic")
        return
    if found["low"] is not None and found["high"] is not None:
        axes.plot([found["low"] * scale, found["high"] * scale], [y, y], color=color, linewidth=2.2)
    axes.plot([found["mean"] * scale], [y], mark, color=color, markersize=6, label=label)
    if said:
        end = found["high"] if found["high"] is not None else found["mean"]
        axes.annotate(said, (end, y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9, color=INK)
