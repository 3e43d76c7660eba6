"""The report: one self-contained HTML file that opens from disk."""

from seedbed.document.report.panels import (
    CardPanel,
    CertificatePanel,
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
)
from seedbed.document.report.write import write_report

__all__ = [
    "CardPanel",
    "CertificatePanel",
    "FigurePanel",
    "Headline",
    "Number",
    "Picture",
    "Report",
    "Section",
    "SheetPanel",
    "SheetRow",
    "TablePanel",
    "TextPanel",
    "write_report",
]
