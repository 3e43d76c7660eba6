"""What a document says, whatever its form: answers, data versions and numbers, for `diff`.

Numbers in lists are known by what they are about (slice, metric, arm, ...) where that is unique in the list: two audits
list their slices in different orders, and the third of one is not the third of the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedbed.dataset.files import read_json
from seedbed.document.model_card import UNANSWERED
from seedbed.errors import UsageError
from seedbed.lineage import numbers, pointed

LABELS = ("metric", "slice", "by", "method", "arm", "where", "level", "group", "name", "real_rows")
EVIDENCE_ROW = re.compile(r"^\|[^|]*</a>E\d+ \| `([^`]+)` \| `(-?[0-9.eE+-]+)` \|", re.M)
VERSION = re.compile(r"[Dd]ata version:? `([0-9a-f]{16,64})`")


def read(path: Path) -> dict[str, Any]:
    """answers, data and numbers of a run or documents folder, an evidence, results or audit .json, or a .md file."""
    if path.suffix == ".md" and path.is_file():
        return of_markdown(path.read_text(encoding="utf-8"))
    for place in (path / "documents" / "evidence.json", path / "evidence.json", path / "results.json", path):
        if place.is_file() and place.suffix == ".json":
            found = read_json(place)
            if isinstance(found, dict):
                return of_cards(found, place.parent.parent) if "cards" in found else of_results(found)
    hint = "a run, its documents folder, a results.json, audit.json, datasheet.md or model_card.md"
    raise UsageError("nothing to compare is here", where=str(path), hint=hint)


def of_cards(found: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """What `seedbed document RUN` kept of its cards; `root`: the run, whose files say what list items are about."""
    cards, files = found["cards"], _Files(root)
    return {
        "answers": {f"{name}: {key}": text for name, card in cards.items() for key, text in card["answers"].items()},
        "data": {key: text for card in cards.values() for key, text in card["data"].items()},
        "numbers": {files.name(item): item["value"] for item in found["evidence"]},
    }


def of_results(found: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a results.json or audit.json."""
    plain = {key: value for key, value in found.items() if key not in ("evidence", "schema_version")}
    names = _Names()
    return {"answers": {}, "data": {}, "numbers": {names.of(plain, path): value for path, value in numbers(plain)}}


def of_markdown(text: str) -> dict[str, Any]:
    """Sections (of a model card) or questions (of a datasheet), and the numbers of its table of evidence."""
    body, _, table = text.partition("\n## Evidence")
    answers: dict[str, str | None] = {}
    for part in re.split(r"^## ", body, flags=re.M)[1:]:
        content = part.partition("\n")[2]
        asked = re.split(r"^### ", content, flags=re.M)[1:]
        for item in asked or [part]:
            name, _, answer = item.partition("\n")
            answers[name.strip()] = None if answer.strip() in ("", UNANSWERED) else answer.strip()
    versions = {f"data {k}": found for k, found in enumerate(dict.fromkeys(VERSION.findall(body)), 1)}
    return {"answers": answers, "data": versions, "numbers": {i: float(v) for i, v in EVIDENCE_ROW.findall(table)}}


class _Names:
    """Names of numbers: the path, with list positions as labels where they are unique in the list."""

    def __init__(self) -> None:
        self._lists: dict[int, list[str | None]] = {}

    def of(self, value: Any, path: tuple[str, ...]) -> str:
        parts = []
        for part in path:
            if isinstance(value, list):
                label = self._labels(value)[int(part)]
                parts.append(part if label is None else f"[{label}]")
                value = value[int(part)]
            else:
                parts.append(part)
                value = value[part]
        return ".".join(parts)

    def _labels(self, items: list[Any]) -> list[str | None]:
        if id(items) not in self._lists:
            found = [_label(item) for item in items]
            count = Counter(found)
            self._lists[id(items)] = [text if text and count[text] == 1 else None for text in found]
        return self._lists[id(items)]


def _label(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    known = [item.get(name) for name in LABELS if isinstance(item.get(name), (str, int))]
    texts = [str(value) if value != "" else "all rows" for value in known if not isinstance(value, bool)]
    return ", ".join(texts) or None


class _Files:
    """The files of a run that evidence points into, each read once."""

    def __init__(self, root: Path) -> None:
        self.root, self.names = root, _Names()
        self._read: dict[str, Any] = {}

    def name(self, item: Mapping[str, Any]) -> str:
        """The evidence's id, or its id with labels in the place of positions."""
        path = pointed(item["pointer"])
        if not any(part.isdigit() for part in path) or not item["file"].endswith(".json"):
            return str(item["id"])
        try:
            shown = self.names.of(self._content(item["file"]), path)
        except (UsageError, KeyError, IndexError, ValueError, TypeError):
            return str(item["id"])
        return f"{item['stage']}.{shown.removeprefix('result.')}"

    def _content(self, file: str) -> Any:
        if file not in self._read:
            self._read[file] = read_json(self.root / file)
        return self._read[file]
