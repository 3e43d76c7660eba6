"""Operators: functions from a batch of rows to new columns. They score or decide; they never delete."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Operator", "apply"]

if TYPE_CHECKING:
    from seedbed.curate.operator import Operator, apply


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("seedbed.curate.operator"), name)
    raise AttributeError(f"module 'seedbed.curate' has no attribute '{name}'")
