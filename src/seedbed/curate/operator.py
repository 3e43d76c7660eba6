"""What an operator is, and how one is applied to a dataset.

@register("operator", "caption_length")
class CaptionLength(Operator):
    reads, writes = ("caption",), ("score.caption_length",)
    def run(self, batch):
        return {"score.caption_length": pc.utf8_length(batch["caption"])}

apply("caption_length", dataset)      # adds the column; images are not rewritten
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pyarrow as pa

from seedbed import registry
from seedbed.dataset.dataset import Dataset
from seedbed.errors import UsageError, nearest


class Operator:
    """Declares what it reads and writes; `whole` operators see the table at once, others any batch of it."""

    version: ClassVar[str] = "1"
    reads: tuple[str, ...] = ()  # an operator that lets its column be chosen sets it for the instance
    writes: ClassVar[tuple[str, ...]] = ()
    whole: ClassVar[bool] = False

    def needs(self, columns: Sequence[str]) -> list[str]:
        """What it reads of a dataset with these columns: `reads`, unless its options choose others."""
        return list(self.reads)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        """New columns, one value a row, keyed as in `writes`."""
        raise UsageError("this operator does nothing", where=type(self).__name__)


def scores(name: str, dataset: Dataset, **options: Any) -> pa.Table:
    """The operator's columns for every row, without storing them."""
    operator = build(name, **options)
    reads = operator.needs(dataset.schema.names)
    if operator.whole:
        return _checked(name, operator, operator.run(dataset.table(reads)), len(dataset))
    parts = [_checked(name, operator, operator.run(part), part.num_rows) for part in dataset.batches(reads)]
    return pa.concat_tables(parts) if parts else pa.table({column: [] for column in operator.writes})


def build(name: str, **options: Any) -> Operator:
    """The registered operator with these options; UsageError with the nearest name for an unknown one."""
    maker = registry.get("operator", name)
    takes = inspect.signature(maker).parameters
    known = [name for name, one in takes.items() if one.kind is not one.VAR_KEYWORD]
    for option in options:
        if option not in known and len(known) == len(takes):
            raise UsageError(f"unknown option '{option}'", where=f"operator {name}", hint=nearest(option, known))
    made: Operator = maker(**options)
    return made


def apply(name: str, dataset: Dataset, **options: Any) -> int:
    """Add the operator's columns to the dataset; returns the new version."""
    return dataset.join_columns(scores(name, dataset, **options))


def _checked(name: str, operator: Operator, made: Mapping[str, Any], rows: int) -> pa.Table:
    if set(made) != set(operator.writes):
        raise UsageError(f"writes {sorted(made)}, declares {sorted(operator.writes)}", where=f"operator {name}")
    table = pa.table(dict(made))
    if table.num_rows != rows:
        raise UsageError(f"{table.num_rows} values for {rows} rows", where=f"operator {name}")
    return table
