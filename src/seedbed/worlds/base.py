"""The World protocol: plan apart from render, so that a million plans are cheap and pixels are paid for
only where they are wanted.

A world declares discrete `factors` (what a `Design` balances, skews or targets). `plan` turns one design
row (a level for each factor) and that row's own random generator into a `Plan`; `render` turns plans into
columns. Row i depends on (world, version, seed, i) alone: never on order, batch, process or engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Factor:
    """A discrete property that a world can be asked for: its name and the levels it can take."""

    name: str
    levels: tuple[str | int, ...]
    doc: str = ""


Plan = Mapping[str, Any]


@runtime_checkable
class World(Protocol):
    """What a generator of rows with exact truth must offer. Worlds are built with keyword options."""

    name: str
    version: str  # changes whenever bytes change
    licence: str  # SPDX identifier of the rows
    factors: tuple[Factor, ...]

    @property
    def schema(self) -> pa.Schema:
        """The columns that `render` returns, provenance and factor columns not included."""
        ...

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Everything about one row but its pixels. `levels` holds one level for each factor."""
        ...

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns for these plans, in their order. Deterministic: no random numbers are drawn here."""
        ...


def row_rng(world: str, version: str, seed: int, index: int, stream: str = "plan") -> np.random.Generator:
    """The counter-based generator (Philox 4x64) of one row: its own for each (world, version, seed, index).

    `stream` separates uses within the row, so that drawing more numbers for one never shifts another.
    """
    digest = hashlib.sha256(f"{world}@{version}/{stream}".encode()).digest()
    key = np.array([int.from_bytes(digest[:8], "little"), seed & 0xFFFF_FFFF_FFFF_FFFF], dtype=np.uint64)
    counter = np.array([0, 0, 0, index], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def row_id(world: str, version: str, seed: int, index: int) -> str:
    """The identity of a generated row: from it alone the row can be made again."""
    return f"{world}@{version}/{seed}/{index}"
