"""The Daft engines: `daft` (native runner, this machine) and `ray` (a Ray cluster, local or remote).

Daft schedules the tasks and survives lost nodes; the tasks are those of the local engine. Set RAY_ADDRESS
to use a cluster that is running; without it a cluster of two workers is started here. All nodes must see
the output folder. Both projects report usage unless told not to before they are imported: they are told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from seedbed import registry
from seedbed.engine.local import default_workers
from seedbed.engine.tasks import Task, execute
from seedbed.errors import UsageError

Tick = Callable[[int], None]
QUIET = {
    "DO_NOT_TRACK": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
}


@registry.register("engine", "daft")
def run_daft(fn: str, tasks: Sequence[Task], ledger: Path, *, workers: int | None, tick: Tick) -> list[dict[str, Any]]:
    """Run tasks on Daft's native runner, one process a worker."""
    daft = _import("daft", "daft")
    daft.set_runner_native()
    options = {"use_process": True, "max_concurrency": max(1, workers or default_workers())}
    return _run(daft, fn, tasks, ledger, options, tick)


@registry.register("engine", "ray")
def run_ray(fn: str, tasks: Sequence[Task], ledger: Path, *, workers: int | None, tick: Tick) -> list[dict[str, Any]]:
    """Run tasks on a Ray cluster through Daft's Ray runner."""
    daft, ray = _import("daft", "ray"), _import("ray", "ray")
    if not ray.is_initialized():
        ray.init(**_cluster(workers or 2))
    daft.set_runner_ray()
    # half a CPU each: a lost actor finds a place, so that the job does not wait for ever
    options = {"max_concurrency": int(ray.cluster_resources()["CPU"]), "cpus": 0.5}
    return _run(daft, fn, tasks, ledger, options, tick)


def _cluster(workers: int) -> dict[str, Any]:
    common = {"log_to_driver": False, "runtime_env": {"env_vars": {**QUIET, "OMP_NUM_THREADS": "1"}}}
    if os.environ.get("RAY_ADDRESS"):
        return {**common, "address": os.environ["RAY_ADDRESS"]}
    return {
        **common,
        "num_cpus": workers,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
        "object_store_memory": 1 << 28,
    }


def _import(name: str, extra: str) -> Any:
    os.environ.update(QUIET)
    try:
        return __import__(name)
    except ImportError:
        hint = f"pip install 'seedbed[{extra}]'"
        raise UsageError(f"the package '{name}' is not installed", where="engine", hint=hint) from None


def _run(
    daft: Any, fn: str, tasks: Sequence[Task], ledger: Path, options: dict[str, Any], tick: Tick
) -> list[dict[str, Any]]:
    class Runner:
        def __init__(self, fn: str, ledger: str) -> None:
            self.fn, self.ledger = fn, ledger

        @daft.method.batch(return_dtype=daft.DataType.string(), batch_size=1)
        def run(self, lines: Any) -> list[str]:
            return [
                json.dumps(execute(self.fn, json.loads(line), Path(self.ledger)) or {}) for line in lines.to_pylist()
            ]

    runner = daft.cls(**options)(Runner)(fn, str(ledger.resolve()))
    lines = [json.dumps({**task, "plugins": registry.plugins()}) for task in tasks]
    frame = daft.from_pydict({"task": lines}).into_batches(1)
    answers = frame.select(runner.run(daft.col("task")).alias("answer")).to_pydict()["answer"]
    errors = [error for error in map(json.loads, answers) if error]
    tick(len(answers) - len(errors))
    return errors
