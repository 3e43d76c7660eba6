"""`Run`: a recipe, its stages in order, and the folder that they leave.

    runs/<name>/manifest.json   versions, machine, recipe, every stage with inputs, outputs, hashes, times
                results.json    the figures, each with its evidence
                report.html     and datasheet.md, model_card.md, figures/ when a stage makes them
                stages/         one folder a stage cell: datasets, models, audit tables (Parquet and JSON), answers

A rerun does only what changed: a stage runs again when its step, version, arguments or inputs differ.
Ctrl-C keeps what is finished, and the unfinished dataset's finished shards.
"""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedbed import registry
from seedbed.dataset.files import explained, read_json, write_json
from seedbed.engine import run_tasks
from seedbed.errors import UsageError
from seedbed.lineage import (
    SCHEMA_VERSION,
    Evidence,
    code_version,
    digest,
    evidence_in,
    file_digest,
    machine,
    packages,
    source_digest,
)
from seedbed.run.execute import Work, cell_id, finished, folder_name, run_work, stage_key
from seedbed.run.progress import Progress, duration
from seedbed.run.recipe import Recipe, Stage, load
from seedbed.run.step import Done

MANIFEST, RESULTS, STAGES = "manifest.json", "results.json", "stages"
FIGURES = "figures"
PUBLISHED = ("report.html", "datasheet.md", "model_card.md")


class Run:
    """A recipe being run, or a finished run's folder."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    @property
    def results(self) -> dict[str, Any]:
        """results.json as plain data."""
        return read_json(self.folder / RESULTS)

    @property
    def manifest(self) -> dict[str, Any]:
        """manifest.json as plain data."""
        return read_json(self.folder / MANIFEST)

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"


def run(
    recipe: str | Path | Mapping[str, Any],
    *,
    set: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    engine: str = "local",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a recipe into `out` (default `runs/<name>`) and return the `Run`.

    `set` changes arguments: {"generate.rows": 500}. Raises UsageError before anything runs when the recipe
    is wrong, and PartialError when a worker dies or the disk fills: run again to go on.
    """
    made = load(recipe, set)
    folder = Path(out) if out is not None else Path("runs") / made.name
    registry.get("engine", engine, where="engine")
    return _Runner(made, folder, engine, workers, progress or Progress("none")).go()


def plan(recipe: Recipe, folder: Path) -> list[dict[str, Any]]:
    """What a run would do: each stage with its cells and how many of them are finished already."""
    runner = _Runner(recipe, folder, "local", None, Progress("none"))
    return runner.plan()


class _Runner:
    def __init__(self, recipe: Recipe, folder: Path, engine: str, workers: int | None, progress: Progress) -> None:
        self.recipe, self.folder, self.engine = recipe, folder, engine
        self.workers, self.progress = workers, progress
        self.done: dict[str, list[Done]] = {}
        self.cached: dict[str, bool] = {}

    def go(self) -> Run:
        self._open_folder()
        start, began = time.monotonic(), _now()
        self.progress.say(f"{self.recipe.name}: {len(self.recipe.stages)} stages into {self.folder}")
        for number, stage in enumerate(self.recipe.stages, 1):
            self._run_stage(stage, number)
        self._publish(began, time.monotonic() - start)
        return Run(self.folder)

    def plan(self) -> list[dict[str, Any]]:
        """Keys of stages behind an unfinished one are not known, so those count as not finished."""
        rows, blocked = [], False
        for stage in self.recipe.stages:
            cells, ready = self.recipe.cells(stage), 0
            if not blocked:
                works = self._works(stage)
                found = [finished(work.folder, work.key) for work in works]
                ready = sum(done is not None for done in found)
                if ready == len(cells):
                    self.done[stage.name] = [done for done in found if done]
                else:
                    blocked = True
            args = self.recipe.arguments(stage, cells[0])
            amount = getattr(args, "rows", None)
            rows.append({"stage": stage.name, "do": stage.do, "cells": len(cells), "finished": ready, "rows": amount})
        return rows

    def _open_folder(self) -> None:
        manifest = self.folder / MANIFEST
        if self.folder.exists() and not self.folder.is_dir():
            raise UsageError("a file is in the way", where=str(self.folder), hint="choose another --out")
        if manifest.exists():
            known = read_json(manifest)
            if not isinstance(known, dict) or known.get("name") != self.recipe.name:
                hint = "choose another --out"
                raise UsageError("the folder holds another run", where=str(self.folder), hint=hint)
        elif self.folder.is_dir() and any(p.name not in (STAGES, ".jobs") for p in self.folder.iterdir()):
            raise UsageError("the folder is not a run", where=str(self.folder), hint="choose another --out")
        with explained(self.folder):
            (self.folder / STAGES).mkdir(parents=True, exist_ok=True)

    def _works(self, stage: Stage) -> list[Work]:
        return [self._work(stage, cell) for cell in self.recipe.cells(stage)]

    def _work(self, stage: Stage, cell: dict[str, Any]) -> Work:
        args = self.recipe.arguments(stage, cell)
        inputs = {
            field: [done for name in names for done in self._agreeing(name, cell)]
            for field, names in self.recipe.inputs(stage, args).items()
        }
        key = stage_key(stage.do, args, inputs)
        own = [value for value in (cell.get("seed"), getattr(args, "seed", None)) if isinstance(value, int)]
        seeds = sorted({*own, *(s for dones in inputs.values() for done in dones for s in done.seeds)})
        return Work(
            id=cell_id(stage.name, cell),
            stage=stage.name,
            do=stage.do,
            cell=cell,
            args=args.model_dump(mode="json"),
            inputs={name: [str(done.folder) for done in dones] for name, dones in inputs.items()},
            key=key,
            folder=self.folder / STAGES / folder_name(stage.name, cell, key),
            seeds=seeds,
        )

    def _agreeing(self, stage: str, cell: Mapping[str, Any]) -> list[Done]:
        return [
            done
            for done in self.done[stage]
            if all(done.cell[name] == value for name, value in cell.items() if name in done.cell)
        ]

    def _run_stage(self, stage: Stage, number: int) -> None:
        works = self._works(stage)
        todo = [work for work in works if finished(work.folder, work.key) is None]
        start = time.monotonic()
        if todo:
            self._run_works(stage, todo)
        found = [finished(work.folder, work.key) for work in works]
        self.done[stage.name] = [done for done in found if done is not None]
        waiting = {work.id for work in todo}
        self.cached.update({work.id: work.id not in waiting for work in works})
        took = f"{duration(time.monotonic() - start)}" if todo else "already done"
        count = f" ({len(todo)} of {len(works)})" if len(works) > 1 and todo else ""
        self.progress.say(f"[{number}/{len(self.recipe.stages)}] {stage.name}{count}: {took}")

    def _run_works(self, stage: Stage, todo: list[Work]) -> None:
        step = registry.get("step", stage.do)
        about = self._about()
        if step.parallel and len(todo) > 1 and self.workers != 0:
            tasks = [{"task": w.folder.name, "work": w.to_dict(), "about": about} for w in todo]
            ledger = self.folder / ".jobs" / stage.name
            shutil.rmtree(ledger, ignore_errors=True)  # finished cells are known by their own records
            with self.progress.step(stage.name, len(tasks), "cells") as shown:
                run_tasks("seedbed.run.execute:run_task", tasks, ledger, workers=self.workers, tick=shown.tick)
            shutil.rmtree(ledger, ignore_errors=True)
            return
        with self.progress.step(stage.name, len(todo), "cells") as shown:
            for work in todo:
                run_work(work, engine=self.engine, workers=self.workers, progress=self.progress, about=about)
                shown.tick()

    def _about(self) -> dict[str, Any]:
        """What a publishing step needs to know of the run so far."""
        return {
            "name": self.recipe.name,
            "title": self.recipe.outline.title,
            "about": self.recipe.outline.about,
            "recipe": {"path": self.recipe.path, "text": self.recipe.text},
            "folder": str(self.folder),
            "code": code_version(),
            "source": source_digest(),
            "machine": machine(),
            "packages": packages(),
            "results": self.recipe.outline.results,
        }

    def _publish(self, began: str, seconds: float) -> None:
        results, evidence = self._results()
        cells = [done for dones in self.done.values() for done in dones]
        stages = [self._manifest_row(done) for done in cells]
        with explained(self.folder):
            write_json(
                self.folder / RESULTS,
                {
                    "schema_version": SCHEMA_VERSION,
                    "name": self.recipe.name,
                    **results,
                    "evidence": [item.to_dict() for item in evidence],
                },
            )
            for done in cells:
                for name in PUBLISHED:
                    if (done.folder / name).is_file():
                        shutil.copyfile(done.folder / name, self.folder / name)
                if (done.folder / FIGURES).is_dir():
                    shutil.copytree(done.folder / FIGURES, self.folder / FIGURES, dirs_exist_ok=True)
            write_json(
                self.folder / MANIFEST,
                {
                    "schema_version": SCHEMA_VERSION,
                    "name": self.recipe.name,
                    "title": self.recipe.outline.title,
                    "recipe": {
                        "path": self.recipe.path,
                        "text": self.recipe.text,
                        "sha256": digest(self.recipe.text),
                        "as_run": self.recipe.outline.model_dump(mode="json"),
                    },
                    "seedbed": {**code_version(), "source": source_digest()},
                    "packages": packages(),
                    "machine": machine(),
                    "engine": self.engine,
                    "seeds": sorted({seed for done in cells for seed in done.seeds}),
                    "started": began,
                    "finished": _now(),
                    "seconds": round(seconds, 1),
                    "results": {"file": RESULTS, "stages": self.recipe.outline.results},
                    "stages": stages,
                },
            )

    def _results(self) -> tuple[dict[str, Any], list[Evidence]]:
        return gather_results([done for name in self.recipe.outline.results for done in self.done[name]], self.folder)

    def _manifest_row(self, done: Done) -> dict[str, Any]:
        record = read_json(done.folder / "stage.json")
        names = (
            "id",
            "stage",
            "do",
            "version",
            "cell",
            "args",
            "inputs",
            "key",
            "seeds",
            "started",
            "seconds",
        )
        return {
            **{name: record[name] for name in names},
            "peak_mb": record["peak_mb"],
            "record": file_digest(done.folder / "stage.json"),
            "cached": self.cached[done.id],
            "folder": f"{STAGES}/{done.folder.name}",
            "outputs": record["outputs"],
        }


def gather_results(dones: list[Done], folder: Path) -> tuple[dict[str, Any], list[Evidence]]:
    """The results of these cells in one mapping, and one piece of evidence for each number in it."""
    results: dict[str, Any] = {}
    evidence: list[Evidence] = []
    for done in dones:
        results.update(done.result)
        file = f"{STAGES}/{done.folder.name}/stage.json"
        evidence += evidence_in(done.result, stage=done.id, key=done.key, seeds=done.seeds, file=file, under="/result")
    return results, evidence


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
