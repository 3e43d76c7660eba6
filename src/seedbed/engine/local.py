"""The local engine: plain worker processes that read tasks as JSON lines and outlive a stage.

Not `multiprocessing`: nothing is pickled, a user's script needs no `__main__` guard, and Lance (unsafe
across a fork) is opened by each worker for itself. When the parent dies, the pipe closes and a worker
stops after the task under way.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from seedbed import registry
from seedbed.engine.tasks import Task, execute

Tick = Callable[[int], None]


@registry.register("engine", "local")
def run_local(fn: str, tasks: Sequence[Task], ledger: Path, *, workers: int | None, tick: Tick) -> list[dict[str, Any]]:
    """Run tasks in worker processes, or in this one when `workers` is 0."""
    count = default_workers() if workers is None else workers
    named = [{**task, "plugins": registry.plugins()} for task in tasks]
    if count == 0:
        return _run_inline(fn, named, ledger, tick)
    return _run_pool(fn, named, ledger, min(count, len(named)), tick)


def default_workers() -> int:
    """One worker a core, or SEEDBED_WORKERS."""
    return max(0, int(os.environ.get("SEEDBED_WORKERS", os.cpu_count() or 1)))


def _run_inline(fn: str, tasks: Sequence[Task], ledger: Path, tick: Tick) -> list[dict[str, Any]]:
    for task in tasks:
        error = execute(fn, task, ledger)
        if error:
            return [error]
        tick(1)
    return []


def _run_pool(fn: str, tasks: Sequence[Task], ledger: Path, count: int, tick: Tick) -> list[dict[str, Any]]:
    pending, errors = deque(tasks), []
    workers = [_idle_worker() or Worker() for _ in range(count)]
    with ThreadPoolExecutor(count) as threads:
        try:
            running = {threads.submit(w.run, fn, pending.popleft(), ledger): w for w in workers if pending}
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    worker, error = running.pop(future), future.result()
                    if error:
                        errors.append(error)
                    else:
                        tick(1)
                    if pending and not errors:
                        running[threads.submit(worker.run, fn, pending.popleft(), ledger)] = worker
        except BaseException:
            for worker in workers:  # Ctrl-C: finished tasks have their ledger files; drop the rest at once
                worker.kill()
            raise
    for worker in workers:
        if worker.alive:
            _idle.append(worker)
        else:
            worker.kill()  # closes its pipes
    return errors


def _idle_worker() -> Worker | None:
    """A worker that waits in the folder we are in: tasks may name files relative to it."""
    here = Path.cwd()
    for worker in _idle:
        if worker.folder == here:
            _idle.remove(worker)
            return worker
    return None


class Worker:
    """One worker process, fed one task at a time."""

    def __init__(self) -> None:
        self.folder = Path.cwd()
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "seedbed.engine.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **threads, "SEEDBED_WORKERS": "0"},
            text=True,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which decides what to stop
        )
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def run(self, fn: str, task: Task, ledger: Path) -> dict[str, Any] | None:
        """Run one task in the worker; a worker that dies is reported as that task's error."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with self._lock:
            try:
                message = {"fn": fn, "task": task, "ledger": str(ledger.resolve())}
                self.process.stdin.write(json.dumps(message) + "\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
            except (BrokenPipeError, OSError, ValueError):
                line = ""
        if not line:
            return {
                "kind": "PartialError",
                "what": f"a worker process died (exit {self.process.poll()}); out of memory?",
                "where": f"task {task['task']}",
                "hint": "run again to go on, or set SEEDBED_WORKERS=1",
            }
        answer = json.loads(line)
        return answer if answer else None

    def kill(self) -> None:
        """Stop at once."""
        self.process.kill()
        self.process.wait()
        self._close()

    def close(self) -> None:
        """Let the worker end by closing its input."""
        self._close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


_idle: list[Worker] = []


@atexit.register
def close_workers() -> None:
    """End the idle workers; called at exit."""
    while _idle:
        _idle.pop().close()
