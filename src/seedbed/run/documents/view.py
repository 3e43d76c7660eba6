"""`View`: a run's finished cells as records, and what was made from what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedbed.dataset.files import read_json
from seedbed.errors import UsageError, nearest

RECORD, MANIFEST = "stage.json", "manifest.json"


@dataclass(frozen=True)
class CellRecord:
    """A finished cell: its folder and what stage.json says; where that is `lost`, what the manifest still says."""

    id: str
    folder: Path
    record: dict[str, Any]
    lost: bool = False

    @property
    def do(self) -> str:
        return str(self.record["do"])

    @property
    def sheet_name(self) -> str:
        """The file name (without ending) of the cell's datasheet."""
        return "datasheet-" + self.folder.name.rsplit("-", 1)[0].replace(" ", "_")

    @property
    def result(self) -> dict[str, Any]:
        return dict(self.record.get("result") or {})

    def inputs(self, name: str | None = None) -> list[str]:
        """Folder names of the inputs, of one argument or of all."""
        given = self.record["inputs"]
        return [place for key, places in given.items() if name in (None, key) for place in places]


class View:
    """Cells by id, of a manifest or of everything upstream of some stage folders."""

    def __init__(self, root: Path, cells: Iterable[CellRecord], manifest: dict[str, Any] | None = None) -> None:
        self.root, self.manifest = root, manifest or {}
        self.cells = {cell.id: cell for cell in cells}
        self.by_folder = {cell.folder.name: cell for cell in self.cells.values()}

    @classmethod
    def of_run(cls, folder: str | Path) -> View:
        """The cells of a finished run's manifest. UsageError when there is none."""
        root = Path(folder)
        if not (root / MANIFEST).is_file():
            raise UsageError("no finished run is here", where=str(folder), hint="run its recipe first")
        manifest = read_json(root / MANIFEST)
        try:
            rows = [(row, root / row["folder"]) for row in manifest["stages"]]
        except (KeyError, TypeError):
            raise UsageError("not a run's manifest", where=str(root / MANIFEST)) from None
        return cls(root, [_cell(place, row) for row, place in rows], manifest)

    @classmethod
    def upstream(cls, folders: Iterable[Path]) -> View:
        """The cells in these stage folders and everything that they were made from."""
        todo, found = list(folders), {}
        while todo:
            folder = todo.pop()
            if folder.name in found:
                continue
            record = read_json(folder / RECORD)
            found[folder.name] = CellRecord(record["id"], folder, record)
            todo += [folder.parent / name for name in found[folder.name].inputs()]
        root = next(iter(found.values())).folder.parent.parent if found else Path()
        return cls(root, found.values())

    def cell(self, name: str) -> CellRecord:
        if name not in self.cells:
            raise UsageError(f"no stage '{name}'", where=str(self.root), hint=nearest(name, self.cells))
        return self.cells[name]

    def made_from(self, cell: CellRecord) -> list[CellRecord]:
        """The cell and everything upstream of it, the nearest first."""
        found: dict[str, CellRecord] = {}
        todo = [cell]
        while todo:
            item = todo.pop(0)
            if item.id not in found:
                found[item.id] = item
                todo += [self.by_folder[name] for name in item.inputs() if name in self.by_folder]
        return list(found.values())

    def users(self, cell: CellRecord, do: str) -> list[CellRecord]:
        """Cells of a step that have this cell among their inputs."""
        return [c for c in self.cells.values() if c.do == do and cell.folder.name in c.inputs()]

    def datasets(self, cell: CellRecord) -> list[CellRecord]:
        """Cells upstream (and this one) that made a dataset."""
        return [c for c in self.made_from(cell) if (c.folder / "dataset" / "lineage.json").is_file()]

    def relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _cell(place: Path, row: dict[str, Any]) -> CellRecord:
    try:
        return CellRecord(row["id"], place, read_json(place / RECORD))
    except UsageError:
        return CellRecord(row["id"], place, {**row, "result": {}}, lost=True)
