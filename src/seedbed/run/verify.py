"""`verify`: is a dataset or a run still what its lineage says? Hashes are compared and rows made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.dataset.files import read_json
from seedbed.errors import UsageError
from seedbed.lineage import cpu_name, file_digest
from seedbed.run.generate import make_rows

# ground truth is the same bits on every CPU of one architecture; the colours of rendered pictures are compared
# exactly on the CPU type that made them, and within a tolerance on another
PICTURES = ("image", "frames")
TOLERANCE = 1.0  # mean difference of a picture's values, of 255
FARTHEST = 48  # of any one value


@dataclass
class Verdict:
    """What was checked, and what did not agree (empty `faults`: everything did)."""

    path: str
    kind: str
    checked: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def verify(path: str | Path, *, sample: float = 0.02, seed: int = 0) -> Verdict:
    """Check a dataset (files whole, fingerprint, a share `sample` of rows made again) or a whole run.

    At least 3 rows are made again when `sample` is above 0. Collected rows cannot be made again; their
    fingerprint is compared. Raises UsageError when the path is neither a dataset nor a run.
    """
    folder = Path(path)
    if not 0 <= sample <= 1:
        raise UsageError(f"sample is {sample}", where="--sample", hint="give a share from 0 to 1")
    if (folder / "manifest.json").is_file():
        return _verify_run(folder, sample, seed)
    return _verify_dataset(folder, sample, seed)


def _verify_dataset(folder: Path, sample: float, seed: int) -> Verdict:
    from seedbed.dataset import Dataset, store

    dataset = Dataset(folder)
    verdict = Verdict(str(folder), "dataset", {"rows": len(dataset)})
    verdict.faults += store.health(folder)
    recorded = dataset.lineage.get("fingerprint")
    if recorded is None:
        verdict.faults.append("no fingerprint is recorded: the dataset was never finished")
    elif not verdict.faults:
        found = dataset.fingerprint(dataset.lineage.get("columns"))  # columns added later are not counted
        verdict.checked["fingerprint"] = found
        if found != recorded:
            verdict.faults.append(f"fingerprint {found[:12]} differs from the recorded {recorded[:12]}")
    job = dataset.lineage.get("job")
    if job and sample > 0 and not verdict.faults:
        _regenerate(dataset, job, sample, seed, verdict)
    return verdict


def _regenerate(dataset: Any, job: Mapping[str, Any], sample: float, seed: int, verdict: Verdict) -> None:
    count = min(len(dataset), max(3, round(len(dataset) * sample)))
    rows = np.sort(np.random.default_rng(seed).choice(len(dataset), count, replace=False))
    kept = dataset.take(rows)
    made_on = (dataset.lineage.get("machine") or {}).get("cpu")
    other_cpu = made_on is not None and made_on != cpu_name()
    indices = [int(i) for i in kept["index"].to_pylist()]
    made = make_rows(job["program"], job["seed"], indices)
    differ = {}
    for name in made.column_names:
        pairs = zip(kept[name].to_pylist(), made[name].to_pylist())
        loose = other_cpu and name in PICTURES
        wrong = [i for i, (a, b) in zip(indices, pairs) if a != b and not (loose and pictures_alike(a, b))]
        if wrong:
            differ[name] = wrong
    verdict.checked["rows_made_again"] = count
    verdict.checked["columns_compared"] = made.column_names
    within = f"pictures within a mean of {TOLERANCE:g} of 255 (made on another CPU type: {made_on})"
    verdict.checked["comparison"] = f"ground truth and text exactly, {within}" if other_cpu else "every column exactly"
    for name, wrong in differ.items():
        verdict.faults.append(f"column '{name}' differs in {len(wrong)} of {count} rows, first {wrong[0]}")


def pictures_alike(kept: Any, made: Any) -> bool:
    """Whether two encoded pictures, or lists of them, differ by no more than the tolerance."""
    from seedbed.dataset.images import decode

    if kept is None or made is None:
        return False
    if isinstance(kept, list):
        return len(kept) == len(made) and all(pictures_alike(a, b) for a, b in zip(kept, made))
    one, two = decode(kept).astype(int), decode(made).astype(int)
    if one.shape != two.shape:
        return False
    gap = np.abs(one - two)
    return float(gap.mean()) <= TOLERANCE and int(gap.max()) <= FARTHEST


def _verify_run(folder: Path, sample: float, seed: int) -> Verdict:
    manifest = read_json(folder / "manifest.json")
    verdict = Verdict(str(folder), "run", {"stages": 0, "files": 0, "datasets": 0})
    try:
        stages = [(s["id"], folder / s["folder"], s["outputs"]) for s in manifest["stages"]]
    except (KeyError, TypeError):
        raise UsageError("not a run's manifest", where=str(folder / "manifest.json")) from None
    for stage, place, outputs in stages:
        verdict.checked["stages"] += 1
        for name, facts in outputs.items():
            _check_output(verdict, stage, place / name, facts, sample, seed)
    return verdict


def _check_output(verdict: Verdict, stage: str, path: Path, facts: Mapping[str, Any], sample: float, seed: int) -> None:
    if "fingerprint" in facts:
        verdict.checked["datasets"] += 1
        try:
            inner = _verify_dataset(path, sample, seed)
        except UsageError as error:
            verdict.faults.append(f"{stage}: {error.what}")
            return
        verdict.faults += [f"{stage}: {fault}" for fault in inner.faults]
        if inner.checked.get("fingerprint", facts["fingerprint"]) != facts["fingerprint"]:
            verdict.faults.append(f"{stage}: {path.name} is not the dataset of the manifest")
        return
    verdict.checked["files"] += 1
    if not path.is_file():
        verdict.faults.append(f"{stage}: {path.name} is missing")
    elif file_digest(path) != facts["sha256"]:
        verdict.faults.append(f"{stage}: {path.name} has changed since the run")
