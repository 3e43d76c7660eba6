"""Recipes, stages, cache and resume. `seedbed.run(...)` runs a recipe: the package itself is callable."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["Run", "run"]

if TYPE_CHECKING:
    from seedbed.run.run import Run, run

_HOMES = {"Run": "seedbed.run.run"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'seedbed.run' has no attribute '{name}'")


class _CallableModule(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from seedbed.run.run import run

        return run(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
