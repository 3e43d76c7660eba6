"""Any scene graph to text whose truth is proved: captions, questions with programs, a certificate.

The room knows worlds only through the scene-graph schema in `seedbed.dataset.schema`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "Calibration", "Certifier", "Scenes", "annotate", "answers", "calibrate", "execute", "load_families", "parse",
    "question_certificate", "recheck", "summary",
]  # fmt: skip

if TYPE_CHECKING:
    from seedbed.language.annotation import annotate
    from seedbed.language.calibration import Calibration, calibrate
    from seedbed.language.certificate import Certifier, question_certificate, summary
    from seedbed.language.execute import answers, execute
    from seedbed.language.families import load_families
    from seedbed.language.pixels import recheck
    from seedbed.language.programs import parse
    from seedbed.language.scenes import Scenes

_HOMES = {
    "Calibration": "calibration",
    "Certifier": "certificate",
    "Scenes": "scenes",
    "annotate": "annotation",
    "answers": "execute",
    "calibrate": "calibration",
    "execute": "execute",
    "load_families": "families",
    "parse": "programs",
    "question_certificate": "certificate",
    "recheck": "pixels",
    "summary": "certificate",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"seedbed.language.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'seedbed.language' has no attribute '{name}'")
