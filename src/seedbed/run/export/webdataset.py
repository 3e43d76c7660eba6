"""WebDataset: tar shards of `key.png`, `key.json` and one file for each further picture of a row."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed.registry import register
from seedbed.run.export.base import Exporter, rows, suffix

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

SHARD = 1000


@register("exporter", "webdataset")
class WebDataset(Exporter):
    """1,000 rows a shard. The same dataset gives the same bytes: files carry no time and no owner."""

    needs = ("image",)

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        shard: tarfile.TarFile | None = None
        written = shards = 0
        try:
            for row in rows(dataset, tuple(dataset.schema.names)):
                if row["number"] % SHARD == 0:
                    if shard:
                        shard.close()
                    shard = tarfile.open(folder / f"{shards:06d}.tar", "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
                    shards += 1
                assert shard is not None
                written += _add(shard, row)
        finally:
            if shard:
                shard.close()
        return {"rows": written, "shards": shards}


def _add(shard: tarfile.TarFile, row: dict[str, Any]) -> int:
    key = f"{row.pop('number'):08d}"
    files: dict[str, bytes] = {}
    plain: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, bytes):
            ending = suffix(value)
            files[ending if name == "image" else f"{name}.{ending}"] = value
        elif isinstance(value, list) and value and isinstance(value[0], bytes):
            for k, part in enumerate(value):
                files[f"{name}.{k:03d}.{suffix(part)}"] = part
        else:
            plain[name] = value
    files["json"] = json.dumps(plain, sort_keys=True).encode()
    for ending, data in sorted(files.items()):
        about = tarfile.TarInfo(f"{key}.{ending}")
        about.size = len(data)
        shard.addfile(about, io.BytesIO(data))
    return 1
