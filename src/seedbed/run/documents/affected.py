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


def mark(folder: Path, *, dataset: str, names: Sequence[str], rows: int, at: str, subject: str = "") -> Path:
    """Add one withdrawal to a folder's marks, once.

    `names`: the path and fingerprints, before the withdrawal, by which the folder knows its data. `subject`: the hash
    of who withdrew, never the person.
    """
    path = folder / MARK
    known = read_json(path)["withdrawals"] if path.is_file() else []
    item = {
        "dataset": dataset,
        "names": sorted(names),
        "rows": rows,
        "at": at,
        "reason": "withdrawn",
        "subject": subject,
    }
    kept = [k for k in known if k != item]
    return write_json(path, {"schema_version": SCHEMA_VERSION, "withdrawals": [*kept, item]})


def put_banner(card: Path, *, rows: int, at: str) -> None:
    """Write the withdrawal at the top of a card that exists already (and of its page beside it); once.

    Cards inside `stages/` are left as they are: the manifest holds their hashes.
    """
    text = banner({"rows": rows, "at": at})
    page = card.with_suffix(".html")
    for path, line in ((card, f"> **{text}**"), (page, f"<blockquote><p><strong>{text}</strong></p></blockquote>")):
        if _of_a_stage(path) or not path.is_file():
            continue
        old = path.read_text(encoding="utf-8")
        if line not in old:
            head = r"(?m)^# .*$" if path is card else r"<h1>.*?</h1>"
            title = re.search(head, old)
            if title:
                write_text(path, f"{old[: title.end()]}\n\n{line}\n{old[title.end() :]}")


def _of_a_stage(path: Path) -> bool:
    return any(p.name == "stages" and (p.parent / "manifest.json").is_file() for p in path.parents)


def banner(item: Mapping[str, Any]) -> str:
    """The sentence that a reader must see."""
    return f"{BANNER}{item['at'][:10]} ({item['rows']} rows), not retrained since."


def users(view: View, names: set[str]) -> list[str]:
    """Ids of the cells whose arguments or outputs name the data; every cell where only the manifest does."""
    found = [
        cell.id for cell in view.cells.values() if named([cell.record.get("args"), cell.record.get("outputs")], names)
    ]
    return found or (list(view.cells) if named(view.manifest, names) else [])


def affected(folder: str | Path) -> list[dict[str, Any]]:
    """Withdrawals that a run's or dataset's folder is marked with; `retrained`: whether all was made again since.

    Each: dataset, names, rows, at, reason, subject (a hash), retrained. A lone dataset is made again in a new folder,
    which has no marks.
    """
    root = Path(folder)
    view = View.of_run(root) if (root / "manifest.json").is_file() else None
    return [{**item, "retrained": view is not None and not _older(view, item)} for item in dataset_marks(root)]


def _older(view: View, item: Mapping[str, Any]) -> bool:
    """Whether a cell rests on the withdrawn rows: it started before they were withdrawn, or its data still has them."""
    if any(hit["at"] == item["at"] and hit["dataset"] == item["dataset"] for hit in _carried(view).values()):
        return True
    mine = set(users(view, set(item["names"])))
    return any(_before(c, item) and mine & {m.id for m in view.made_from(c)} for c in view.cells.values())


def marks_of(view: View) -> dict[str, dict[str, Any]]:
    """Cell id -> the latest withdrawal that it was made before: of the run's marks, and of datasets inside the run.

    A cell over a dataset that is itself marked stays affected however often it runs: the data was not made again.
    """
    found: dict[str, dict[str, Any]] = {}
    for item in dataset_marks(view.root):
        found |= dict.fromkeys(users(view, set(item["names"])), item)
    for cell in view.cells.values():
        lineage = cell.folder / "dataset" / "lineage.json"
        withdrawals = read_json(lineage).get("withdrawals", []) if lineage.is_file() else []
        if withdrawals:
            found[cell.id] = {**withdrawals[-1], "dataset": view.relative(cell.folder / "dataset")}
    carried = _carried(view)
    made = {cell.id: [c.id for c in view.made_from(cell)] for cell in view.cells.values()} if found or carried else {}
    old = {
        name: found[source]
        for name, sources in made.items()
        for source in sources
        if source in found and _before(view.cells[name], found[source])
    }
    return old | {name: carried[source] for name, sources in made.items() for source in sources if source in carried}


def _carried(view: View) -> dict[str, dict[str, Any]]:
    """Cells whose arguments name a dataset folder that is marked and was not made again."""
    found = {}
    for cell in view.cells.values():
        marks = [mark for text in _texts(cell.record.get("args")) for mark in _marks_at(text)]
        if marks:
            found[cell.id] = marks[-1]
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _marks_at(text: str) -> list[dict[str, Any]]:
    if not text or len(text) > 1024 or "\n" in text or "\0" in text:
        return []
    place = Path(text)
    return dataset_marks(place) if (place / "lineage.json").is_file() else []


def banners(view: View) -> list[str]:
    """The sentences that a reader of this run must see, each once."""
    return sorted({banner(hit) for hit in marks_of(view).values()})


def _before(cell: CellRecord, item: Mapping[str, Any]) -> bool:
    return str(cell.record.get("started", "")) <= str(item["at"])


def dataset_marks(folder: Path) -> list[dict[str, Any]]:
    """Withdrawals upstream of a folder, as marked."""
    path = folder / MARK
    return list(read_json(path)["withdrawals"]) if path.is_file() else []


def named(value: Any, known: set[str]) -> bool:
    """Whether a JSON value holds one of these names, also as another way to write the same path."""
    return _named(value, known, {Path(name).name for name in known})


def _named(value: Any, known: set[str], tails: set[str]) -> bool:
    if isinstance(value, str):
        if value in known:
            return True
        return value.rstrip("/").rpartition("/")[2] in tails and str(Path(value).resolve()) in known
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, list) and any(_named(v, known, tails) for v in value)
