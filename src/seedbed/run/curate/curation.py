"""`curate`: read, measure, find duplicates, rate, decide, and report; and `decide_again` with other thresholds.

    curate(["docs.jsonl.gz"], recipe="recipes/web_text.yaml", out="data/clean")

Parts that are finished are not read again after a crash: each leaves a ledger file, and one commit makes all rows
visible. Rows come in the order of the input whatever the engine, the workers and the size of the parts.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed.dataset.files import explained, read_json, write_json, write_text
from seedbed.dataset.policy import FILE as POLICY
from seedbed.dataset.policy import inherit
from seedbed.dataset.readers.places import is_url
from seedbed.errors import UsageError
from seedbed.lineage import canonical, code_version, digest, machine, packages
from seedbed.run.curate.consent import refused_columns, stamps
from seedbed.run.curate.recipe import Curation, load
from seedbed.run.progress import Progress

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

JOBS, BESIDE = "_jobs", "curation"
SEALED = ("id", "keep", "reason", "duplicate_of")  # what the fingerprint covers: ids are hashes of the content
RESULTS, QUARANTINE = "curation.json", "quarantine.jsonl"


@dataclass(frozen=True)
class Curated:
    """A curated dataset and what was measured on the way."""

    dataset: Dataset
    results: dict[str, Any]

    @property
    def quarantined(self) -> int:
        return int(self.results["quarantined"]["records"])


def curate(
    inputs: Sequence[str | Path],
    recipe: str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    set: Mapping[str, Any] | None = None,
    engine: str = "local",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Curated:
    """Curate `inputs` (files, folders, globs, URLs) into the dataset folder `out`. Running it again goes on."""
    from seedbed.dataset import Dataset

    made, home = load(recipe, set)
    told = progress or Progress("none")
    folder = Path(out)
    job = _job(made, home, inputs)
    dataset = _open_or_create(folder, made, job)
    finished = folder / RESULTS
    if finished.exists() and read_json(finished).get("job") == digest(job):
        told.say(f"{folder} is finished: nothing to do")
        return Curated(dataset, read_json(finished))
    quarantine = _read_all(folder, made, job, engine, workers, told)
    dataset = Dataset(folder)  # as it is after the commit
    facts = _after_reading(dataset, made, home, told)
    results = _conclude(dataset, made, home, {**facts, "job": digest(job), "quarantined": quarantine}, told)
    with explained(folder):
        shutil.rmtree(folder / JOBS, ignore_errors=True)
    return Curated(dataset, results)


def decide_again(
    folder: str | Path, recipe: str | Path | Mapping[str, Any], *, set: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Curated:  # fmt: skip
    """Other rules and thresholds for a curated dataset: scores are not computed again."""
    from seedbed.dataset import Dataset

    place = Path(folder)
    dataset = Dataset(place)
    if "curation" not in dataset.lineage:
        raise UsageError("not a curated dataset", where=str(place), hint="give --out to curate it as an input")
    made, home = load(recipe, set)
    before = read_json(place / RESULTS)
    kept = {k: before[k] for k in ("job", "quarantined", "duplicates", "planted", "against", "quality") if k in before}
    results = _conclude(dataset, made, home, kept, progress or Progress("none"))
    dataset.write_lineage({**dataset.lineage, "decided_with": made.model_dump(mode="json")})
    return Curated(dataset, results)


def _job(recipe: Curation, home: Path, inputs: Sequence[str | Path]) -> dict[str, Any]:
    from seedbed.dataset.readers import parts_of

    parts = parts_of(list(inputs), format=recipe.read.format, part_bytes=recipe.read.part_mb << 20)
    return {
        "recipe": recipe.model_dump(mode="json"),
        "home": str(home),
        "lists": stamps(recipe, home),
        "parts": [part.to_dict() for part in parts],
    }


def _open_or_create(folder: Path, recipe: Curation, job: Mapping[str, Any]) -> Dataset:
    from seedbed.dataset import Dataset
    from seedbed.dataset.store import TABLE
    from seedbed.run.curate.tasks import row_schema

    if (folder / TABLE / "_versions").is_dir():
        found = Dataset(folder)
        if found.lineage.get("curation") != digest(job):
            raise UsageError("another dataset is there already", where=str(folder), hint="choose another --out")
        return found
    if folder.exists() and (not folder.is_dir() or any(p.name not in (JOBS, BESIDE) for p in folder.iterdir())):
        raise UsageError("the folder is not empty", where=str(folder), hint="choose another --out")
    lineage = {
        "curation": digest(job), "made_by": "seedbed curate", "recipe": job["recipe"], "inputs": _inputs(job),
        "code": code_version(), "machine": machine(), "packages": packages(),
    }  # fmt: skip
    made = Dataset.create(folder, row_schema(recipe), lineage)
    inherit(folder, _policied(job))
    return made


def _policied(job: Mapping[str, Any]) -> list[Path]:
    """Folders of inputs that hold a use policy: an export's own, also where its files are in a folder of it."""
    files = [Path(path) for path in _inputs(job) if not is_url(path)]
    return sorted({folder for file in files for folder in list(file.parents)[:2] if (folder / POLICY).is_file()})


def _inputs(job: Mapping[str, Any]) -> list[str]:
    return sorted({part["path"] for part in job["parts"]})


def _read_all(
    folder: Path, recipe: Curation, job: Mapping[str, Any], engine: str, workers: int | None, told: Progress
) -> dict[str, Any]:
    """Every part as a task; then one commit. Returns what was quarantined, by reason."""
    from seedbed.dataset import store
    from seedbed.engine import run_tasks

    summary = folder / BESIDE / "parts.json"
    if store.committed(folder, "read") and summary.exists():
        return dict(read_json(summary)["quarantined"])
    tasks = [
        {
            "task": f"part-{k:06d}", "folder": str(folder.resolve()), "beside": str((folder / BESIDE).resolve()),
            "part": part, "recipe": job["recipe"], "root": job["home"],
        }
        for k, part in enumerate(job["parts"])
    ]  # fmt: skip
    with told.step("read and measure", len(tasks), "parts") as step:
        done = run_tasks(
            "seedbed.run.curate.tasks:read_part", tasks, folder / JOBS / "read", engine=engine, workers=workers,
            tick=step.tick,
        )  # fmt: skip
    if not store.committed(folder, "read"):
        store.commit(folder, [part for result in done for part in result["fragments"]], "read")
    bad = [q for result in done for q in result["quarantined"]]
    quarantined = _quarantine(folder, bad)
    names = [task["task"] for task in tasks]
    write_json(summary, {"parts": names, "rows": [r["rows"] for r in done], "quarantined": quarantined})
    return quarantined


def _quarantine(folder: Path, bad: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """quarantine.jsonl, and how many records for each reason."""
    by_reason: dict[str, int] = {}
    for item in bad:
        by_reason[item["reason"]] = by_reason.get(item["reason"], 0) + 1
    if bad:
        write_text(folder / QUARANTINE, "".join(canonical(dict(item)) + "\n" for item in bad))
    return {"records": len(bad), "reasons": dict(sorted(by_reason.items())), "first": [dict(b) for b in bad[:20]]}


def _after_reading(dataset: Dataset, recipe: Curation, home: Path, told: Progress) -> dict[str, Any]:
    """Clusters, contamination and quality as columns; what was measured of them."""
    from seedbed.run.curate.repeated import Kept, cluster_columns

    facts: dict[str, Any] = {}
    names = read_json(dataset.path / BESIDE / "parts.json")["parts"]
    with told.step("find duplicates", len(dataset)):
        needed = [n for n in ("id", "phash", "embedding") if n in dataset.schema.names]
        clusters, figures = cluster_columns(recipe, Kept(dataset.path / BESIDE, names), dataset.table(needed), home)
        facts["duplicates"] = figures
        if recipe.duplicates.planted and recipe.duplicates.near is not None:
            facts["planted"] = _planted(dataset, recipe)
        if clusters.num_columns:
            dataset.put_columns(clusters)
    if recipe.duplicates.against:
        from seedbed.run.curate.leaks import leak_column

        with told.step("compare with evaluation sets", len(dataset)):
            column, facts["against"] = leak_column(dataset, recipe, home)
            dataset.put_columns(column)
    if recipe.quality is not None:
        from seedbed.run.curate.rating import rate

        facts["quality"] = rate(dataset, recipe, home, told)
    return facts


def _planted(dataset: Dataset, recipe: Curation) -> dict[str, Any]:
    """The search's own test, on rows spread over the dataset that have enough words."""
    import numpy as np

    from seedbed.run.curate.repeated import planted_test

    step = max(1, len(dataset) // (3 * recipe.duplicates.planted))
    rows = np.arange(0, len(dataset), step)
    texts = [t for t in dataset.take(rows, ["text"])["text"].to_pylist() if t and len(t.split()) >= 50]
    different = list(dict.fromkeys(texts))[: recipe.duplicates.planted]
    return planted_test(recipe, different)


def _conclude(
    dataset: Dataset, recipe: Curation, home: Path, facts: Mapping[str, Any], told: Progress
) -> dict[str, Any]:
    """Decide, audit the filter, take stock, and write the report."""
    from seedbed.run.curate.decide import captions_of, decisions_of
    from seedbed.run.curate.removed import audit_of_filter
    from seedbed.run.curate.report import write_curation_report
    from seedbed.run.curate.stock import stock_of

    rules = recipe.policy(home)
    for rule in rules:
        rule.stored(dataset.schema.names, where="rules")
    with told.step("decide", len(dataset)):
        dataset.put_columns(refused_columns(dataset, recipe, home))
        table = dataset.table(_decided_from(dataset, recipe, home))
        decisions = decisions_of(table, rules)
        columns = decisions.columns(table["id"].combine_chunks())
        if recipe.duplicates.images is not None and recipe.duplicates.captions == "all":
            columns = columns.append_column("all_captions", captions_of(dataset, decisions))
        dataset.put_columns(columns)
    with told.step("audit the filter", len(dataset)):
        audit = audit_of_filter(dataset, table, decisions, rules, recipe)
    results = {
        "name": recipe.name,
        "rows": len(dataset),
        "kept": int(decisions.keep.sum()),
        "dropped": int((~decisions.keep).sum()),
        **facts,
        **audit,
        "stock": stock_of(dataset, table, decisions, recipe),
    }
    dataset.write_lineage({**dataset.lineage, "columns": list(SEALED)})
    found = dataset.fingerprint(SEALED)
    dataset.write_lineage({**dataset.lineage, "rows": len(dataset), "fingerprint": found, "licence": "per row"})
    results["fingerprint"] = found
    write_json(dataset.path / RESULTS, results)
    write_curation_report(dataset, results, recipe)
    return results


def _decided_from(dataset: Dataset, recipe: Curation, home: Path) -> list[str]:
    """The columns that decisions, their audit and the stock read: never texts or images."""
    names = ["id", "source", "domain", "licence", "opt_out", "listed", "withdrawn", "leak_of", *recipe.groups]
    for name in dataset.schema.names:
        if name.startswith(("score.", "cluster.")):
            names.append(name)
    names += [rule.column for rule in recipe.policy(home)]
    return [name for name in dict.fromkeys(names) if name in dataset.schema.names]
