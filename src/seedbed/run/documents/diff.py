"""What changed between two cards, datasheets, runs or results: answers, numbers (beyond noise?), data versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedbed.run.documents.said import read


def diff(one: str | Path, two: str | Path) -> dict[str, Any]:
    """Differences of two documents. Each is a run folder, a `documents` folder or its evidence.json,
    a results.json or audit.json, or a datasheet or model card in Markdown.

    A changed number with intervals on both sides says whether they overlap; `beyond_noise` is True only where they do
    not (a cautious test: intervals that do not overlap differ, those that do may differ too), None without intervals.
    """
    a, b = read(Path(one)), read(Path(two))
    written = bool(a["answers"]) and bool(b["answers"])  # a bare results.json has no answers to compare
    answers = _answers(a["answers"], b["answers"]) if written else _answers({}, {})
    return {
        "a": str(one), "b": str(two), **answers,
        "data": [
            {"data": name, "a": a["data"].get(name), "b": b["data"].get(name)}
            for name in sorted({*a["data"], *b["data"]}) if written and a["data"].get(name) != b["data"].get(name)
        ],
        "answers_compared": written,
        **_numbers(a["numbers"], b["numbers"]),
    }  # fmt: skip


def _answers(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, list[str]]:
    both = sorted({*a, *b})
    return {
        "answered": [key for key in both if a.get(key) is None and b.get(key) is not None],
        "unanswered": [key for key in both if a.get(key) is not None and b.get(key) is None],
        "changed": [key for key in both if None not in (a.get(key), b.get(key)) and a[key] != b[key]],
    }


def _numbers(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    ends = {name for name in {*a, *b} if name.rpartition(".")[2] in ("low", "high") and _centre(name, {*a, *b})}
    changed = [_change(name, a, b) for name in sorted({*a} & {*b} - ends) if a[name] != b[name]]
    return {
        "numbers": changed,
        "numbers_only_in_a": sorted({*a} - {*b} - ends),
        "numbers_only_in_b": sorted({*b} - {*a} - ends),
    }


def _centre(name: str, known: set[str]) -> bool:
    base = name.rpartition(".")[0]
    return any(f"{base}.{centre}" in known for centre in CENTRES)


CENTRES = ("value", "mean", "difference", "ratio")


def _change(name: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    first, second = _interval(name, a), _interval(name, b)
    overlap = None if first is None or second is None else first[0] <= second[1] and second[0] <= first[1]
    return {
        "id": name, "a": a[name], "b": b[name], "a_interval": first, "b_interval": second, "overlap": overlap,
        "beyond_noise": None if overlap is None else not overlap,
    }  # fmt: skip


def _interval(name: str, values: Mapping[str, Any]) -> tuple[float, float] | None:
    base, _, last = name.rpartition(".")
    if last not in CENTRES or values.get(f"{base}.low") is None or values.get(f"{base}.high") is None:
        return None
    low, high = values[f"{base}.low"], values[f"{base}.high"]
    return (low, high) if low <= values[name] <= high else None
