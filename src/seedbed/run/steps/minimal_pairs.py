"""Rows in pairs that differ in one factor and share everything else: the same draws, planned twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field, field_validator

from seedbed.design import Design
from seedbed.errors import UsageError, nearest
from seedbed.lineage import code_version, row_rng
from seedbed.registry import register
from seedbed.run.generate import build_world
from seedbed.run.step import DATASET, Context, Step, StepArgs

CHUNK = 32  # pairs rendered at a time


@register("step", "minimal_pairs")
class MinimalPairs(Step):
    """A dataset of `rows` rows; rows 2k and 2k + 1 are a pair. Columns: id, factors, the world's own, pair, changed.

    The first of a pair follows a balanced design (or `design`); the second has another level of one of the factors in
    `change`, in turn, and is planned from the same random numbers. Nothing else differs where a world draws the same
    numbers for every level (glyphs do); elsewhere what depends on the level differs too.
    """

    class Args(StepArgs):
        world: str
        rows: int = Field(gt=1)
        change: list[str] = Field(min_length=1, description="factors that may differ")
        options: dict[str, Any] = Field(default_factory=dict)
        design: dict[str, Any] = Field(default_factory=dict)
        seed: int = 0

        @field_validator("rows")
        @classmethod
        def _even(cls, rows: int) -> int:
            if rows % 2:
                raise ValueError("pairs need an even number of rows")
            return rows

    def check(self, args: Any) -> None:
        factors = {factor.name: factor for factor in build_world(args.world, args.options).factors}
        for name in args.change:
            if name not in factors or len(factors[name].levels) < 2:
                raise UsageError(f"no factor '{name}' that can change", where="change", hint=nearest(name, factors))

    def code(self, args: Any) -> dict[str, Any]:
        return {"world": build_world(args.world, args.options).version}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        world = build_world(args.world, args.options)
        design = Design(world.factors, args.design, seed=args.seed)
        pairs = range(args.rows // 2)
        parts = [
            _rows(world, design, args, list(pairs[start : start + CHUNK])) for start in range(0, len(pairs), CHUNK)
        ]
        lineage = {"minimal_pairs": args.model_dump(), "code": code_version()}
        made = Dataset.from_table(context.folder / DATASET, pa.concat_tables(parts).combine_chunks(), lineage)
        return {"rows": len(made), "pairs": len(pairs), "fingerprint": made.lineage["fingerprint"]}


def _rows(world: Any, design: Design, args: Any, pairs: list[int]) -> pa.Table:
    levels, plans, changed = [], [], []
    for k in pairs:
        name = args.change[k % len(args.change)]
        first = design[k]
        for levels_of in (first, _other(world, first, name, args.seed, k)):
            levels.append(levels_of)
            plans.append(world.plan(levels_of, row_rng(world.name, world.version, args.seed, k, "minimal pair")))
            changed.append(name)
    columns: dict[str, Any] = {
        "id": [f"{world.name}@{world.version}/pairs/{args.seed}/{k}/{side}" for k in pairs for side in (0, 1)]
    }
    columns |= {factor.name: [row[factor.name] for row in levels] for factor in world.factors}
    rendered = world.render(plans)
    columns |= {name: rendered[name] for name in rendered.schema.names}
    columns |= {"pair": [k for k in pairs for _ in (0, 1)], "changed": changed}
    return pa.table(columns)


def _other(world: Any, levels: dict[str, Any], name: str, seed: int, k: int) -> dict[str, Any]:
    """The same levels with another one of `name`."""
    factor = next(factor for factor in world.factors if factor.name == name)
    rest = [level for level in factor.levels if level != levels[name]]
    drawn = np.random.default_rng([seed, k, 41]).integers(len(rest))
    return {**levels, name: rest[int(drawn)]}
