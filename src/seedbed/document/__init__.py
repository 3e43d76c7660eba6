"""Datasheets, model cards, figures and the one-file report. The room gets plain data and writes documents."""
