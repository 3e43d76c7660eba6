"""Open a number: read it again where it was written, compare hashes, and say how it was made.

A number `holds` when the stage is in the manifest under the same key, the file has the recorded hash, the value at the
pointer is the same (in results.json too), nothing that the stage was made from has changed, and no row of its data was
withdrawn since. Otherwise it is `stale`, or `missing`. An input that was deleted is a note: the value itself is there.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from seedbed.dataset.files import read_json
from seedbed.document.facts import measure
from seedbed.errors import UsageError, nearest
from seedbed.lineage import Evidence, at, evidence_in, file_digest, numbers
from seedbed.run.documents.affected import marks_of
from seedbed.run.documents.view import CellRecord, View

HOLDS, STALE, MISSING = "holds", "stale", "missing"
REPORT = "report.json"
KEPT = "documents/evidence.json"
RESULTS = "results.json"
CELL = re.compile(r"(?P<column>.+)\[(?P<row>\d+)\]")
SIBLINGS = ("value", "mean", "low", "high", "n", "state", "confidence")


@dataclass(frozen=True)
class Check:
    """Whether a number can still be opened: state, and why where it is not `holds`."""

    evidence: Evidence
    state: str
    why: str = ""
    notes: list[str] = field(default_factory=list)


class Book:
    """Opens evidence in one run (or dataset) folder; files and datasets are read once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.rows = {row["id"]: row for row in view.manifest.get("stages", [])}
        self._files: dict[str, tuple[Any, str]] = {}
        self._facts: dict[str, Any] = {}
        self._marks: dict[str, str] = {}
        self._old: dict[str, str] | None = None
        self._published: dict[tuple[str, str, str], Any] | None = None
        self._made: dict[str, tuple[str, list[str]]] = {}  # cell -> what changed in its outputs, what is gone
        self._under: dict[str, tuple[str, list[str]]] = {}  # cell -> what changed in or under it, notes on what is gone

    def check(self, item: Evidence) -> Check:
        """The state of one number."""
        row = self.rows.get(item.stage)
        if row is None:
            return Check(item, MISSING, f"stage {item.stage} is not in the manifest")
        if row["key"] != item.key:
            return Check(item, STALE, f"stage {item.stage} was run again with another key ({row['key'][:10]})")
        path = self.view.root / item.file
        notes: list[str] = []
        if not path.exists():
            return Check(item, MISSING, f"{item.file} is not there")
        fault = self._file_fault(item, row, notes)
        if fault:
            return Check(item, STALE, fault, notes)
        try:
            found = self.value(item)
        except (KeyError, UsageError):
            return Check(item, MISSING, f"nothing is at {item.pointer} of {item.file}", notes)
        if found != item.value:
            return Check(item, STALE, f"the file now says {_short(found)}, not {_short(item.value)}", notes)
        old = self._withdrawn(item.stage) or self._edited(item) or self._changed_input(item.stage, notes)
        return Check(item, STALE if old else HOLDS, old, notes)

    def value(self, item: Evidence) -> Any:
        """What the file says now: at a JSON pointer, or at `column[row]` of a table. KeyError where nothing is."""
        content, cell = self.content(item.file), CELL.fullmatch(item.pointer)
        if not item.file.endswith(".parquet"):
            return at(content, item.pointer)
        if cell is None or cell["column"] not in content.column_names or int(cell["row"]) >= content.num_rows:
            raise KeyError(item.pointer)
        return content[cell["column"]][int(cell["row"])].as_py()

    def check_all(self, items: Iterable[Evidence]) -> list[Check]:
        return [self.check(item) for item in items]

    def find(self, name: str) -> Evidence:
        """The evidence of an id: of results.json, of the documents, of a report, or `STAGE.path` of any result.

        UsageError names the nearest known id.
        """
        known = self.known()
        if name not in known:
            hint = nearest(name, known) if known else "no number is known"
            raise UsageError(f"no evidence '{name}'", where=str(self.view.root), hint=hint)
        return known[name]

    def known(self) -> dict[str, Evidence]:
        """Every id that can be opened in this run."""
        found = {e.id: e for cell in self.view.cells.values() for e in result_evidence(self.view, cell)}
        places = [(self.view.root / "results.json", "evidence"), (self.view.root / KEPT, "evidence")]
        for path, key in places:
            if path.is_file():
                found |= {e["id"]: Evidence.from_dict(e) for e in read_json(path).get(key, [])}
        for cell in self.view.cells.values():
            saved = cell.folder / "report.json"
            if saved.is_file():
                found |= {e.id: e for e in report_evidence(saved)}
        return found

    def _file_fault(self, item: Evidence, row: dict[str, Any], notes: list[str]) -> str:
        inside = item.file.removeprefix(row["folder"] + "/")
        facts = row["outputs"].get(inside)
        if facts and "fingerprint" in facts:
            now = self._content_lineage(item.file).get("fingerprint")
            return "" if now == facts["fingerprint"] else f"{item.file} is another version than the run made"
        wanted = facts["sha256"] if facts else row.get("record") if inside == "stage.json" else None
        if wanted is None:
            notes.append(f"the manifest holds no hash of {inside}; only the value was compared")
            return ""
        return "" if self._digest(item.file) == wanted else f"{item.file} has changed since the run"

    def _content_lineage(self, file: str) -> dict[str, Any]:
        return dict(read_json(self.view.root / file / "lineage.json"))

    def content(self, file: str) -> Any:
        path = self.view.root / file
        if path.is_dir():
            if file not in self._facts:
                from seedbed.dataset import Dataset

                self._facts[file] = measure(Dataset(path))
            return self._facts[file]
        self._digest(file)
        return self._files[file][0]

    def _digest(self, file: str) -> str:
        if file not in self._files:
            path = self.view.root / file
            self._files[file] = (_read(path), file_digest(path))
        return self._files[file][1]

    def _edited(self, item: Evidence) -> str:
        """Whether results.json still publishes what its own evidence says."""
        if self._published is None:
            self._published = published(self.view.root)
        shown = self._published.get((item.id, item.file, item.pointer), item.value)
        return "" if shown == item.value else f"{RESULTS} says {_short(shown)}, the stage {_short(item.value)}"

    def _changed_input(self, stage: str, notes: list[str]) -> str:
        """The first output of the stage or of one upstream that is not as recorded; deleted inputs are noted."""
        if stage not in self._under:
            made = [(source.id, *self.outputs(source.id)) for source in self.view.made_from(self.view.cells[stage])]
            gone = [f"{len(files)} files of {name} are gone ({files[0]})" for name, _, files in made[1:] if files]
            self._under[stage] = (next((changed for _, changed, _ in made if changed), ""), gone)
        changed, gone = self._under[stage]
        notes += gone
        return changed

    def outputs(self, stage: str) -> tuple[str, list[str]]:
        """What is wrong with the first output of a stage that changed ("": none did), and which files are gone."""
        if stage not in self._made:
            row = self.rows[stage]
            found = {f"{row['folder']}/{name}": facts for name, facts in row["outputs"].items()}
            gone = [file for file, facts in found.items() if not _file_of(self.view.root / file, facts).is_file()]
            faults = (self._output_fault(file, facts) for file, facts in found.items() if file not in gone)
            self._made[stage] = (next(filter(None, faults), ""), gone)
        return self._made[stage]

    def _output_fault(self, file: str, facts: dict[str, Any]) -> str:
        if "fingerprint" in facts:
            same = self._content_lineage(file).get("fingerprint") == facts["fingerprint"]
            return "" if same else f"{file} is another version than the run made"
        path = self.view.root / file
        same = path.stat().st_size == facts["bytes"] and file_digest(path) == facts["sha256"]
        return "" if same else f"{file} has changed since the run"

    def _withdrawn(self, stage: str) -> str:
        if self._old is None:
            self._old = {}
            for name, mark in marks_of(self.view).items():
                self._old[name] = f"{mark['rows']} rows were withdrawn on {mark['at'][:10]} from {mark['dataset']}"
        return self._old.get(stage, "")


def _short(value: Any) -> str:
    """A value in a message: floats to six digits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _file_of(path: Path, facts: dict[str, Any]) -> Path:
    return path / "lineage.json" if "fingerprint" in facts else path


def _read(path: Path) -> Any:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path)
    return read_json(path) if path.suffix == ".json" else None


def published(root: Path) -> dict[tuple[str, str, str], Any]:
    """(id, file, pointer) -> the number that results.json shows to its readers, beside its evidence."""
    path = root / RESULTS
    found = read_json(path) if path.is_file() else {}
    shown = {".".join(place): value for place, value in numbers({k: v for k, v in found.items() if k != "evidence"})}
    return {(e["id"], e["file"], e["pointer"]): shown[e["id"]] for e in found.get("evidence", []) if e["id"] in shown}


def check_run(view: View, more: Iterable[Evidence] = ()) -> list[Check]:
    """Every number of results.json, of the run's report, and `more`, that does not hold; and what is lost whole."""
    book = Book(view)
    items = {e.id: e for e in more}
    if (view.root / RESULTS).is_file():
        items |= {e["id"]: Evidence.from_dict(e) for e in read_json(view.root / RESULTS).get("evidence", [])}
    saved = archive(view)
    items |= {e.id: e for e in report_evidence(saved.folder / REPORT)} if saved else {}
    found = [check for check in book.check_all(items.values()) if check.state != HOLDS]
    return [*lost(view), *(_unlike(book, saved) if saved else []), *found]


def archive(view: View) -> CellRecord | None:
    """The stage of this run (not of an earlier one in the same folder) that made the report."""
    return next((cell for cell in view.cells.values() if (cell.folder / REPORT).is_file()), None)


def lost(view: View) -> list[Check]:
    """Stages whose record, or whose audit or dataset, is not there: their numbers cannot even be listed."""
    found = []
    for row in view.manifest.get("stages", []):
        folder = view.root / row["folder"]
        wanted = ["stage.json", *(n for n in row["outputs"] if n == "audit.json")]
        wanted += [f"{n}/lineage.json" for n, facts in row["outputs"].items() if "fingerprint" in facts]
        for name in wanted:
            if not (folder / name).is_file():
                item = Evidence(row["id"], None, row["id"], row["key"], row["seeds"], f"{row['folder']}/{name}")
                found.append(Check(item, MISSING, f"{item.file} is not there"))
    return found


def _unlike(book: Book, saved: CellRecord) -> list[Check]:
    """The figures that a report shows are in its archive: it must be the one that the run wrote."""
    changed, _ = book.outputs(saved.id)
    key = saved.record["key"]
    return [Check(Evidence(saved.id, None, saved.id, key, saved.record["seeds"]), STALE, changed)] if changed else []


def report_evidence(path: Path) -> list[Evidence]:
    """The evidence of a saved report, without reading its pictures twice."""
    found = read_json(path)["report"]["evidence"]
    return [Evidence.from_dict({k: v for k, v in item.items() if k != "$type"}) for item in found]


def result_evidence(view: View, cell: CellRecord) -> list[Evidence]:
    """One piece of evidence for each number in a cell's result: `CELL.path`."""
    file, record = view.relative(cell.folder / "stage.json"), cell.record
    return evidence_in(
        cell.result,
        prefix=[cell.id],
        stage=cell.id,
        key=record["key"],
        seeds=record["seeds"],
        file=file,
        under="/result",
    )


def why(folder: str | Path, name: str) -> dict[str, Any]:
    """Everything behind one number: value, run, command, stage, code, data versions, seeds, file, state."""
    view = View.of_run(folder)
    book = Book(view)
    item = book.find(name)
    checked, manifest = book.check(item), view.manifest
    cell = view.cells.get(item.stage)
    code = manifest["seedbed"]
    return {
        "id": item.id, "value": item.value, "beside": beside(book, item),
        "state": checked.state, "why": checked.why, "notes": checked.notes,
        "run": manifest["name"], "recipe": manifest["recipe"]["path"], "recipe_sha256": manifest["recipe"]["sha256"],
        "command": command_of(view), "finished": manifest["finished"],
        "stage": item.stage, "step": cell.do if cell else None,
        "step_version": cell.record["version"] if cell else None,
        "key": item.key, "code": {k: code.get(k) for k in ("version", "commit", "modified", "source")},
        "data": [_data(view, c) for c in view.datasets(cell)] if cell else [],
        "seeds": item.seeds, "file": item.file, "pointer": item.pointer, "machine": manifest["machine"]["cpu"],
    }  # fmt: skip


def beside(book: Book, item: Evidence) -> dict[str, Any]:
    """The interval, count and state that stand beside a number in its file; {} where there are none."""
    base, _, last = item.pointer.rpartition("/")
    if last not in SIBLINGS or not item.file.endswith(".json"):
        return {}
    try:
        known = at(book.content(item.file), base)
    except (KeyError, UsageError):
        return {}
    return {name: known[name] for name in SIBLINGS if name in known and name != last}


def _data(view: View, cell: CellRecord) -> dict[str, Any]:
    lineage = read_json(cell.folder / "dataset" / "lineage.json")
    return {"stage": cell.id, "path": view.relative(cell.folder / "dataset"), "fingerprint": lineage.get("fingerprint")}


def command_of(view: View) -> str:
    """The command that makes the run again: its recipe, and --set for what was changed in it."""
    recipe, as_run = view.manifest["recipe"], view.manifest["recipe"]["as_run"]
    stages = as_run.get("stages", {})
    only = next(iter(stages.values())) if len(stages) == 1 else {}
    if only.get("do") == "suite":
        words = ["seedbed", "audit", only["target"], "--suite", only["suite"]]
        words += [w for k, v in only.get("settings", {}).items() for w in ("--set", f"{k}={v}")]
        return shlex.join([*words, "--out", str(view.root)])
    words = ["seedbed", "run", str(recipe["path"])]
    written = yaml.safe_load(recipe["text"]) or {}
    for place, value in _changed(written, as_run):
        key = ".".join(place[1:] if place[0] == "stages" else place)
        text = yaml.safe_dump(value, default_flow_style=True, width=10**9).removesuffix("...\n").strip()
        words += ["--set", f"{key}={text}"]
    return shlex.join([*words, "--out", str(view.root)])


def _changed(written: Any, run: Any, place: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Places where what was run differs from what is written, with the value that was run."""
    if isinstance(written, dict) and isinstance(run, dict):
        return [item for key in run if run[key] not in ("", [], {}) or key in written
                for item in _changed(written.get(key), run[key], (*place, str(key)))]  # fmt: skip
    return [] if _same(written, run) else [(place, run)]


def _same(written: Any, run: Any) -> bool:
    if isinstance(written, str) and isinstance(run, str):
        return written.split() == run.split()
    return bool(written == run)
