"""The only module that touches Lance: fragments, atomic commits, durable writes, repair.

Workers write uncommitted fragments and hand back their JSON; one commit makes all of them visible, or
none. Lance itself never calls fsync, so `commit` makes data, transaction and manifest files durable in
that order, and `repair` walks back to the newest version that still opens after a power cut.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any, Literal

import lance
import pyarrow as pa

from seedbed.errors import SeedbedError, UsageError

TABLE = "data.lance"
FORMAT: Literal["2.2"] = "2.2"  # pinned: the default moves between releases


def create(folder: Path, schema: pa.Schema) -> lance.LanceDataset:
    """An empty table with this schema, in a folder that must not hold one already."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / TABLE
    if (table / "_versions").exists():
        raise UsageError("a dataset is already there", where=str(folder), hint="choose another --out")
    made = lance.write_dataset(schema.empty_table(), str(table), schema=schema, data_storage_version=FORMAT)
    make_durable(table)
    return made


def open_table(folder: Path, version: int | None = None) -> lance.LanceDataset:
    """The table of a dataset folder; UsageError when the folder holds none or it is damaged."""
    table = folder / TABLE
    if not (table / "_versions").is_dir():
        what = "no such folder" if not folder.exists() else "not a Seedbed dataset (no data.lance in it)"
        raise UsageError(what, where=str(folder), hint="give a folder made by `seedbed generate` or `seedbed curate`")
    try:
        return lance.dataset(str(table), version=version)
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0][:160]
        hint = f"try `seedbed verify {folder} --repair`"
        raise UsageError(f"the dataset does not open ({reason})", where=str(folder), hint=hint) from None


def write_fragments(folder: Path, table: pa.Table) -> list[dict[str, Any]]:
    """Write rows as uncommitted fragments, durable on disk; returns the fragments as JSON values."""
    uri = folder / TABLE
    written = lance.fragment.write_fragments(
        table, str(uri), schema=table.schema, mode="append", data_storage_version=FORMAT
    )
    for fragment in written:
        for file in fragment.files:
            _sync_file(uri / "data" / file.path)
    _sync_folder(uri / "data")
    return [fragment.to_json() for fragment in written]


def merge_fragment(
    folder: Path,
    version: int,
    fragment: int,
    fn: Callable[[pa.RecordBatch], pa.RecordBatch],
    reads: list[str],
) -> tuple[dict[str, Any], str]:
    """Write new columns for one fragment; returns (fragment as JSON, the merged schema, pickled base64)."""
    part = open_table(folder, version).get_fragment(fragment)
    if part is None:
        raise UsageError(f"no fragment {fragment} in version {version}", where=str(folder))
    merged, schema = part.merge_columns(fn, columns=reads, batch_size=512)
    return merged.to_json(), base64.b64encode(pickle.dumps(schema)).decode()


def committed(folder: Path, job: str) -> bool:
    """Whether a commit of this job is already in the table's history."""
    table = open_table(folder)
    for version in table.versions():
        with suppress(ValueError, OSError):
            done = table.read_transaction(version["version"])
            if done is not None and (done.transaction_properties or {}).get("job") == job:
                return True
    return False


def commit(folder: Path, fragments: Iterable[dict[str, Any]], job: str, schema: str | None = None) -> int:
    """Make fragments visible in one step (append, or merge when `schema` is given). Returns the version."""
    uri = folder / TABLE
    parts = [lance.FragmentMetadata.from_json(json.dumps(part)) for part in fragments]
    if schema is None:
        operation: Any = lance.LanceOperation.Append(parts)
    else:
        operation = lance.LanceOperation.Merge(parts, pickle.loads(base64.b64decode(schema)))
    read = open_table(folder).version
    change = lance.Transaction(read, operation, transaction_properties={"job": job})
    made = lance.LanceDataset.commit(str(uri), change)
    make_durable(uri)
    return int(made.version)


def make_durable(table: Path) -> None:
    """fsync the newest files of every part of the table, then their folders."""
    for name in ("data", "_transactions", "_versions"):
        part = table / name
        if part.is_dir():
            newest = sorted(part.iterdir(), key=lambda p: p.stat().st_mtime_ns)[-64:]
            for file in newest:
                _sync_file(file)
            _sync_folder(part)
    _sync_folder(table)


def health(folder: Path) -> list[str]:
    """What is wrong with the newest version: an empty list when every data file is there and whole."""
    table = open_table(folder)
    data = folder / TABLE / "data"
    faults = []
    for fragment in table.get_fragments():
        for file in fragment.metadata.files:
            path = data / file.path
            size = getattr(file, "file_size_bytes", None)
            if not path.is_file():
                faults.append(f"data file {file.path} is missing")
            elif size and path.stat().st_size != size:
                faults.append(f"data file {file.path} has {path.stat().st_size} bytes, recorded {size}")
    return faults


def repair(folder: Path) -> int:
    """Walk back to the newest version that opens and is whole; returns it. Bad manifests are set aside."""
    manifests = folder / TABLE / "_versions"
    if not manifests.is_dir():
        raise UsageError("not a Seedbed dataset (no data.lance in it)", where=str(folder))
    aside = folder / TABLE / "_damaged"
    while True:
        try:
            if not health(folder):
                return int(open_table(folder).version)
        except SeedbedError:
            pass
        newest = _newest_manifest(manifests)
        if newest is None:
            raise UsageError("no version of this dataset can be read", where=str(folder), hint="make it again")
        aside.mkdir(exist_ok=True)
        shutil.move(newest, aside / newest.name)


def _newest_manifest(folder: Path) -> Path | None:
    """Lance names manifests either `<n>.manifest` or `<2^64-1-n>.manifest` (newest first)."""
    found = []
    for path in folder.glob("*.manifest"):
        if path.stem.isdigit():
            number = int(path.stem)
            found.append((2**64 - 1 - number if len(path.stem) == 20 else number, path))
    return max(found)[1] if found else None


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rewrite(folder: Path) -> None:
    """Write every row anew, in order, and delete all older versions and their files: what was overwritten is gone.

    A column that is put in the place of another leaves the old values in the files; this does not. Not while somebody
    else writes.
    """
    from datetime import timedelta

    table = open_table(folder)
    batches = table.to_batches(batch_size=512, scan_in_order=True)
    rows = pa.RecordBatchReader.from_batches(table.schema, (_own(batch) for batch in batches))
    made = lance.write_dataset(
        rows, str(folder / TABLE), schema=table.schema, mode="overwrite", data_storage_version=FORMAT,
        max_rows_per_file=50_000,
    )  # fmt: skip
    make_durable(folder / TABLE)
    made.cleanup_old_versions(timedelta(0), delete_unverified=True)


def _own(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in buffers of its own: Lance's writer panics on slices of nested columns that hold nulls."""
    return batch.take(pa.array(range(batch.num_rows), pa.int64()))


def committed_at(folder: Path) -> str:
    """When the newest version was committed (UTC, ISO 8601, seconds): the table's own record, not the file's time."""
    newest: Any = open_table(folder).versions()[-1]["timestamp"]  # local time, without its zone
    return str(newest.astimezone(UTC).isoformat(timespec="seconds"))
