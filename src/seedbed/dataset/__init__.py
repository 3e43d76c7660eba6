"""The versioned table that everything flows through: schema, append, add columns, views, streaming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Dataset"]

if TYPE_CHECKING:
    from seedbed.dataset.dataset import Dataset


def __getattr__(name: str) -> Any:
    if name == "Dataset":  # pyarrow is imported when a dataset is used, not by `import seedbed`
        from seedbed.dataset.dataset import Dataset

        return Dataset
    raise AttributeError(f"module 'seedbed.dataset' has no attribute '{name}'")
