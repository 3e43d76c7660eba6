"""What an exporter is, and `export`: check the columns, write into a new folder, say what was written."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seedbed import registry
from seedbed.dataset.files import explained, write_json
from seedbed.dataset.policy import FILE as POLICY
from seedbed.dataset.policy import OVERRIDES, permit, record_override
from seedbed.errors import UsageError
from seedbed.run.export.terms import licence_refusals

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

BATCH = 256


class Exporter:
    """A format. `needs`: columns it cannot do without; `write` fills the folder and returns what it wrote."""

    needs: ClassVar[tuple[str, ...]] = ("image",)

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        """Write the rows; counts of what was written."""
        raise TypeError(f"{type(self).__name__} has no write")


def export(
    path: str | Path, *, to: str, out: str | Path, use: Sequence[str] = (), override: str | None = None
) -> dict[str, Any]:
    """Write a dataset in another format into the folder `out`, which must be new or empty.

    Formats: coco, yolo, clevr, vqa, chat, webdataset, huggingface, croissant, gltf, passes, credentials,
    credentials-sidecar. Rows that could not be made and rows that curation dropped are left out, counted. Returns
    counts, also kept in `seedbed.json` beside the export, with the fingerprint and licences. A dataset with a use
    policy is exported for a named `use` that it allows; its `policy.yaml` and recorded overrides go along (see
    `seedbed.dataset.policy`).
    """
    from seedbed.dataset import Dataset

    exporter: Exporter = registry.get("exporter", to, where="--to")()
    dataset, folder = Dataset(path), Path(out)
    _check_columns(dataset, exporter, to)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("the folder is not empty", where=str(out), hint="choose another --out")
    chosen, dropped = without_dropped(dataset)
    terms = licence_refusals(chosen, use)
    overridden = permit([dataset.path], use, action=f"export to {to}", override=override, also=terms.refusals)
    record_override(overridden, [dataset.path])
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        written = exporter.write(chosen, folder)
        facts = {"format": to, "source": str(dataset.path), "fingerprint": dataset.lineage.get("fingerprint")}
        if "licence" in dataset.schema.names:
            facts["licences"] = sorted({str(v) for v in chosen.table(["licence"])["licence"].to_pylist()})
        extra = {"rows_left_out": dropped} if dropped else {}
        write_json(folder / "seedbed.json", {**facts, "uses": list(use), **terms.facts, **extra, **written})
        _send_along(dataset.path, folder)
    return {**written, **extra}


def _check_columns(dataset: Dataset, exporter: Exporter, to: str) -> None:
    missing = [name for name in exporter.needs if name not in dataset.schema.names]
    if missing:
        hint = f"generate it with --set 'buffers=[{missing[0]}]'" if missing[0] not in ("image", "scene") else ""
        if missing[0] == "questions":
            hint = "generate it with --questions default"
        raise UsageError(f"{to} needs the column '{missing[0]}'", where=str(dataset.path), hint=hint)


def _send_along(source: Path, folder: Path) -> None:
    """The policy and the overrides travel with the data."""
    for name in (POLICY, OVERRIDES):
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)


def without_dropped(dataset: Dataset) -> tuple[Dataset, dict[str, int]]:
    """The rows that curation kept, and how many it dropped for each reason."""
    if "keep" not in dataset.schema.names or not pa.types.is_boolean(dataset.schema.field("keep").type):
        return dataset, {}
    kept = np.array(dataset.table(["keep"])["keep"].to_pylist()) == True  # noqa: E712 - null is not kept
    if kept.all():
        return dataset, {}
    reasons = (
        dataset.table(["reason"])["reason"].to_pylist() if "reason" in dataset.schema.names else [None] * len(kept)
    )
    dropped = Counter(str(reason or "not kept") for reason, keep in zip(reasons, kept) if not keep)
    return dataset.at(np.flatnonzero(kept)), dict(sorted(dropped.items()))


def without_errors(dataset: Dataset) -> Dataset:
    """The rows that were made."""
    if "error" not in dataset.schema.names:
        return dataset
    fine = dataset.table(["error"])["error"].combine_chunks().is_null()
    return dataset if pc.all(fine).as_py() is not False else dataset.at(np.flatnonzero(fine))


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
