"""Seedbed: a data engine for vision and vision-language models.

    import seedbed as sb

    ds = sb.generate("tabletop", rows=100, seed=0, out="data/a")
    result = sb.audit(table, label="y", prediction="p", by=["category", "color"])
    run = sb.run("recipes/loop.yaml", set={"generate.rows": 500})

Importing this package costs little: each part is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "Audit": "seedbed.audit",
    "Dataset": "seedbed.dataset",
    "Design": "seedbed.design",
    "Factor": "seedbed.worlds.base",
    "Run": "seedbed.run",
    "Slice": "seedbed.slices",
    "audit": "seedbed.audit",
    "generate": "seedbed.run.generate",
    "register": "seedbed.registry",
    "run": "seedbed.run",
    "verify": "seedbed.run.verify",
}

__all__ = ["__version__", *_PUBLIC]

if TYPE_CHECKING:
    from seedbed.audit.compose import audit as audit
    from seedbed.audit.result import Audit as Audit
    from seedbed.dataset.dataset import Dataset as Dataset
    from seedbed.design.design import Design as Design
    from seedbed.registry import register as register
    from seedbed.run.generate import generate as generate
    from seedbed.run.run import Run as Run
    from seedbed.run.run import run as run
    from seedbed.run.verify import verify as verify
    from seedbed.slices import Slice as Slice
    from seedbed.worlds.base import Factor as Factor


def __getattr__(name: str) -> Any:
    """`audit` and `run` are rooms and functions at once: their packages can be called."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'seedbed' has no attribute '{name}'")
    home = import_module(_PUBLIC[name])
    return home if _PUBLIC[name] == f"seedbed.{name}" else getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
