"""Opt-outs and block lists, at reading and later."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from seedbed.run.curate.recipe import Curation

if TYPE_CHECKING:
    from seedbed.dataset import Dataset


def opted_out(table: pa.Table, recipe: Curation, root: str) -> pa.Array:
    """The opt-out that holds for each row (`opt_out.domain`...), null where there is none."""
    if not recipe.opt_out:
        return pa.nulls(table.num_rows, pa.string())
    rules = _opt_out(tuple(str(Path(root) / name) for name in recipe.opt_out), tuple(recipe.agents))
    found: pa.Array = rules.decide(table)
    return found


@lru_cache(maxsize=4)
def _opt_out(paths: tuple[str, ...], agents: tuple[str, ...]) -> Any:
    from seedbed.curate.consent.opt_out import OptOut

    return OptOut.load(list(paths), agents=agents)


def listed_column(dataset: Dataset, recipe: Curation, home: Path) -> pa.Table:
    """listed: `list.domain` or `list.url` where a block list names the row's address."""
    from seedbed.curate.lists import BlockLists

    lists = BlockLists.load(
        domains=[home / f for f in recipe.lists.get("domains", [])],
        urls=[home / f for f in recipe.lists.get("urls", [])],
    )
    return pa.table({"listed": lists.decide(dataset.table(["domain", "url"]))})
