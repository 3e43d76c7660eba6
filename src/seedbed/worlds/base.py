"""The World protocol: plan apart from render, so that a million plans are cheap and pixels are paid for
only where they are wanted.

A world declares discrete `factors` (what a `Design` balances, skews or targets). `plan` turns one design
row (a level for each factor) and that row's own random generator into a `Plan`; `render` turns plans into
columns. Row i depends on (world, version, seed, i) alone: never on order, batch, process or engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from seedbed.design.factors import Factor
from seedbed.lineage import row_id, row_rng

__all__ = ["Factor", "Plan", "World", "row_id", "row_rng"]


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
