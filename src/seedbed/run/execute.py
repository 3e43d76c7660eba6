"""Run one cell of a stage: its key, its folder, and the record that says it is done.

A folder is finished when it holds `stage.json`, written last. The same function runs in this process or
in a worker of the engine.
"""

from __future__ import annotations

import datetime
import json
import resource
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedbed import registry
from seedbed.dataset.files import explained, read_json, write_json
from seedbed.dataset.policy import OVERRIDES, inherit
from seedbed.dataset.store import TABLE as LANCE
from seedbed.errors import UsageError
from seedbed.lineage import digest, file_digest
from seedbed.run.progress import Progress
from seedbed.run.step import DATASET, Context, Done

RECORD = "stage.json"
POLICIED = (DATASET, "model")  # folders of a stage that carry a use policy


@dataclass(frozen=True)
class Work:
    """One cell of a stage, ready to run."""

    id: str
    stage: str
    do: str
    cell: dict[str, Any]
    args: dict[str, Any]
    inputs: dict[str, list[str]]  # argument -> folders of finished cells
    key: str
    folder: Path
    seeds: list[int]

    def to_dict(self) -> dict[str, Any]:
        return {**self.__dict__, "folder": str(self.folder)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Work:
        return cls(**{**data, "folder": Path(data["folder"])})


def cell_id(stage: str, cell: Mapping[str, Any]) -> str:
    """`train[seed=0,arm=random]`."""
    inside = ",".join(f"{name}={value}" for name, value in cell.items())
    return f"{stage}[{inside}]" if inside else stage


def folder_name(stage: str, cell: Mapping[str, Any], key: str) -> str:
    """`train-seed=0-arm=random-1a2b3c4d5e`: readable, and different when anything that matters differs."""
    return "-".join([stage, *(f"{name}={value}" for name, value in cell.items()), key[:10]])


def stage_key(do: str, args: Any, inputs: Mapping[str, Iterable[Done]]) -> str:
    """sha256 of (operator, version, arguments, inputs' keys)."""
    step = registry.get("step", do)
    content = {
        "do": do,
        "version": step.version,
        "code": dict(step().code(args)),
        "args": {k: v for k, v in args.model_dump(mode="json").items() if k not in step.inputs},
        "inputs": {name: [done.key for done in dones] for name, dones in inputs.items()},
    }
    return digest(content)


def finished(folder: Path, key: str) -> Done | None:
    """The finished cell in this folder, or None. A damaged record counts as not finished."""
    if not (folder / RECORD).is_file():
        return None
    try:
        record = read_json(folder / RECORD)
        if record["key"] != key or not _outputs_there(folder, record["outputs"]):
            return None
        return _done(folder, record)
    except (UsageError, KeyError, TypeError):
        return None


def _outputs_there(folder: Path, outputs: Mapping[str, Any]) -> bool:
    for name, facts in outputs.items():
        path = folder / name
        if "fingerprint" in facts:
            if not (path / LANCE / "_versions").is_dir():
                return False
        elif not path.is_file() or path.stat().st_size != facts["bytes"]:
            return False
    return True


def run_work(
    work: Work, *, engine: str = "local", workers: int | None = None, progress: Progress | None = None,
    about: Mapping[str, Any] | None = None,
) -> Done:  # fmt: skip
    """Run one cell and write its record."""
    step = registry.get("step", work.do)()
    args = step.Args.model_validate(work.args)
    folder = work.folder
    with explained(folder):
        if folder.exists() and not step.resumes:
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        context = Context(
            folder,
            work.cell,
            {name: [_load(Path(place)) for place in places] for name, places in work.inputs.items()},
            engine,
            workers,
            progress or Progress("none"),
            work.id,
            work.key,
            work.seeds,
            dict(about or {}),
        )
        started, clock = _now(), time.monotonic()
        result = step.run(args, context) or {}
        _inherit_policies(context)
        record = {
            "id": work.id,
            "stage": work.stage,
            "do": work.do,
            "version": step.version,
            "cell": work.cell,
            "args": work.args,
            "inputs": {name: [Path(p).name for p in places] for name, places in work.inputs.items()},
            "key": work.key,
            "seeds": work.seeds,
            "started": started,
            "seconds": round(time.monotonic() - clock, 3),
            "peak_mb": _peak_mb(),
            "outputs": outputs_of(folder),
            "result": result,
        }
        write_json(folder / RECORD, record)
    done = finished(folder, work.key)
    if done is None:
        raise UsageError("the stage's record cannot be read back", where=str(folder))
    return done


def _inherit_policies(context: Context) -> None:
    """What was made of data with use policies has the strictest of them, whatever step made it."""
    made = [folder for name in POLICIED if (folder := context.folder / name).is_dir()]
    given = [done.folder / name for dones in context.inputs.values() for done in dones for name in POLICIED]
    for folder in made:
        inherit(folder, [place for place in given if place.is_dir()])


def run_task(task: Mapping[str, Any]) -> dict[str, Any]:
    """Engine task: run one cell in a worker process."""
    run_work(Work.from_dict(task["work"]), workers=0, about=task.get("about"))
    return {"done": True}


def _load(folder: Path) -> Done:
    return _done(folder, read_json(folder / RECORD))


def _done(folder: Path, record: Mapping[str, Any]) -> Done:
    names = ("key", "result", "seeds")
    return Done(record["id"], record["stage"], record["cell"], folder, *(record[name] for name in names))


def outputs_of(folder: Path) -> dict[str, Any]:
    """Every output with its hash: files by bytes, datasets by their rows' fingerprint."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(name.startswith(f"{dataset}/") for dataset, facts in found.items() if "fingerprint" in facts):
            continue
        if path.is_dir() and (path / LANCE).is_dir():
            lineage = json.loads((path / "lineage.json").read_text())
            found[name] = {"fingerprint": lineage.get("fingerprint"), "rows": lineage.get("rows")}
        elif path.is_file() and name != RECORD and path.name != OVERRIDES:  # a log that grows is no output
            found[name] = {"sha256": file_digest(path), "bytes": path.stat().st_size}
    return found


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _peak_mb() -> float:
    scale = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20, 1)
