"""The engines: the same results inline and in workers, resume, clean errors, plugins, dead workers."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from seedbed import registry
from seedbed.engine import run_tasks
from seedbed.errors import PartialError, SeedbedError, UsageError

HERE = Path(__file__).parent
FN = "engine_functions:square"


@pytest.fixture(autouse=True)
def functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks' functions live beside this file; workers find them through PYTHONPATH."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    from seedbed.engine import local

    local.close_workers()  # workers of an earlier test have another environment


def tasks(n: int, **more: object) -> list[dict]:
    return [{"task": f"t{k}", "n": k, **more} for k in range(n)]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_results_come_in_task_order(tmp_path: Path, workers: int) -> None:
    seen: list[int] = []
    found = run_tasks(FN, tasks(7), tmp_path, workers=workers, tick=seen.append)
    assert [r["square"] for r in found] == [k * k for k in range(7)]
    assert sum(seen) == 7


def test_finished_tasks_are_not_run_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    run_tasks("engine_functions:logged", tasks(3, log=str(log)), tmp_path / "ledger", workers=0)
    (tmp_path / "ledger" / "t1.json").write_text("{broken")
    run_tasks("engine_functions:logged", tasks(4, log=str(log)), tmp_path / "ledger", workers=1)
    assert log.read_text().split() == ["0", "1", "2", "1", "3"]


@pytest.mark.parametrize("workers", [0, 2])
def test_errors_come_back_as_they_were(tmp_path: Path, workers: int) -> None:
    with pytest.raises(UsageError, match="three is too many") as caught:
        run_tasks("engine_functions:refuses", tasks(4), tmp_path, workers=workers)
    assert caught.value.exit_code == 2 and caught.value.hint == "take two"
    with pytest.raises(SeedbedError, match="ZeroDivisionError"):
        run_tasks("engine_functions:breaks", tasks(1), tmp_path / "b", workers=workers)


def test_a_killed_worker_is_a_partial_result_and_a_rerun_goes_on(tmp_path: Path) -> None:
    with pytest.raises(PartialError, match="died"):
        run_tasks("engine_functions:dies_once", tasks(5, mark=str(tmp_path / "mark")), tmp_path / "l", workers=2)
    found = run_tasks("engine_functions:dies_once", tasks(5, mark=str(tmp_path / "mark")), tmp_path / "l", workers=2)
    assert [r["n"] for r in found] == list(range(5))


def test_plugins_reach_the_workers(tmp_path: Path) -> None:
    plugin = tmp_path / "my_metric_for_workers.py"
    plugin.write_text(
        "from seedbed import register\n@register('metric', 'from_a_plugin')\ndef from_a_plugin(a, b): return 1.0\n"
    )
    registry.load_plugin(plugin)
    found = run_tasks("engine_functions:knows", [{"task": "a", "name": "from_a_plugin"}], tmp_path / "l", workers=1)
    assert found == [{"known": True}]


def test_unknown_engine_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'local'"):
        run_tasks(FN, tasks(1), tmp_path, engine="locl")


def test_engines_that_are_not_installed_say_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "daft", None)
    with pytest.raises(UsageError, match=r"pip install 'seedbed\[daft\]'"):
        run_tasks(FN, tasks(1), tmp_path, engine="daft")


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """A run that is killed leaves no process behind."""
    import subprocess
    import sys

    code = (
        "from pathlib import Path\nfrom seedbed.engine import run_tasks, local\n"
        f"run_tasks({FN!r}, [dict(task='a', n=1), dict(task='b', n=2)], Path({str(tmp_path)!r}), workers=2)\n"
        "print(*[w.process.pid for w in local._idle], flush=True)\nimport time; time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(p) for p in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not any(_alive(pid) for pid in pids):
            return
        time.sleep(0.1)
    raise AssertionError("workers are still there 10 s after their parent was killed")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]


def test_ledger_files_are_plain_json(tmp_path: Path) -> None:
    run_tasks(FN, tasks(1), tmp_path, workers=0)
    assert json.loads((tmp_path / "t0.json").read_text()) == {"square": 0}


def test_tasks_run_in_the_folder_where_we_are_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)  # the workers of the folder before still wait
        found = run_tasks("engine_functions:folder", tasks(2), tmp_path / f"ledger_{name}", workers=1)
        assert {r["folder"] for r in found} == {str(tmp_path / name)}
