"""Quality: a weaker model rates a sample, a fast classifier learns from it, and both are doubted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seedbed.curate.quality.classifier import Classifier, out_of_fold
from seedbed.curate.quality.trust import agreement, auc, calibration, drift, noise
from seedbed.errors import UsageError
from seedbed.lineage import canonical, digest
from seedbed.run.curate.recipe import Curation, Quality
from seedbed.run.progress import Progress

if TYPE_CHECKING:
    from seedbed.dataset import Dataset
    from seedbed.learn.models.raters import Rater

LEAST_WORDS = 20
FEW = 0.15  # below this share of one label the ratings are cut at their median
ABOUT = (
    "Labels are ratings of a language model, not of people. The classifier's figures say how well it repeats the "
    "model's ratings on rows that it did not see; only the gold set says how good the ratings are."
)


def rate(dataset: Dataset, recipe: Curation, home: Path, told: Progress) -> dict[str, Any]:
    """score.quality for every row, and the figures of ratings and classifier."""
    from seedbed.learn.models.raters import load_rater

    wanted = recipe.quality
    assert wanted is not None
    rater = load_rater(wanted.model)
    rubric = _read(home / wanted.rubric) if wanted.rubric else rater.rubric
    rows = sampled(dataset, wanted.sample, recipe.seed)
    texts = dataset.take(rows, ["text"])["text"].to_pylist()
    ids = dataset.take(rows, ["id"])["id"].to_pylist()
    ratings = _rated(dataset.path / "curation", rater, rubric, ids, texts, told)
    cut = _cut(ratings)
    labels = (ratings >= cut).astype(int)
    scores = out_of_fold(texts, labels, recipe.seed)
    doubted = noise(scores, labels)
    wrong = set(doubted.pop("rows_flagged"))
    kept = [k for k in range(len(texts)) if k not in wrong]
    if len(set(labels[kept].tolist())) < 2:  # too few to do without any
        kept = list(range(len(texts)))
    model = Classifier.fit([texts[k] for k in kept], labels[kept], recipe.seed)
    model.save(dataset.path / "curation" / "quality.npz")
    made = _scored(dataset, model, told)
    facts: dict[str, Any] = {
        "about": ABOUT,
        "model": rater.name,
        "rubric": digest(rubric)[:12],
        "rated": len(texts),
        "cut": round(float(cut), 4),
        "rated_good": int(labels.sum()),
        "classifier_auc": auc(scores, labels),
        "classifier_accuracy": round(float(((scores >= 0.5) == labels).mean()), 4),
        "calibration": calibration(scores, labels),
        "noise": doubted,
        "trained_on": len(kept),
    }
    if wanted.gold:
        facts["agreement"] = _gold(home / wanted.gold, rater, rubric, cut, model)
    facts["drift"] = _drift(dataset, made, wanted)
    return facts


def sampled(dataset: Dataset, count: int, seed: int) -> np.ndarray:
    """Rows to rate: those whose hashed ids are least, of rows with enough words that are nobody's copy."""
    names = [n for n in ("id", "score.words", "cluster.exact", "cluster.near", "opt_out") if n in dataset.schema.names]
    table = dataset.table(names)
    fine = np.asarray(table["opt_out"].is_null())
    if "score.words" in names:
        fine &= table["score.words"].fill_null(0).to_numpy() >= LEAST_WORDS
    for name in ("cluster.exact", "cluster.near"):
        if name in names:
            own = np.arange(table.num_rows)
            fine &= table[name].combine_chunks().fill_null(-1).to_numpy() == np.where(
                np.asarray(table[name].is_valid()), own, -1
            )
    rows = np.flatnonzero(fine)
    if len(rows) < 20:
        raise UsageError(f"only {len(rows)} rows can be rated", where="quality", hint="leave quality out, or add rows")
    ids = table["id"].take(pa.array(rows)).to_pylist()
    order = sorted(range(len(rows)), key=lambda k: digest([seed, ids[k]]))
    return np.sort(rows[order[:count]])


def _rated(folder: Path, rater: Rater, rubric: str, ids: list[str], texts: list[str], told: Progress) -> np.ndarray:
    """Ratings, kept one line each as they are made: a run that is cut off asks only for the others."""
    folder.mkdir(parents=True, exist_ok=True)
    path, known = folder / "ratings.jsonl", {}
    name = digest([rater.name, rubric])
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                item = json.loads(line)
                known[item["by"], item["id"]] = float(item["rating"])
            except (ValueError, KeyError, TypeError):
                continue  # the line that was being written when the run was cut off
    left = [k for k, row in enumerate(ids) if (name, row) not in known]
    with told.step("rate a sample", len(left)) as step, path.open("a", encoding="utf-8") as file:
        for start in range(0, len(left), 8):
            some = left[start : start + 8]
            for k, value in zip(some, rater.rate([texts[k] for k in some], rubric)):
                known[name, ids[k]] = value
                file.write(canonical({"by": name, "id": ids[k], "rating": round(value, 6)}) + "\n")
            file.flush()
            step.tick(len(some))
    return np.array([known[name, row] for row in ids])


def _cut(ratings: np.ndarray) -> float:
    """0.5, or the median where nearly all ratings lie on one side of it."""
    good = float((ratings >= 0.5).mean())
    return 0.5 if FEW <= good <= 1 - FEW else float(np.median(ratings))


def _scored(dataset: Dataset, model: Classifier, told: Progress) -> np.ndarray:
    found = [np.zeros(0, np.float32)]
    with told.step("score quality", len(dataset)) as step:
        for table in dataset.stream(["text"]):
            found.append(model.scores(table["text"]))
            step.tick(table.num_rows)
    scores = np.concatenate(found)
    dataset.put_columns(pa.table({"score.quality": pa.array(scores, pa.float32(), mask=np.isnan(scores))}))
    return scores


def _gold(path: Path, rater: Rater, rubric: str, cut: float, model: Classifier) -> dict[str, Any]:
    """Ratings and classifier against labels made by hand: JSON lines with text and good (true, false)."""
    try:
        items = [json.loads(line) for line in _read(path).splitlines() if line.strip()]
        texts, gold = [i["text"] for i in items], np.array([bool(i["good"]) for i in items])
    except (ValueError, KeyError, TypeError):
        raise UsageError("not a gold set", where=str(path), hint="JSON lines with text and good") from None
    ratings = np.array(rater.rate(texts, rubric))
    side = np.where(ratings >= cut, 0.5 + ratings / 2, ratings / 2 * 0.999)  # above and below the cut that was used
    ours = model.scores(texts)
    made = {f"ratings_{k}": v for k, v in agreement(side, gold).items() if k != "rows"}
    made.update({f"classifier_{k}": v for k, v in agreement(np.nan_to_num(ours), gold).items() if k != "rows"})
    return {"rows": len(gold), **made}


def _drift(dataset: Dataset, scores: np.ndarray, wanted: Quality) -> dict[str, Any]:
    names = [n for n in dataset.schema.names if n.startswith("score.") and n != "score.quality"]
    table = dataset.table(names)
    columns = {n: table[n].to_numpy(zero_copy_only=False).astype(float) for n in names}
    with np.errstate(invalid="ignore"):
        return drift(columns, scores >= (wanted.least if wanted.least is not None else 0.5))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({str(error).splitlines()[0]})", where=str(path)) from None
