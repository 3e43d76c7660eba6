"""Packages that only some learners need: imported when they are used, with one line where they are missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from seedbed.errors import UsageError


def transformers() -> Any:
    """The module transformers; UsageError says how to install it."""
    return needed("transformers", "models")


def needed(package: str, extra: str) -> Any:
    """An optional package, which `extra` of seedbed brings."""
    if find_spec(package) is None:
        raise UsageError(f"{package} is not installed", where="learn", hint=f"pip install 'seedbed[{extra}]'")
    return import_module(package)
