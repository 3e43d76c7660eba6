"""Rows to torch: one `take` a batch, a seeded order that depends on (seed, epoch) alone.

Lance must not be used across a fork: `DataLoader` workers open the dataset for themselves, so use
`multiprocessing_context="spawn"` with `num_workers` above zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch.utils.data import IterableDataset, get_worker_info

if TYPE_CHECKING:
    import pyarrow as pa

    from seedbed.dataset.dataset import Dataset


class RowStream(IterableDataset[dict[str, Any]]):
    """Batches as dictionaries: images decoded to uint8 (n, h, w, c) tensors, numbers to tensors, text to lists."""

    def __init__(self, dataset: Dataset, columns: Sequence[str], *, batch_size: int, seed: int | None) -> None:
        self.path, self.version, self.rows = dataset.path, dataset.version, dataset._rows
        self.columns, self.batch_size, self.seed = list(columns), batch_size, seed
        self.epoch = 0
        self.count = len(dataset)

    def __len__(self) -> int:
        return -(-self.count // self.batch_size)

    def order(self) -> np.ndarray:
        """Row positions of this epoch."""
        if self.seed is None:
            return np.arange(self.count)
        return np.random.default_rng([self.seed, self.epoch]).permutation(self.count)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        from seedbed.dataset.dataset import Dataset

        dataset = Dataset(self.path, version=self.version)
        dataset._rows = self.rows
        order, worker = self.order(), get_worker_info()
        self.epoch += 1
        starts = range(0, self.count, self.batch_size)
        for number, start in enumerate(starts):
            if worker is None or number % worker.num_workers == worker.id:
                yield self._batch(dataset, order[start : start + self.batch_size])

    def _batch(self, dataset: Dataset, rows: np.ndarray) -> dict[str, Any]:
        return as_batch(dataset.take(rows, self.columns), self.columns)


def as_batch(table: pa.Table, columns: Sequence[str]) -> dict[str, Any]:
    """Columns as torch takes them: images of one size as a uint8 tensor, numbers as tensors, the rest as lists."""
    import torch

    from seedbed.dataset.images import decode_all

    out: dict[str, Any] = {}
    for name in columns:
        values = table[name].to_pylist()
        if values and isinstance(values[0], bytes):
            out[name] = torch.from_numpy(decode_all(values))
        elif values and isinstance(values[0], (int, float)) and not isinstance(values[0], bool):
            out[name] = torch.tensor(values)
        else:
            out[name] = values
    return out
