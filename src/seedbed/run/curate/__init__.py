"""Curation: a collection in, a dataset out in which every row says why it is kept or dropped.

    from seedbed.run.curate import curate

    made = curate(["crawl/"], recipe="recipes/web_text.yaml", out="data/clean")
    made.results["kept"], made.dataset.where("keep == True")

`recipe` says what is read, measured and decided; `tasks` are the work of one part, on any engine; `curation` runs
them; `repeated` finds duplicates over all parts; `decide` turns scores into decisions; `removed` audits the filter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["curate", "decide_again"]

if TYPE_CHECKING:
    from seedbed.run.curate.curation import curate, decide_again


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("seedbed.run.curate.curation"), name)
    raise AttributeError(f"module 'seedbed.run.curate' has no attribute '{name}'")
