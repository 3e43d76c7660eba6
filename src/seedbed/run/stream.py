"""Worlds on the fly: rows made while a model trains, nothing stored, the same rows whatever the workers.

    from seedbed.run.stream import stream
    loader = DataLoader(stream("tabletop", rows=10_000, seed=0, size=64), batch_size=None, num_workers=2,
                        multiprocessing_context="spawn")
    for batch in loader: ...        # {"image": uint8 (n, h, w, 3), "category": [...], ...}

Row i is the row i that `seedbed generate` would store: a stream and a dataset of one program agree bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch.utils.data import IterableDataset, get_worker_info

from seedbed import registry
from seedbed.errors import UsageError, nearest
from seedbed.run.generate import make_program, make_rows, row_schema


class WorldStream(IterableDataset[dict[str, Any]]):
    """Batches of freshly made rows. Each epoch goes on where the last one ended, unless `repeat` is true."""

    def __init__(
        self, program: Mapping[str, Any], columns: Sequence[str], *, rows: int, seed: int, batch_size: int, repeat: bool
    ) -> None:
        self.program, self.columns, self.rows = dict(program), list(columns), rows
        self.seed, self.batch_size, self.repeat = seed, batch_size, repeat
        self.epoch = 0
        self.plugins = registry.plugins()

    def __len__(self) -> int:
        return -(-self.rows // self.batch_size)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for plugin in self.plugins:
            registry.load_plugin(plugin)
        worker = get_worker_info()
        first = 0 if self.repeat else self.epoch * self.rows
        self.epoch += 1
        for number, start in enumerate(range(first, first + self.rows, self.batch_size)):
            if worker is None or number % worker.num_workers == worker.id:
                yield self._batch(range(start, min(start + self.batch_size, first + self.rows)))

    def _batch(self, indices: range) -> dict[str, Any]:
        from seedbed.dataset.streaming import as_batch

        table = make_rows(self.program, self.seed, indices)
        broken = [text for text in table["error"].to_pylist() if text]
        if broken:
            raise UsageError(f"a row could not be made: {broken[0]}", where=f"rows {indices[0]} to {indices[-1]}")
        return as_batch(table, self.columns)


def stream(
    world: str,
    *,
    rows: int,
    columns: Sequence[str] | None = None,
    seed: int = 0,
    batch_size: int = 32,
    where: str = "",
    design: Mapping[str, Any] | None = None,
    questions: int = 0,
    repeat: bool = False,
    **options: Any,
) -> WorldStream:
    """An iterable dataset of batches: images uint8 (n, h, w, c), numbers as tensors, the rest as lists.

    `columns`: image and the world's factors by default. `rows` an epoch; the next epoch has new rows (index goes
    on), or with `repeat` the same. Other keywords are the world's options. UsageError as `generate`.
    """
    program = make_program(world, options, design, where, questions)
    known = row_schema(program).names
    wanted = (
        list(columns) if columns else ["image", *(n for n in known[known.index("error") + 1 : known.index("image")])]
    )
    for name in wanted:
        if name not in known:
            raise UsageError(f"no column '{name}'", where="stream", hint=nearest(name, known))
    if rows < 1 or batch_size < 1:
        raise UsageError(f"rows is {rows}, batch_size is {batch_size}", where="stream", hint="both from 1")
    return WorldStream(program, wanted, rows=rows, seed=seed, batch_size=batch_size, repeat=repeat)
