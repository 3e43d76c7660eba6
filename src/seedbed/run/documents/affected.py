"""Marks of withdrawals: `affected.json` beside every dataset, run and model that was made from the withdrawn rows.

A mark stays true until the cells that used the data are run again: a cell that started after the withdrawal is clean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seedbed.dataset.files import read_json, write_json, write_text
from seedbed.lineage import SCHEMA_VERSION
from seedbed.run.documents.view import CellRecord, View

MARK = "affected.json"
BANNER = "Affected by a withdrawal on "


def mark(folder: Path, *, dataset: str, names: Sequence[str], rows: int, at: str) -> Path:
    """Add one withdrawal to a folder's marks. `names`: the dataset's path and fingerprints before the withdrawal."""
    path = folder / MARK
    known = read_json(path)["withdrawals"] if path.is_file() else []
    item = {"dataset": dataset, "names": sorted(names), "rows": rows, "at": at}
    kept = [k for k in known if k != item]
    return write_json(path, {"schema_version": SCHEMA_VERSION, "withdrawals": [*kept, item]})


def put_banner(card: Path, *, rows: int, at: str) -> None:
    """Write the withdrawal at the top of a card that exists already (and of its page beside it); once.

    Cards inside `stages/` are left as they are: the manifest holds their hashes.
    """
    text = banner({"rows": rows, "at": at})
    page = card.with_suffix(".html")
    for path, line in ((card, f"> **{text}**"), (page, f"<blockquote><p><strong>{text}</strong></p></blockquote>")):
        if "stages" in path.parts or not path.is_file():
            continue
        old = path.read_text(encoding="utf-8")
        if line not in old:
            head = r"(?m)^# .*$" if path is card else r"<h1>.*?</h1>"
            title = re.search(head, old)
            if title:
                write_text(path, f"{old[: title.end()]}\n\n{line}\n{old[title.end() :]}")


def banner(item: Mapping[str, Any]) -> str:
    """The sentence that a reader must see."""
    return f"{BANNER}{item['at'][:10]} ({item['rows']} rows), not retrained since."


def marks_of(view: View) -> dict[str, dict[str, Any]]:
    """Cell id -> the latest withdrawal that it was made before: of the run's marks, and of datasets inside the run."""
    path, found = view.root / MARK, {}
    for item in read_json(path)["withdrawals"] if path.is_file() else []:
        users = [c for c in view.cells.values() if _names(c.record.get("args"), set(item["names"]))]
        for cell in users or list(view.cells.values()):
            found[cell.id] = item
    for cell in view.cells.values():
        lineage = cell.folder / "dataset" / "lineage.json"
        withdrawals = read_json(lineage).get("withdrawals", []) if lineage.is_file() else []
        if withdrawals:
            found[cell.id] = {**withdrawals[-1], "dataset": view.relative(cell.folder / "dataset")}
    return {
        cell.id: hit
        for cell in view.cells.values()
        for hit in [next((found[c.id] for c in view.made_from(cell) if c.id in found), None)]
        if hit is not None and _before(cell, hit)
    }


def banners(view: View) -> list[str]:
    """The sentences that a reader of this run must see, each once."""
    return sorted({banner(hit) for hit in marks_of(view).values()})


def _before(cell: CellRecord, item: Mapping[str, Any]) -> bool:
    return str(cell.record.get("started", "")) <= str(item["at"])


def dataset_marks(folder: Path) -> list[dict[str, Any]]:
    """Withdrawals upstream of a dataset that is no part of a run."""
    path = folder / MARK
    return list(read_json(path)["withdrawals"]) if path.is_file() else []


def _names(value: Any, known: set[str]) -> bool:
    if isinstance(value, str):
        return value in known or str(Path(value).resolve()) in known
    if isinstance(value, dict):
        return any(_names(v, known) for v in value.values())
    return isinstance(value, list) and any(_names(v, known) for v in value)
