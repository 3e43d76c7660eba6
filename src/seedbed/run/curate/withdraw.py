"""Withdrawal: a person's rows are emptied in the current version, and whatever was made from them is listed.

A subject is a row's `subject`, an e-mail address (also as the sha256 that lists hold), a domain, an address, or a row's
id. Withdrawn rows keep their id and the reason `withdrawn`, so that the row is not collected again; their content is
gone, from older versions too.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seedbed.dataset.files import read_json
from seedbed.errors import UsageError
from seedbed.lineage import digest
from seedbed.run.documents.affected import named

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

CONTENT = ("text", "image", "caption", "captions", "meta", "subject", "url", "embedding", "image_text", "face_boxes")
MADE_BY = {"model_card.md": "card", "datasheet.md": "card", "model.pt": "model", "weights.safetensors": "model"}


def withdraw(subject: str, datasets: Sequence[str | Path], search: Sequence[str | Path] = ()) -> dict[str, Any]:
    """Remove a subject's rows; returns what was removed where, and the datasets, models and cards downstream."""
    from seedbed.dataset import Dataset

    if not subject.strip():
        raise UsageError("no subject is given", where="withdraw", hint="give an e-mail, id, domain or URL")
    found: list[dict[str, Any]] = []
    prints: dict[str, list[str]] = {}
    for path in datasets:
        dataset = Dataset(path)
        prints[str(path)] = [p for p in (dataset.lineage.get("fingerprint"), dataset.lineage.get("curation")) if p]
        found.append({"path": str(path), "removed": _remove(dataset, subject)})
    hashed = digest(subject)[:16]  # neither the report of a withdrawal nor its marks name the person
    downstream = [
        item
        for f in found
        if f["removed"]
        for item in _mark_downstream(str(f["path"]), prints[str(f["path"])], search, f["removed"], hashed)
    ]
    return {
        "subject": hashed,
        "removed": sum(f["removed"] for f in found),
        "datasets": found,
        "downstream": downstream,
    }


def rows_of(table: pa.Table, subject: str) -> np.ndarray:
    """bool (N,): the rows that are known by a subject."""
    word = subject.strip()
    hashed = hashlib.sha256(word.lower().encode()).hexdigest()
    mine = np.zeros(table.num_rows, bool)
    for name, words in (("subject", (word, hashed)), ("id", (word,)), ("url", (word,)), ("domain", (word.lower(),))):
        if name in table.column_names:
            mine |= np.asarray(pc.is_in(table[name], pa.array(words)))
    if "@" in word:
        for name in ("text", "caption"):
            if name in table.column_names:
                mine |= np.asarray(pc.match_substring(table[name], word, ignore_case=True).fill_null(False))
    if "domain" in table.column_names and "." in word and "/" not in word:
        mine |= np.asarray(pc.ends_with(table["domain"], f".{word.lower()}").fill_null(False))
    return mine


def _remove(dataset: Dataset, subject: str) -> int:
    names = [n for n in ("id", "subject", "url", "domain", "text", "caption") if n in dataset.schema.names]
    mine = np.concatenate([np.zeros(0, bool), *(rows_of(t, subject) for t in dataset.stream(names))])
    if not mine.any():
        return 0
    columns = {}
    for name in dataset.schema.names:
        if name in CONTENT:
            old = dataset.table([name])[name]
            columns[name] = pc.if_else(pa.array(~mine), old, pa.scalar(None, old.type))
    if "all_captions" in dataset.schema.names:
        columns["all_captions"] = _captions_left(dataset, mine)
    columns.update(_decisions(dataset, mine))
    dataset.put_columns(pa.table(columns))
    _rewrite(dataset)
    _unshown(dataset, set(pc.filter(dataset.table(["id"])["id"], pa.array(mine)).to_pylist()))
    _recorded(dataset, int(mine.sum()))
    return int(mine.sum())


def _captions_left(dataset: Dataset, mine: np.ndarray) -> pa.Array:
    """all_captions without those that withdrawn rows gave to the copy of their picture that is kept."""
    rows = dataset.table(["caption", "all_captions"]).to_pylist()
    gone = {row["caption"] for row, lost in zip(rows, mine.tolist()) if lost}
    left = [
        None if lost or row["all_captions"] is None
        else [c for c in row["all_captions"] if c not in gone or c == row["caption"]]
        for row, lost in zip(rows, mine.tolist())
    ]  # fmt: skip
    return pa.array(left, pa.list_(pa.string()))


def _decisions(dataset: Dataset, mine: np.ndarray) -> dict[str, Any]:
    reason = pa.array(["withdrawn" if gone else None for gone in mine.tolist()], pa.string())
    made: dict[str, Any] = {"withdrawn": reason}
    if "keep" in dataset.schema.names:
        old = dataset.table(["keep", "reason"])
        made["keep"] = pc.and_(old["keep"], pa.array(~mine))
        made["reason"] = pc.if_else(pa.array(mine), reason, old["reason"])
    return made


def _rewrite(dataset: Dataset) -> None:
    """Older versions and files still hold what was withdrawn: the rows are written anew, and these deleted."""
    from seedbed.dataset import store

    store.rewrite(dataset.path)
    dataset._reopen()


def _unshown(dataset: Dataset, ids: set[str]) -> None:
    """The report shows beginnings of rows: not of these any more."""
    path = dataset.path / "curation.json"
    if not path.is_file():
        return
    from seedbed.dataset.files import write_json
    from seedbed.run.curate.recipe import Curation
    from seedbed.run.curate.report import write_curation_report

    results = read_json(path)
    for reason, rows in results["look_at"].items():
        results["look_at"][reason] = [row for row in rows if row["id"] not in ids]
    write_json(path, results)
    write_curation_report(dataset, results, Curation.model_validate(dataset.lineage["recipe"]))


def _recorded(dataset: Dataset, rows: int) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    lineage = dataset.lineage
    done = [*lineage.get("withdrawals", []), {"rows": rows, "at": now}]
    dataset.write_lineage({**lineage, "withdrawals": done})
    columns = lineage.get("columns")
    if columns:
        dataset.write_lineage({**dataset.lineage, "fingerprint": dataset.fingerprint(columns)})


def downstream_of(path: str, prints: Sequence[str], search: Sequence[str | Path]) -> list[dict[str, Any]]:
    """Datasets, runs, models and cards under `search` that were made from the dataset, or from what was made from it.

    They are known by a lineage or manifest that names the dataset's folder or one of its prints. Each says in `names`
    by which names it was found: those of the dataset itself, or of the one between.
    """
    files = _records(search)
    todo, seen, found = [(Path(path), tuple(prints))], {Path(path).resolve()}, []
    while todo:
        source, marks = todo.pop(0)
        known = {str(source), str(source.resolve()), *marks}
        for file, record in files.items():
            folder = file.parent
            if folder.resolve() in seen or not named(record, known):
                continue
            seen.add(folder.resolve())
            kind = "dataset" if file.name == "lineage.json" else "run"
            made = [{"kind": kind, "path": str(folder)}, *_inside(folder)]
            found += [{**item, "names": sorted(known)} for item in made]
            todo += [(folder, _prints(record))] if kind == "dataset" else _datasets(folder, record, known)
    return found


def _records(search: Sequence[str | Path]) -> dict[Path, Any]:
    """What every lineage and manifest under these folders says."""
    for root in search:
        if not Path(root).exists():
            raise UsageError("no such folder", where=str(root), hint="give folders that exist to --search")
    wanted = ("lineage.json", "manifest.json")
    return {
        file: read_json(file) for root in search for file in sorted(Path(root).rglob("*.json")) if file.name in wanted
    }


def _prints(lineage: Any) -> tuple[str, ...]:
    return tuple(lineage[name] for name in ("fingerprint", "curation") if lineage.get(name))


def _datasets(run: Path, manifest: Any, known: set[str]) -> list[tuple[Path, tuple[str, ...]]]:
    """The datasets of a run whose stages were made from what is known by these names."""
    from seedbed.run.documents.affected import users
    from seedbed.run.documents.view import View

    if not isinstance(manifest, dict) or "stages" not in manifest:
        return []
    view = View.of_run(run)
    mine = set(users(view, known))
    return [
        (cell.folder / "dataset", _prints(read_json(cell.folder / "dataset" / "lineage.json")))
        for cell in view.cells.values()
        if (cell.folder / "dataset" / "lineage.json").is_file() and mine & {c.id for c in view.made_from(cell)}
    ]


def _mark_downstream(
    path: str, prints: Sequence[str], search: Sequence[str | Path], rows: int, subject: str
) -> list[dict[str, str]]:
    """affected.json beside everything downstream; cards and reports say it at their top."""
    from seedbed.run.documents.affected import mark, put_banner
    from seedbed.run.documents.build import put_report_banner

    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    made = downstream_of(path, prints, search)
    for item in made:
        place = Path(item["path"])
        folder = place if item["kind"] in ("dataset", "run") else place.parent
        mark(folder, dataset=path, names=item["names"], rows=rows, at=now, subject=subject)
        if item["kind"] == "card":
            put_banner(place, rows=rows, at=now)
    for item in made:
        if item["kind"] == "run":
            put_report_banner(item["path"])
    return [{"kind": item["kind"], "path": item["path"]} for item in made]


def _inside(folder: Path) -> list[dict[str, str]]:
    """Models and cards of a run or dataset."""
    return [
        {"kind": MADE_BY.get(path.name, "card"), "path": str(path)}
        for path in sorted(folder.rglob("*"))
        if path.name in MADE_BY or (path.name.startswith("datasheet-") and path.suffix == ".md")
    ]
