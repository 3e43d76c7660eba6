"""One task, its ledger file and its errors: the part that is the same on every engine."""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from seedbed import errors, registry
from seedbed.dataset.files import explained, read_json, write_json

Task = Mapping[str, Any]


def execute(fn: str, task: Task, ledger: Path) -> dict[str, Any] | None:
    """Run one task and write its ledger file; an error is returned as data, never raised."""
    try:
        for plugin in task.get("plugins", ()):
            registry.load_plugin(plugin)
        module, _, name = fn.partition(":")
        call = getattr(importlib.import_module(module), name)
        with explained(ledger):
            result = call(task)
            write_json(ledger / f"{task['task']}.json", result)
    except errors.SeedbedError as error:
        return {
            "kind": type(error).__name__, "what": error.what, "where": error.where, "hint": error.hint,
        }  # fmt: skip
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        where = f"task {task.get('task')}"
        return {"kind": "SeedbedError", "what": what, "where": where, "trace": traceback.format_exc()}
    return None


def read_result(ledger: Path, task: Task) -> dict[str, Any] | None:
    """What the task left, or None when it has not finished. A damaged file counts as not finished."""
    path = ledger / f"{task['task']}.json"
    if not path.exists():
        return None
    try:
        found = read_json(path)
    except errors.UsageError:
        return None
    return found if isinstance(found, dict) else None


def raise_error(error: Mapping[str, Any]) -> NoReturn:
    """Raise a task's error as it was in the worker."""
    if error.get("trace") and os.environ.get("SEEDBED_DEBUG"):
        print(error["trace"])
    kind = getattr(errors, str(error.get("kind")), errors.SeedbedError)
    raise kind(error["what"], where=error.get("where", ""), hint=error.get("hint", ""))
