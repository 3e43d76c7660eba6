"""Measure what a model does to whom: metrics by slice, intervals, gaps, gates.

`seedbed.audit(...)` audits a table: the package itself is callable. Figures are reported with intervals
and counts; a group with no trials is undefined and never zero.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["Audit", "SliceResult", "audit", "check_gate", "discover_slices"]

if TYPE_CHECKING:
    from seedbed.audit.compose import audit
    from seedbed.audit.discover import discover_slices
    from seedbed.audit.gates import check_gate
    from seedbed.audit.result import Audit, SliceResult

_HOMES = {
    "Audit": "result",
    "SliceResult": "result",
    "audit": "compose",
    "check_gate": "gates",
    "discover_slices": "discover",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"seedbed.audit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'seedbed.audit' has no attribute '{name}'")


class _CallableModule(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from seedbed.audit.compose import audit

        return audit(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
