"""`Dataset`: a folder with a versioned columnar table and `lineage.json`.

ds = Dataset("data/a")
len(ds); ds.schema; ds[3]; ds.table(["caption"])
ds.where("category == 'mug'")                    # a view: nothing is copied
ds.add_columns({"score.length": lambda batch: pc.utf8_length(batch["caption"])}, reads=["caption"])
for batch in ds.torch(["image", "category"], batch_size=64, seed=0): ...
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from seedbed.dataset.files import explained, read_json, write_json
from seedbed.errors import UsageError, nearest
from seedbed.lineage import SCHEMA_VERSION, canonical, digest
from seedbed.slices import Slice

if TYPE_CHECKING:
    import lance
    import numpy as np

LINEAGE = "lineage.json"
BatchMaker = Callable[[pa.RecordBatch], pa.RecordBatch]
ColumnMaker = Callable[[pa.RecordBatch], pa.Array]


class Dataset:
    """A versioned table of rows, or a filtered view of one. Opening reads no rows."""

    def __init__(self, path: str | Path, *, version: int | None = None) -> None:
        from seedbed.dataset import store

        self.path = Path(path)
        self._table: lance.LanceDataset = store.open_table(self.path, version)
        self._rows: np.ndarray | None = None  # positions of a view's rows; None is every row
        self.slice = Slice()

    # -- making ---------------------------------------------------------------------------------------
    @classmethod
    def create(cls, path: str | Path, schema: pa.Schema, lineage: Mapping[str, Any] | None = None) -> Dataset:
        """A new, empty dataset. UsageError when one is there already or the place cannot be written."""
        from seedbed.dataset import store

        folder = Path(path)
        with explained(folder):
            store.create(folder, stored_schema(schema))
        made = cls(folder)
        made.write_lineage(dict(lineage or {}))
        return made

    @classmethod
    def from_table(cls, path: str | Path, table: pa.Table, lineage: Mapping[str, Any] | None = None) -> Dataset:
        """A new dataset holding this table, with its fingerprint in the lineage."""
        made = cls.create(path, table.schema, lineage)
        made.append(table)
        made.seal()
        return made

    def append(self, table: pa.Table, *, job: str | None = None) -> int:
        """Add rows in one commit and return the new version. A job that was committed before adds nothing."""
        from seedbed.dataset import store

        self._refuse_view("append")
        name = job or f"append-{self.version}-{digest(canonical_rows(table.slice(0, 8)))[:12]}"
        if job is not None and store.committed(self.path, job):
            return self.version
        if not table.schema.equals(self.schema):
            missing = sorted(set(self.schema.names) ^ set(table.schema.names))
            raise UsageError(
                f"the rows do not have the dataset's columns ({', '.join(missing) or 'types differ'})",
                where=str(self.path),
                hint="compare the schemas",
            )
        with explained(self.path):
            parts = store.write_fragments(self.path, stored_table(table))
            store.commit(self.path, parts, name)
        return self._reopen()

    def add_columns(self, columns: Mapping[str, ColumnMaker], *, reads: Sequence[str] | None = None) -> int:
        """Add computed columns without rewriting the others; returns the new version.

        Each function gets a record batch of the columns in `reads` (default: all but binary ones) and
        returns one array of the batch's length.
        """
        inputs = list(reads) if reads is not None else self._light_columns()
        self._check(inputs)

        def make(batch: pa.RecordBatch) -> pa.RecordBatch:
            shown = batch.rename_columns([_shown(name) for name in batch.schema.names])
            return pa.record_batch([fn(shown) for fn in columns.values()], names=list(columns))

        return self._merge(list(columns), make, inputs)

    def join_columns(self, table: pa.Table) -> int:
        """Add a table's columns, one value for each row in the dataset's order; returns the new version."""
        if table.num_rows != len(self):
            raise UsageError(f"{table.num_rows} values for {len(self)} rows", where=str(self.path))
        place = {row: k for k, row in enumerate(self.table(["id"])["id"].to_pylist())}
        if len(place) < len(self):
            raise UsageError("ids are not unique", where=str(self.path), hint="columns are joined by id")

        def make(batch: pa.RecordBatch) -> pa.RecordBatch:
            rows = [place[row] for row in batch["id"].to_pylist()]
            return table.take(rows).combine_chunks().to_batches()[0]

        return self._merge(table.column_names, make, ["id"])

    def put_columns(self, table: pa.Table) -> int:
        """Add a table's columns, a value for each row in the dataset's order, in the place of those there."""
        if table.num_rows != len(self):
            raise UsageError(f"{table.num_rows} values for {len(self)} rows", where=str(self.path))
        self._refuse_view("putting columns")
        ids, place = self.table(["id"])["id"].combine_chunks(), 0
        known = [_stored(name) for name in table.column_names if name in self.schema.names]
        if known:
            with explained(self.path):
                self._table.drop_columns(known)
            self._reopen()

        def maker(first: int, count: int) -> BatchMaker:
            mine = ids.slice(first, count)  # Lance may ask for a fragment's batches in any order, and twice

            def make(batch: pa.RecordBatch) -> pa.RecordBatch:
                rows = pc.add(pc.index_in(batch["id"], mine).cast(pa.int64()), first)
                return table.take(rows).combine_chunks().to_batches()[0]

            return make

        makers = []
        for part in self._table.get_fragments():
            makers.append(maker(place, part.count_rows()))
            place += part.count_rows()
        return self._merge(list(table.column_names), makers, ["id"])

    def _merge(self, names: list[str], make: BatchMaker | Sequence[BatchMaker], reads: list[str]) -> int:
        from seedbed.dataset import store

        self._refuse_view("adding columns")
        taken = [name for name in names if name in self.schema.names]
        if taken:
            raise UsageError(f"the column '{taken[0]}' exists", where=str(self.path), hint="choose a new name")
        stored = [_stored(name) for name in reads]

        parts = self._table.get_fragments()
        makers = [make] * len(parts) if callable(make) else make

        def named(maker: BatchMaker) -> BatchMaker:
            return lambda batch: maker(batch).rename_columns([_stored(name) for name in names])

        with explained(self.path):
            made = [
                store.merge_fragment(self.path, self.version, part.fragment_id, named(maker), stored)
                for part, maker in zip(parts, makers)
            ]
            if made:
                job = f"columns-{'-'.join(names)}-{self.version}"
                store.commit(self.path, [part for part, _ in made], job, schema=made[0][1])
        return self._reopen()

    # -- reading --------------------------------------------------------------------------------------
    def __len__(self) -> int:
        return int(self._table.count_rows()) if self._rows is None else len(self._rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"row {index} of {count}")
        return self.take([index % count]).to_pylist()[0]

    @property
    def schema(self) -> pa.Schema:
        stored = self._table.schema
        return pa.schema([field.with_name(_shown(field.name)) for field in stored], stored.metadata)

    @property
    def version(self) -> int:
        """The table's version: it grows by one with each commit."""
        return int(self._table.version)

    @property
    def lineage(self) -> dict[str, Any]:
        """How the rows were made: program, seed, code version, licence, fingerprint."""
        path = self.path / LINEAGE
        return read_json(path) if path.exists() else {}

    def where(self, predicate: str | Slice) -> Dataset:
        """A view of the rows in a slice. Views of views narrow further."""
        import numpy as np

        part = Slice.parse(predicate) if isinstance(predicate, str) else predicate
        part.check(self.schema.names, where=str(self.path))
        view = Dataset(self.path, version=self.version)
        columns = list(part.columns) or ["id"]
        keep = np.flatnonzero(part.mask(self.table(columns)))
        view._rows = keep if self._rows is None else self._rows[keep]
        view.slice = self.slice & part
        return view

    def at(self, positions: Sequence[int] | np.ndarray) -> Dataset:
        """A view of the rows at these positions, in this order."""
        import numpy as np

        view = Dataset(self.path, version=self.version)
        chosen = np.asarray(positions, dtype=np.int64)
        view._rows = chosen if self._rows is None else self._rows[chosen]
        view.slice = self.slice
        return view

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows as an Arrow table (all columns by default: images too)."""
        if columns is not None:
            self._check(columns)
        if self._rows is None:
            names = self.schema.names if columns is None else list(columns)
            return self._table.to_table(columns=[_stored(name) for name in names]).rename_columns(names)
        return self.take(range(len(self)), columns)

    def take(self, indices: Sequence[int] | np.ndarray | range, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows at these positions, in this order."""
        import numpy as np

        if columns is not None:
            self._check(columns)
        wanted = np.asarray(indices, dtype=np.int64)
        rows = wanted if self._rows is None else self._rows[wanted]
        names = list(columns) if columns is not None else self.schema.names
        if len(rows) == 0:
            return pa.schema([self.schema.field(name) for name in names]).empty_table()
        return self._table.take(rows, columns=[_stored(name) for name in names]).rename_columns(names)

    def batches(self, columns: Sequence[str] | None = None, *, batch_size: int = 1024) -> Iterator[pa.Table]:
        """The rows in order, a table of at most `batch_size` rows at a time."""
        for start in range(0, len(self), batch_size):
            yield self.take(range(start, min(start + batch_size, len(self))), columns)

    def stream(self, columns: Sequence[str], *, batch_size: int = 1024) -> Iterator[pa.Table]:
        """As `batches`, read front to back: faster, and of a whole dataset only."""
        self._refuse_view("streaming")
        self._check(columns)
        stored = [_stored(name) for name in columns]
        for batch in self._table.to_batches(columns=stored, batch_size=batch_size, scan_in_order=True):
            yield pa.Table.from_batches([batch]).rename_columns(list(columns))

    def torch(self, columns: Sequence[str], *, batch_size: int = 64, seed: int | None = None) -> Any:
        """A torch `IterableDataset` of batches; `seed` shuffles, none keeps the order. See `streaming`."""
        from seedbed.dataset.streaming import RowStream

        return RowStream(self, columns, batch_size=batch_size, seed=seed)

    # -- trust ----------------------------------------------------------------------------------------
    def fingerprint(self, columns: Sequence[str] | None = None) -> str:
        """sha256 over every row's canonical content, in order: independent of fragments and versions."""
        names = sorted(columns if columns is not None else self.schema.names)
        total = hashlib.sha256(canonical(names).encode())
        for batch in self.batches(names, batch_size=512):
            for row in row_digests(batch):
                total.update(row)
        return total.hexdigest()

    def write_lineage(self, lineage: Mapping[str, Any]) -> None:
        """Replace `lineage.json`."""
        write_json(self.path / LINEAGE, {"schema_version": SCHEMA_VERSION, **lineage})

    def seal(self) -> str:
        """Record the fingerprint, rows and columns in the lineage, for `verify` to compare with."""
        found = self.fingerprint()
        facts = {"rows": len(self), "columns": self.schema.names, "fingerprint": found}
        self.write_lineage({**self.lineage, **facts})
        return found

    # -- inside ---------------------------------------------------------------------------------------
    def _check(self, columns: Sequence[str]) -> None:
        for name in columns:
            if name not in self.schema.names:
                raise UsageError(f"no column '{name}'", where=str(self.path), hint=nearest(name, self.schema.names))

    def _light_columns(self) -> list[str]:
        return [f.name for f in self.schema if not _holds_bytes(f.type)]

    def _refuse_view(self, verb: str) -> None:
        if self._rows is not None:
            raise UsageError(f"{verb} works on a dataset, not on a view", where=str(self.path))

    def _reopen(self) -> int:
        from seedbed.dataset import store

        self._table = store.open_table(self.path)
        return self.version

    def __repr__(self) -> str:
        view = f" where {self.slice}" if self._rows is not None else ""
        return f"Dataset({str(self.path)!r}, {len(self)} rows, {len(self.schema)} columns, v{self.version}{view})"

    def _repr_html_(self) -> str:
        names = [f.name for f in self.schema if not pa.types.is_nested(f.type)][:10]
        rows = self.take(range(min(len(self), 5)), names).to_pylist()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join("<tr>" + "".join(_html_cell(row[n]) for n in names) + "</tr>" for row in rows)
        return f"<p>{html.escape(repr(self))}</p><table><tr>{head}</tr>{body}</table>"


def _stored(name: str) -> str:
    """Lance keeps dots for nested fields, so `score.length` is `score/length` on disk."""
    return name.replace(".", "/")


def _shown(name: str) -> str:
    return name.replace("/", ".")


def stored_schema(schema: pa.Schema) -> pa.Schema:
    """The schema with the column names that are used on disk."""
    return pa.schema([field.with_name(_stored(field.name)) for field in schema], schema.metadata)


def stored_table(table: pa.Table) -> pa.Table:
    """The rows with the column names that are used on disk, in buffers of their own.

    Lance's writer panics on slices of nested columns that hold nulls (a slice keeps its parent's buffers),
    so the rows are copied first.
    """
    if any(pa.types.is_nested(field.type) for field in table.schema):
        table = table.take(pa.array(range(table.num_rows), pa.int64()))
    return table.rename_columns([_stored(name) for name in table.column_names])


def _html_cell(value: Any) -> str:
    if isinstance(value, bytes) and value[:4] == b"\x89PNG" and len(value) < 30_000:
        import base64

        return f'<td><img alt="row image" src="data:image/png;base64,{base64.b64encode(value).decode()}"></td>'
    text = f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
    return f"<td>{html.escape(text[:80])}</td>"


def canonical_rows(table: pa.Table) -> list[str]:
    """The content of each row as the hex of its digest."""
    return [row.hex() for row in row_digests(table)]


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind):
        return _holds_bytes(kind.value_type)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _content(value: Any) -> bytes:
    """Bytes as they are, lists of bytes each with its length, everything else as canonical JSON."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, list) and any(isinstance(part, bytes) for part in value):
        return b"".join(f"{-1 if p is None else len(p)}:".encode() + (p or b"") for p in value)
    return canonical(value).encode()


def row_digests(table: pa.Table) -> list[bytes]:
    """sha256 of each row's content: columns by name, bytes as they are, everything else as canonical JSON."""
    names = sorted(table.column_names)
    columns = [table[name].to_pylist() for name in names]
    found = []
    for values in zip(*columns):
        total = hashlib.sha256()
        for name, value in zip(names, values):
            content = _content(value)
            total.update(f"{name}:{len(content)}:".encode())
            total.update(content)
        found.append(total.digest())
    return found
