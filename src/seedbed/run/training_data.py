"""What a classifier is trained on: images, heads and targets of stored datasets, or of a world that renders them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from seedbed.dataset import Dataset
from seedbed.errors import UsageError, nearest
from seedbed.learn.images import ArrayRows, EncodedRows, ImageRows, decode_equal
from seedbed.run.generate import build_world, make_program, make_rows, world_and_design

IN_MEMORY = 2e9  # bytes of decoded images; more are decoded when they are needed
SPLIT_STREAM = 7


@dataclass(frozen=True)
class TrainingData:
    """images, and for each head its labels and each row's index into them."""

    images: ImageRows
    heads: dict[str, list[str]]
    targets: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.images)

    def part(self, rows: np.ndarray) -> TrainingData:
        """These rows only."""
        return TrainingData(_Part(self.images, rows), self.heads, {h: v[rows] for h, v in self.targets.items()})

    def split(self, share: float, seed: int) -> tuple[TrainingData, TrainingData | None]:
        """(training rows, validation rows): a random `share` (0..1) is held out; None for a share of 0."""
        count = round(share * len(self))
        if not count:
            return self, None
        order = np.random.default_rng([seed, SPLIT_STREAM]).permutation(len(self))
        return self.part(np.sort(order[count:])), self.part(np.sort(order[:count]))


class _Part:
    """Some rows of others."""

    def __init__(self, images: ImageRows, rows: np.ndarray) -> None:
        self.images, self.rows, self.shape, self.slow = images, rows, images.shape, images.slow

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: np.ndarray) -> np.ndarray:
        return self.images.take(self.rows[rows])


def stored(datasets: Sequence[Dataset], heads: Sequence[str], *, unlabelled: str = "refused") -> TrainingData:
    """The rows of datasets one after the other. unlabelled: rows without a label in a head are "refused" or "dropped".

    UsageError for missing columns, one class, images of several sizes.
    """
    for dataset in datasets:
        for name in ("image", *heads):
            if name not in dataset.schema.names:
                raise UsageError(
                    f"no column '{name}'", where=str(dataset.path), hint=nearest(name, dataset.schema.names)
                )
    where = ", ".join(str(dataset.path) for dataset in datasets)
    parts = [dataset.table(["image", *heads]) for dataset in datasets]
    for head in heads:
        missing = sum(part[head].null_count for part in parts)
        if missing and unlabelled == "refused":
            raise UsageError(f"{missing:,} rows without a label in '{head}'", where=where, hint="leave them out first")
        parts = [part.filter(pc.is_valid(part[head])) for part in parts] if missing else parts
    encoded = [data for part in parts for data in part["image"].to_pylist()]
    empty = [row for row, data in enumerate(encoded) if data is None]
    if empty or not encoded:
        raise UsageError(
            f"{len(empty) or 'all'} rows without an image", where=where, hint="curate or generate them again"
        )
    first = EncodedRows(encoded[:1], where)
    images: ImageRows = EncodedRows(encoded, where)
    if len(encoded) * np.prod(first.shape) <= IN_MEMORY:
        images = ArrayRows(decode_equal(encoded, where), where)
    values = {h: [str(v) for part in parts for v in part[h].to_pylist()] for h in heads}
    labels = {h: _levels(h, datasets, values[h], where) for h in heads}
    return TrainingData(images, labels, {h: np.array([labels[h].index(v) for v in values[h]]) for h in heads})


def _levels(head: str, datasets: Sequence[Dataset], values: list[str], where: str) -> list[str]:
    """The head's labels: the factor's levels where a world made rows, so that unseen ones have a place."""
    known = list(dict.fromkeys(sorted(set(values))))
    if len(known) == 1:
        raise UsageError(
            f"the column '{head}' has one class, '{known[0]}', in {len(values):,} rows", where=where,
            hint="give a column with two or more",
        )  # fmt: skip
    for dataset in datasets:
        job = dataset.lineage.get("job")
        if job and "program" in job:
            world = build_world(job["program"]["world"], job["program"]["options"])
            levels = next((f.levels for f in world.factors if f.name == head), ())
            known = [*map(str, levels), *(v for v in known if v not in map(str, levels))]
    return known


class WorldRows:
    """Rows of a world, rendered when they are needed and never stored: row i is the one that `generate` would make."""

    slow = True

    def __init__(self, program: Mapping[str, Any], seed: int, rows: int) -> None:
        self.program, self.seed, self.rows = program, seed, rows
        self.shape: tuple[int, int, int] = self.take(np.arange(1)).shape[1:]

    def __len__(self) -> int:
        return self.rows

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Rendered rows; UsageError for a row that its program cannot make."""
        table = make_rows(self.program, self.seed, [int(row) for row in rows])
        broken = [text for text in table["error"].to_pylist() if text]
        if broken:
            raise UsageError(f"a row could not be made: {broken[0]}", where=f"world {self.program['world']}")
        return decode_equal(table["image"].to_pylist(), f"world {self.program['world']}")


def rendered(
    world: str, heads: Sequence[str], *, rows: int, seed: int, options: Mapping[str, Any], where: str = ""
) -> TrainingData:
    """Rows 0 .. rows - 1 of a world, made while the model trains. Heads are factors of the world."""
    from seedbed.lineage import canonical

    options = dict(options)
    design = options.pop("design", None)
    program = make_program(world, options, design, where)
    made, levels = world_and_design(canonical(program), seed)
    factors = {factor.name: [str(level) for level in factor.levels] for factor in made.factors}
    for head in heads:
        if head not in factors:
            raise UsageError(f"no factor '{head}'", where=f"world {world}", hint=nearest(head, factors))
    planned = [levels[index] for index in range(rows)]
    targets = {h: np.array([factors[h].index(str(row[h])) for row in planned]) for h in heads}
    return TrainingData(WorldRows(program, seed, rows), {h: factors[h] for h in heads}, targets)
