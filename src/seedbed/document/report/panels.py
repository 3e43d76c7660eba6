"""What a report is made of, as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from seedbed.lineage import Evidence


@dataclass(frozen=True)
class Number:
    """A figure with its interval and count. `percent` shows a share times 100 with `unit`."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    percent: bool = True
    evidence: str = ""
    state: str = "ok"
    unit: str = " %"

    def text(self) -> str:
        """`12.3 % [9.8, 15.1] n = 320`, or the state in words."""
        if self.state != "ok" or self.value is None or math.isnan(self.value):
            return self.state if self.state != "ok" else "undefined"
        scale, digits, unit = (100, 1, self.unit) if self.percent else (1, 3, "")
        shown = f"{self.value * scale:.{digits}f}{unit}"
        if self.low is not None and self.high is not None:
            shown += f" [{self.low * scale:.{digits}f}, {self.high * scale:.{digits}f}]"
        return shown + (f" n = {self.n}" if self.n is not None else "")


Cell = str | int | float | Number | None


@dataclass(frozen=True)
class Headline:
    """A figure at the top of the report."""

    label: str
    number: Number | str
    note: str = ""


@dataclass(frozen=True)
class TextPanel:
    """Markdown text."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class TablePanel:
    """A table; the first column is its row header."""

    columns: list[str]
    rows: list[list[Cell]]
    caption: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class FigurePanel:
    """A picture of numbers, its description in words, and the numbers themselves as a table."""

    png: bytes
    alt: str
    caption: str = ""
    twin: TablePanel | None = None
    kind: str = "figure"


@dataclass(frozen=True)
class Picture:
    """An image of a contact sheet: the truth, the model's answer, and whether it is right (None: no answer)."""

    png: bytes
    alt: str
    caption: str = ""
    answer: str = ""
    right: bool | None = None


@dataclass(frozen=True)
class SheetRow:
    """One labelled row of a contact sheet."""

    label: str
    pictures: list[Picture]


@dataclass(frozen=True)
class SheetPanel:
    """Rows of images. `pixelated` keeps tiny images sharp."""

    rows: list[SheetRow]
    caption: str = ""
    size: int = 96
    pixelated: bool = False
    kind: str = "sheet"


@dataclass(frozen=True)
class CertificatePanel:
    """A balance certificate as `seedbed.design.certificate` makes it."""

    certificate: dict[str, Any]
    title: str = "Balance certificate"
    kind: str = "certificate"


@dataclass(frozen=True)
class CardPanel:
    """A datasheet or model card in Markdown, folded away until it is opened."""

    markdown: str
    title: str
    kind: str = "card"


Panel = TextPanel | TablePanel | FigurePanel | SheetPanel | CertificatePanel | CardPanel


@dataclass(frozen=True)
class Section:
    """A titled part of the report."""

    title: str
    panels: list[Panel]


@dataclass(frozen=True)
class Report:
    """A whole report. `provenance` is shown as a list of facts at the end."""

    title: str
    subtitle: str = ""
    findings: list[str] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    provenance: dict[str, str] = field(default_factory=dict)
