"""Hugging Face datasets: Parquet files whose pictures load as images (`load_dataset("parquet", data_dir=...)`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from seedbed.registry import register
from seedbed.run.export.base import Exporter

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

SHARD = 5000
PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


@register("exporter", "huggingface")
class HuggingFace(Exporter):
    """Every binary column becomes an Image feature; the others keep their Arrow types."""

    needs = ()

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        pictures = [f.name for f in dataset.schema if pa.types.is_binary(f.type)]
        count = max(-(-len(dataset) // SHARD), 1)
        (folder / "data").mkdir()
        written = 0
        for k in range(count):
            table = dataset.take(range(k * SHARD, min((k + 1) * SHARD, len(dataset))), dataset.schema.names)
            if "error" in table.column_names:  # rows that could not be made are left out
                table = table.filter(pc.is_null(table["error"])).drop_columns(["error"])
            written += len(table)
            for name in pictures:
                column = table[name].combine_chunks()
                paths = pa.nulls(len(column), pa.string())
                packed = pa.StructArray.from_arrays([column, paths], fields=list(PICTURE), mask=column.is_null())
                table = table.set_column(table.schema.get_field_index(name), name, packed)
            table = table.replace_schema_metadata(
                {"huggingface": json.dumps({"info": {"features": _features(table, pictures)}})}
            )
            pq.write_table(table, folder / "data" / f"train-{k:05d}-of-{count:05d}.parquet")
        return {"rows": written, "files": count}


def _features(table: pa.Table, pictures: list[str]) -> dict[str, Any]:
    return {f.name: {"_type": "Image"} if f.name in pictures else _feature(f.type) for f in table.schema}


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_fixed_size_list(kind):
        return {"_type": "List", "feature": _feature(kind.value_type), "length": kind.list_size}
    if pa.types.is_list(kind):
        return {"_type": "List", "feature": _feature(kind.value_type)}
    name = {"double": "float64", "float": "float32"}.get(str(kind), str(kind))
    return {"_type": "Value", "dtype": name}
