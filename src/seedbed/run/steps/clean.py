"""Use what an operator flagged: leave rows out or change their labels. Every change is listed, none is silent."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from seedbed.curate.labelled.draws import stream
from seedbed.errors import UsageError, nearest
from seedbed.lineage import code_version
from seedbed.registry import register
from seedbed.run.step import DATASET, TABLE, Context, Done, Step, StepArgs

How = Literal["keep", "drop", "relabel", "drop_at_random", "drop_planted", "restore"]
CHANGES = pa.schema([("id", pa.string()), ("change", pa.string()), ("before", pa.string()), ("after", pa.string())])


@register("step", "clean")
class Clean(Step):
    """A dataset without the flagged rows, or with their suggested labels; table.parquet lists what was changed.

    keep: nothing. drop: flagged rows (true, or not null). relabel: flagged rows get `suggestion`. To compare with:
    drop_at_random: as many rows as are flagged. drop_planted, restore: use what a `plant` stage remembers.
    """

    inputs = ("data", "scores")
    parallel = True

    class Args(StepArgs):
        data: str
        scores: str
        how: How
        flag: str = "label_issue"
        label: str = "label"
        suggestion: str = "suggested_label"
        seed: int = 0

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        table = context.one("data").dataset().table()
        scores = aligned(context.one("scores"), table["id"].to_pylist())
        removed = _removed(table, scores, args)
        labels = _labels(table, scores, args) if args.how in ("relabel", "restore") else None
        changes = _changes(table, removed, labels, args.label)
        if labels is not None:
            table = table.set_column(table.schema.get_field_index(args.label), args.label, labels)
        lineage = {"cleaned": args.model_dump(), "code": code_version()}
        Dataset.from_table(context.folder / DATASET, table.filter(pa.array(~removed)), lineage)
        pq.write_table(changes, context.folder / TABLE)
        return {
            "rows": int((~removed).sum()),
            "removed": int(removed.sum()),
            "relabelled": changes.num_rows - int(removed.sum()),
        }


def aligned(scores: Done, ids: list[str]) -> pa.Table:
    """A stage's table with its rows in the order of `ids`; UsageError where one is missing."""
    table = scores.table()
    place = {row: k for k, row in enumerate(table["id"].to_pylist())}
    missing = [row for row in ids if row not in place]
    if missing:
        what = f"{len(missing)} of {len(ids)} rows have no score (first: {missing[0]})"
        raise UsageError(what, where=f"stage {scores.stage}", hint="score the same dataset")
    return table.take(pa.array([place[row] for row in ids], pa.int64()))


def column(table: pa.Table, name: str, where: str) -> pa.ChunkedArray:
    """A column of a table; UsageError with the nearest name where there is none."""
    if name not in table.column_names:
        raise UsageError(f"no column '{name}'", where=where, hint=nearest(name, table.column_names))
    return table[name]


def flags(table: pa.Table, name: str) -> np.ndarray:
    """Which rows are flagged: true in a column of truth values, not null in any other."""
    values = column(table, name, "flag")
    if pa.types.is_boolean(values.type):
        return np.array([value is True for value in values.to_pylist()], dtype=bool)
    return np.array([value is not None for value in values.to_pylist()], dtype=bool)


def _removed(table: pa.Table, scores: pa.Table, args: Any) -> np.ndarray:
    none = np.zeros(table.num_rows, dtype=bool)
    if args.how == "drop":
        return flags(scores, args.flag)
    if args.how == "drop_planted":
        return flags(table, "planted")
    if args.how == "drop_at_random":
        count = int(flags(scores, args.flag).sum())
        none[stream(args.seed, "drop at random").permutation(table.num_rows)[:count]] = True
    return none


def _labels(table: pa.Table, scores: pa.Table, args: Any) -> pa.Array:
    given = column(table, args.label, "label")
    if args.how == "restore":
        return column(table, "true_label", "restore").combine_chunks()
    other = column(scores, args.suggestion, "suggestion").to_pylist()
    flagged = flags(scores, args.flag)
    return pa.array([o if f and o is not None else g for g, o, f in zip(given.to_pylist(), other, flagged)], given.type)


def _changes(table: pa.Table, removed: np.ndarray, labels: pa.Array | None, label: str) -> pa.Table:
    before = table[label].to_pylist() if label in table.column_names else [None] * table.num_rows
    after = before if labels is None else labels.to_pylist()
    rows = [
        {"id": row, "change": "removed" if gone else "relabelled", "before": str(b), "after": None if gone else str(a)}
        for row, gone, b, a in zip(table["id"].to_pylist(), removed, before, after)
        if gone or a != b
    ]
    return pa.Table.from_pylist(rows, schema=CHANGES)
