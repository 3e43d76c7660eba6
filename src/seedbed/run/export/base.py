"""What an exporter is, and `export`: check the columns, write into a new folder, say what was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from seedbed import registry
from seedbed.dataset.files import explained, write_json
from seedbed.errors import UsageError

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

BATCH = 256


class Exporter:
    """A format. `needs`: columns it cannot do without; `write` fills the folder and returns what it wrote."""

    needs: ClassVar[tuple[str, ...]] = ("image",)

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        """Write the rows; counts of what was written."""
        raise TypeError(f"{type(self).__name__} has no write")


def export(path: str | Path, *, to: str, out: str | Path) -> dict[str, Any]:
    """Write a dataset in another format into the folder `out`, which must be new or empty.

    Formats: coco, yolo, clevr, vqa, chat, webdataset, huggingface, gltf, passes. Rows that could not be made are
    left out. Returns counts, also kept in `seedbed.json` beside the export, with the fingerprint and licences.
    """
    from seedbed.dataset import Dataset

    exporter: Exporter = registry.get("exporter", to, where="--to")()
    dataset, folder = Dataset(path), Path(out)
    missing = [name for name in exporter.needs if name not in dataset.schema.names]
    if missing:
        hint = f"generate it with --set 'buffers=[{missing[0]}]'" if missing[0] not in ("image", "scene") else ""
        if missing[0] == "questions":
            hint = "generate it with --questions default"
        raise UsageError(f"{to} needs the column '{missing[0]}'", where=str(path), hint=hint)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("the folder is not empty", where=str(out), hint="choose another --out")
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        written = exporter.write(dataset, folder)
        facts = {"format": to, "source": str(dataset.path), "fingerprint": dataset.lineage.get("fingerprint")}
        if "licence" in dataset.schema.names:
            facts["licences"] = sorted({str(v) for v in dataset.table(["licence"])["licence"].to_pylist()})
        write_json(folder / "seedbed.json", {**facts, **written})
    return written


def rows(dataset: Dataset, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows that were made, as dictionaries with `number` (0, 1, ...); columns that are not there are left out."""
    names = [name for name in dict.fromkeys((*columns, "error")) if name in dataset.schema.names]
    number = 0
    for start in range(0, len(dataset), BATCH):
        table = dataset.take(range(start, min(start + BATCH, len(dataset))), names)
        for row in table.to_pylist():
            if row.pop("error", None) is None:
                yield {**row, "number": number}
                number += 1


def suffix(image: bytes) -> str:
    """The file ending of an encoded image."""
    if image.startswith(b"\x89PNG"):
        return "png"
    return "webp" if image[8:12] == b"WEBP" else "jpg"


def write_image(folder: Path, row: dict[str, Any]) -> str:
    """Write a row's picture under the folder; returns its name."""
    name = f"{row['number']:08d}.{suffix(row['image'])}"
    (folder / name).write_bytes(row["image"])
    return name


def categories(dataset: Dataset) -> list[str]:
    """Every category of every object, sorted."""
    found = {o["category"] for row in rows(dataset, ("scene",)) for o in row["scene"]["objects"]}
    return sorted(found)
