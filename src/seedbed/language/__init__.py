"""Any scene graph to text whose truth is proved: captions, questions with programs, a certificate.

The room knows worlds only through the scene-graph schema in `seedbed.dataset.schema`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["annotate", "execute", "load_families", "parse", "question_certificate"]

if TYPE_CHECKING:
    from seedbed.language.balance import question_certificate
    from seedbed.language.families import load_families
    from seedbed.language.programs import execute, parse
    from seedbed.language.questions import annotate

_HOMES = {
    "annotate": "questions",
    "execute": "programs",
    "load_families": "families",
    "parse": "programs",
    "question_certificate": "balance",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"seedbed.language.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'seedbed.language' has no attribute '{name}'")
