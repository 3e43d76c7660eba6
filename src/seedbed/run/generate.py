"""Generate a dataset: design rows, plan, render and describe them in shards, commit once, certify.

A dataset is a program (world, version, options, design) and a seed; `lineage.json` holds it, and each
row's id names it: `world@version.program/seed/index`. Shards are written by the engine's workers and made
visible by one commit, so a crash leaves either nothing or everything, and a rerun makes only the shards
that are missing.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed import registry
from seedbed.dataset.files import explained, write_json
from seedbed.errors import GateError, SeedbedError, UsageError, nearest
from seedbed.lineage import canonical, code_version, digest, machine, row_id, row_rng
from seedbed.run.language import (
    Wanted,
    annotated,
    calibration,
    question_options,
    wanted_captions,
    wanted_questions,
)
from seedbed.run.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

    from seedbed.dataset import Dataset
    from seedbed.worlds.base import World

CERTIFICATE = "certificate.json"
JOBS = ".jobs"
CHUNK = 32  # rows rendered at a time
CONSENT = "not applicable: generated, no person"


def generate(
    world: str,
    *,
    rows: int,
    out: str | Path,
    seed: int = 0,
    first: int = 0,
    where: str = "",
    design: Mapping[str, Any] | None = None,
    questions: Wanted = 0,
    questions_per_row: int | None = None,
    captions: str | Sequence[str] = (),
    strict: bool = False,
    engine: str = "local",
    workers: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Dataset:
    """Make rows first .. first + rows - 1 of a world into the folder `out`.

    `design` asks for balance (default), skew or targets; see `seedbed.design.Spec`. `where` restricts it to
    a slice. Other keywords are the world's options (`size=224`, `render="fast"`). `questions`: how many a row,
    `"default"`, or a YAML file of families; `captions`: styles (alt, dense, facts, relational); both need a world
    with scene graphs. Running it again on a finished folder does nothing; on an unfinished one it goes on; a
    folder with another program in it is refused. `strict` raises GateError when the certificate of the questions
    fails: the dataset is kept.
    """
    registry.get("engine", engine, where="engine")
    program = make_program(world, options, design, where, wanted_questions(questions, questions_per_row), captions)
    if rows < 1 or first < 0:
        raise UsageError(f"rows is {rows}, first is {first}", where="generate", hint="rows from 1, first from 0")
    job = {"program": program, "seed": int(seed), "first": int(first), "rows": int(rows)}
    folder = Path(out)
    dataset = _open_or_create(folder, job)
    if dataset.lineage.get("fingerprint"):
        return _held(dataset, strict)
    progress = progress or Progress("none")
    if program["questions"]:
        with progress.step("calibrate questions", 1, "worlds") as step:
            calibration(canonical(program))
            step.tick()
    shards = _shards(folder, job)
    with progress.step(f"generate {world}", len(shards), "shards") as step, explained(folder):
        _run_shards(folder, shards, engine, workers, step.tick)
    return _held(_finish(folder, job), strict)


def _held(dataset: Dataset, strict: bool) -> Dataset:
    """The dataset; with `strict` a GateError for a certificate of questions that failed."""
    from seedbed.dataset.files import read_json

    made = read_json(dataset.path / CERTIFICATE).get("questions") if strict else None
    if made and made["failed"]:
        raise GateError(f"the questions' certificate fails: {made['failed'][0]}", where=str(dataset.path / CERTIFICATE))
    return dataset


def failures(dataset: Dataset) -> list[str]:
    """What stopped the rows that could not be made, each error once."""
    if "error" not in dataset.schema.names:
        return []
    found = dataset.table(["error"])["error"].drop_null().to_pylist()
    return list(dict.fromkeys(found))


def make_program(
    world: str,
    options: Mapping[str, Any],
    design: Mapping[str, Any] | None,
    where: str = "",
    questions: Wanted = 0,
    captions: str | Sequence[str] = (),
) -> dict[str, Any]:
    """The program of a dataset as plain data; UsageError for unknown worlds, options, factors, levels."""
    wanted = wanted_questions(questions)
    if wanted:
        options = question_options(registry.get("world", world, where="world"), options)
    made = build_world(world, options)
    asked = dict(design or {})
    if where:
        if asked.get("where"):
            raise UsageError("given twice: where and design.where", where="generate", hint="give one")
        asked["where"] = where
    from seedbed.design import VERSION, Design

    spec = Design(made.factors, asked).describe()
    styles = wanted_captions(captions)
    if (wanted or styles) and "scene" not in made.schema.names:
        raise UsageError(f"the world '{world}' has no scene graphs to ask about", where="questions")
    program = {
        "world": world,
        "version": made.version,
        "options": dict(options),
        "design": spec,
        "questions": wanted,
        "design_version": VERSION,
    }
    return {**program, "captions": styles} if styles else program


def build_world(name: str, options: Mapping[str, Any]) -> World:
    """The world with these options; UsageError names the nearest world or option."""
    cls = registry.get("world", name, where="world")
    try:
        return cls(**options)
    except TypeError as error:
        known = list(getattr(cls.__init__, "__kwdefaults__", None) or {})
        known += list(cls.__init__.__code__.co_varnames[1 : cls.__init__.__code__.co_argcount])
        wrong = [key for key in options if key not in known]
        if not wrong:
            raise UsageError(str(error), where=f"world {name}") from None
        where = f"world {name}"
        raise UsageError(f"unknown option '{wrong[0]}'", where=where, hint=nearest(wrong[0], known)) from None


def program_version(program: Mapping[str, Any]) -> str:
    """`<world version>.<8 hex of the program>`: rows of one id have the same bytes."""
    return f"{program['version']}.{digest(program)[:8]}"


def make_shard(task: Mapping[str, Any]) -> dict[str, Any]:
    """Engine task: make rows of one shard and write them as uncommitted fragments."""
    from seedbed.dataset import store

    table = make_rows(task["program"], task["seed"], range(task["first"], task["first"] + task["rows"]))
    from seedbed.dataset.dataset import stored_table

    return {"fragments": store.write_fragments(Path(task["folder"]), stored_table(table))}


def make_rows(program: Mapping[str, Any], seed: int, indices: Sequence[int]) -> pa.Table:
    """These rows of a program as a table. Each depends on (program, seed, index) alone."""
    import pyarrow as pa

    parts = [_make_chunk(program, seed, indices[start : start + CHUNK]) for start in range(0, len(indices), CHUNK)]
    return pa.concat_tables(parts).combine_chunks()


def plan_of(program: Mapping[str, Any], seed: int, index: int) -> Any:
    """The plan of one row: its objects, poses and camera, without pixels."""
    world, design = world_and_design(canonical(program), seed)
    return world.plan(design[index], row_rng(world.name, world.version, seed, index))


def row_schema(program: Mapping[str, Any]) -> pa.Schema:
    """The columns of a program's rows: provenance, factors, the world's own, then language."""
    import pyarrow as pa

    from seedbed.dataset.schema import CAPTION, ERROR, PROVENANCE, QUESTION

    world, _ = world_and_design(canonical(program), 0)
    factors = [pa.field(f.name, pa.string() if isinstance(f.levels[0], str) else pa.int64()) for f in world.factors]
    fields = [*PROVENANCE, ERROR, *factors, *world.schema]
    if "scene" in world.schema.names:
        fields.append(pa.field("caption", pa.string()))
    if "scene_1" in world.schema.names:
        fields += [pa.field("caption_0", pa.string()), pa.field("caption_1", pa.string())]
    if program.get("captions"):
        fields.append(pa.field("captions", pa.list_(CAPTION)))
    if program["questions"]:
        fields.append(pa.field("questions", pa.list_(QUESTION)))
    return pa.schema(fields)


@lru_cache(maxsize=8)
def world_and_design(program_text: str, seed: int) -> tuple[World, Any]:
    import json

    from seedbed.design import VERSION, Design

    program = json.loads(program_text)
    world = build_world(program["world"], program["options"])
    if program.get("design_version") != VERSION:
        raise UsageError(
            f"designs are at version {VERSION}, the rows were made by {program.get('design_version', '1')}",
            where=f"world {program['world']}",
            hint="install the version of Seedbed that made them (see lineage.json)",
        )
    if world.version != program["version"]:
        raise UsageError(
            f"the world is at version {world.version}, the rows were made by {program['version']}",
            where=f"world {program['world']}",
            hint="install the version of Seedbed that made them (see lineage.json)",
        )
    return world, Design(world.factors, program["design"], seed=seed)


def _make_chunk(program: Mapping[str, Any], seed: int, indices: Sequence[int]) -> pa.Table:
    import pyarrow as pa

    world, design = world_and_design(canonical(program), seed)
    levels = [design[index] for index in indices]
    plans = [_planned(world, row, seed, index) for row, index in zip(levels, indices)]
    made, errors = _rendered(world, plans, indices)
    version = program_version(program)
    columns: dict[str, Any] = {
        "id": [row_id(world.name, version, seed, index) for index in indices],
        "world": [world.name] * len(indices),
        "version": [version] * len(indices),
        "seed": [seed] * len(indices),
        "index": list(indices),
        "source": ["seedbed"] * len(indices),
        "licence": [world.licence] * len(indices),
        "consent": [CONSENT] * len(indices),
    }
    columns["error"] = errors
    columns.update({f.name: [row[f.name] for row in levels] for f in world.factors})
    columns.update({name: made[name] for name in made.column_names})
    if "scene" in made.column_names:
        told = annotated(program, world, made, seed, indices, columns["id"])
        columns["error"] = [old or new for old, new in zip(errors, told.pop("error", errors))]
        columns.update(told)
    return pa.table(columns, schema=row_schema(program))


def _planned(world: World, levels: Mapping[str, Any], seed: int, index: int) -> Any:
    """The row's plan, or the exception that its program raised."""
    try:
        return world.plan(levels, row_rng(world.name, world.version, seed, index))
    except Exception as error:
        return error


def _rendered(world: World, plans: Sequence[Any], indices: Sequence[int]) -> tuple[pa.Table, list[str | None]]:
    """The world's columns, null in rows that could not be made, and why not.

    A broken object of a user must not stop a long run; but when no row of a chunk can be made, its first error
    is raised.
    """
    import pyarrow as pa

    failed = {k: plan for k, plan in enumerate(plans) if isinstance(plan, Exception)}
    good = [k for k in range(len(plans)) if k not in failed]
    parts: list[pa.RecordBatch] = []
    try:
        parts = [world.render([plans[k] for k in good])] if good else []
    except Exception:
        made_alone = {k: _alone(world, plans[k]) for k in good}
        failed.update({k: made for k, made in made_alone.items() if isinstance(made, Exception)})
        good = [k for k in good if k not in failed]
        parts = [made_alone[k] for k in good]
    if failed and not good:
        first = failed[min(failed)]
        if isinstance(first, UsageError):
            raise first
        raise SeedbedError(f"no row could be made: {_told(first)}", where=f"row {indices[min(failed)]}") from first
    place = {k: position for position, k in enumerate(good)}
    table = pa.Table.from_batches(parts)
    if failed:
        table = table.take(pa.array([place.get(k) for k in range(len(plans))], pa.int64()))
    return table, [_told(failed[k]) if k in failed else None for k in range(len(plans))]


def _alone(world: World, plan: Any) -> Any:
    try:
        return world.render([plan])
    except Exception as error:
        return error


def _told(error: Exception) -> str:
    """The error's name and message, and the innermost three places that it came through."""
    if isinstance(error, UsageError):
        return error.line
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    way = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    return f"{type(error).__name__}: {error} [{way}]"


def _open_or_create(folder: Path, job: Mapping[str, Any]) -> Dataset:
    from seedbed.dataset import Dataset
    from seedbed.dataset.store import TABLE

    if (folder / TABLE / "_versions").is_dir():
        found = Dataset(folder)
        if found.lineage.get("job") != job:
            hint = "choose another --out"
            raise UsageError("another dataset is there already", where=str(folder), hint=hint)
        return found
    if folder.exists() and not folder.is_dir():
        raise UsageError("a file is in the way", where=str(folder), hint="choose another --out")
    if folder.exists() and any(p.name not in (JOBS, TABLE) for p in folder.iterdir()):
        raise UsageError("the folder is not empty", where=str(folder), hint="choose another --out")
    return Dataset.create(
        folder, row_schema(job["program"]), {"job": dict(job), "code": code_version(), "machine": machine()}
    )


def _shards(folder: Path, job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """At most 5,000 rows each, at least 32, about 32 shards: small enough to resume and to share out."""
    size = min(5000, max(32, -(-job["rows"] // 32)))
    starts = range(job["first"], job["first"] + job["rows"], size)
    end = job["first"] + job["rows"]
    return [
        {
            "task": f"rows-{start}-{min(start + size, end) - 1}",
            "folder": str(folder.resolve()),
            "program": job["program"],
            "seed": job["seed"],
            "first": start,
            "rows": min(size, end - start),
        }
        for start in starts
    ]


def _run_shards(folder: Path, shards: list[dict[str, Any]], engine: str, workers: int | None, tick: Any) -> None:
    from seedbed.dataset import store
    from seedbed.engine import run_tasks

    if store.committed(folder, "generate"):
        return
    ledger = folder / JOBS / "generate"
    fn = "seedbed.run.generate:make_shard"
    done = run_tasks(fn, shards, ledger, engine=engine, workers=workers, tick=tick)
    store.commit(folder, [part for result in done for part in result["fragments"]], "generate")


def _finish(folder: Path, job: Mapping[str, Any]) -> Dataset:
    from seedbed.dataset import Dataset
    from seedbed.design import certificate

    dataset = Dataset(folder)
    if len(dataset) != job["rows"]:
        hint = f"delete {folder} and run again"
        raise UsageError(f"{len(dataset)} rows instead of {job['rows']}", where=str(folder), hint=hint)
    world = build_world(job["program"]["world"], job["program"]["options"])
    names = [factor.name for factor in world.factors]
    shards = [shard["rows"] for shard in _shards(folder, job)]
    made = certificate(dataset.table(names), world.factors, job["program"]["design"], shards)
    made["rows_with_errors"] = len(dataset) - dataset.table(["error"])["error"].null_count
    if job["program"]["questions"]:
        made["questions"] = _question_certificate(dataset, job)
    write_json(folder / CERTIFICATE, made)
    dataset.seal()
    shutil.rmtree(folder / JOBS, ignore_errors=True)
    return dataset


def _question_certificate(dataset: Dataset, job: Mapping[str, Any]) -> dict[str, Any]:
    """Read a part at a time: the scenes of a million rows need not fit in memory."""
    from seedbed.language import Certifier

    known = calibration(canonical(job["program"]))
    certifier = Certifier({**known.never})
    for start in range(0, len(dataset), 2000):
        table = dataset.take(range(start, min(start + 2000, len(dataset))), ["scene", "questions"])
        there = [row for row in table.to_pylist() if row["scene"] is not None]
        certifier.add([row["scene"] for row in there], [row["questions"] for row in there])
    return certifier.result()
