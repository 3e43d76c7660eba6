"""Map a function over tasks: worker processes here, or Daft on one machine or on a Ray cluster.

The engine moves task ids and JSON, never image bytes. Each task reads and writes Lance fragments itself
and leaves one fsynced ledger file; a rerun after a crash runs only the tasks without one. The same
functions run on every engine, so the bytes are the same.

    results = run_tasks("seedbed.run.generate:make_shard", tasks, ledger, engine="local")

Engines: `local` (default: plain worker processes), `daft` (Daft's native runner), `ray` (Daft on Ray).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from seedbed import registry
from seedbed.engine.tasks import Task, raise_error, read_result

Tick = Callable[[int], None]


class Engine(Protocol):
    """Runs tasks and calls `tick(n)` as they finish; returns the errors of those that failed."""

    def __call__(
        self, fn: str, tasks: Sequence[Task], ledger: Path, *, workers: int | None, tick: Tick
    ) -> list[dict[str, Any]]: ...


def run_tasks(
    fn: str,
    tasks: Sequence[Task],
    ledger: Path,
    *,
    engine: str = "local",
    workers: int | None = None,
    tick: Tick | None = None,
) -> list[dict[str, Any]]:
    """Run `fn` ("module:function") for each task that has no ledger file; results in task order.

    Tasks are JSON objects with a unique `task` name. Raises the first error after the tasks under way
    have finished: their ledger files stay, so running again goes on from there.
    """
    ledger.mkdir(parents=True, exist_ok=True)
    results = {task["task"]: read_result(ledger, task) for task in tasks}
    todo = [task for task in tasks if results[task["task"]] is None]
    note = tick or (lambda _: None)
    note(len(tasks) - len(todo))
    if todo:
        run: Engine = registry.get("engine", engine, where="engine")
        errors = run(fn, todo, ledger, workers=workers, tick=note)
        if errors:
            raise_error(errors[0])
    return [read_result(ledger, task) or {} for task in tasks]
