"""Functions that the engine's tests run as tasks."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from seedbed import registry
from seedbed.errors import UsageError


def square(task: dict) -> dict:
    return {"square": task["n"] ** 2}


def logged(task: dict) -> dict:
    with Path(task["log"]).open("a") as file:
        file.write(f"{task['n']}\n")
    return {"n": task["n"]}


def refuses(task: dict) -> dict:
    if task["n"] == 3:
        raise UsageError("three is too many", where="task", hint="take two")
    return {}


def breaks(task: dict) -> dict:
    return {"x": 1 / task["n"]}


def dies_once(task: dict) -> dict:
    mark = Path(task["mark"])
    if task["n"] == 2 and not mark.exists():
        mark.write_text("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return {"n": task["n"]}


def knows(task: dict) -> dict:
    return {"known": task["name"] in registry.names("metric")}


def folder(task: dict) -> dict:
    return {"folder": str(Path.cwd())}
