"""Model Cards for Model Reporting (Mitchell et al. 2019): nine sections; every figure names its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seedbed.document.report.write import slug
from seedbed.errors import UsageError, nearest

SECTIONS = {
    "details": "Model details",
    "intended": "Intended use",
    "factors": "Factors",
    "metrics": "Metrics",
    "evaluation": "Evaluation data",
    "training": "Training data",
    "quantitative": "Quantitative analyses",
    "ethics": "Ethical considerations",
    "caveats": "Caveats and recommendations",
}
UNANSWERED = "*Unanswered.*"


@dataclass(frozen=True)
class CardNumber:
    """A figure of a card and the id of the evidence that it rests on."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    evidence: str


def model_card(sections: Mapping[str, str], *, title: str) -> str:
    """The card as Markdown, all nine sections; sections without text are shown as unanswered."""
    for key in sections:
        if key not in SECTIONS:
            raise UsageError(f"no section '{key}'", where="model card", hint=nearest(key, SECTIONS))
    lines = [f"# Model card: {title}", "Linked figures lead to the evidence table of the run's report.html."]
    for number, (key, heading) in enumerate(SECTIONS.items(), 1):
        lines += [f"## {number}. {heading}", sections.get(key) or UNANSWERED]
    return "\n\n".join(lines) + "\n"


def number_table(numbers: Sequence[CardNumber], *, head: str) -> str:
    """A Markdown table of figures in percent, each a link to its evidence."""
    lines = [f"| {head} | value | 95 % interval | n |", "|---|---|---|---|"]
    for item in numbers:
        label = item.label.replace("|", "\\|")
        if item.value is None:
            lines.append(f"| {label} | undefined | | {item.n if item.n is not None else ''} |")
            continue
        value = (
            f"[{item.value * 100:.1f} %](#ev-{slug(item.evidence)})" if item.evidence else f"{item.value * 100:.1f} %"
        )
        known = item.low is not None and item.high is not None
        span = f"{item.low * 100:.1f} to {item.high * 100:.1f}" if known else "none"  # type: ignore[operator]
        lines.append(f"| {label} | {value} | {span} | {item.n if item.n is not None else ''} |")
    return "\n".join(lines)
