"""Train a dual encoder or a captioner on a column of captions, hold some rows out, and say what it is worth on those.

made = train_on_captions("captioner", "data/pairs", "caption", Path("models/c"), seed=0, options={}, epochs=5)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.dataset import Dataset, policy
from seedbed.errors import UsageError, nearest
from seedbed.learn.needed import needed
from seedbed.run.model_folder import CHECKPOINTS, finish, source
from seedbed.run.progress import Progress

if TYPE_CHECKING:
    from seedbed.learn.contrastive import Captioned

DUAL, CAPTIONER = "dual_encoder", "captioner"
RATE = 1e-3  # of learning, where none is given
FEWEST = 4  # rows


def train_on_captions(
    model: str, data: str, column: str, out: Path, *, seed: int, options: Mapping[str, Any], steps: int | None = None,
    epochs: int | None = None, held_out: float = 0.1, use: str = "training", override: str | None = None,
    threads: int | None = None, progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Train `model` (dual_encoder or captioner) on the images of the dataset `data` and their captions in `column`
    (or COLUMN.STYLE), and write the folder `out`; returns what training.json holds. A finished folder stays.

    options: of the model, of `learn.Settings`, `pair` (a column that two rows of a minimal pair share) and, for a
    dual encoder, `negatives`. Both rows of a pair are held out together. Figures on the rows held out: recall at 1, 5
    and 10 both ways, and the group score of the pairs; or the share of captions written word for word.
    """
    from seedbed.run.training import finished, first_process, fit_settings, noted

    for package in ("torch", "tokenizers"):
        needed(package, "models")
    told, rest = progress or Progress("none"), {"learning_rate": RATE, **options}
    settings = fit_settings(rest, seed, epochs, steps)  # takes its own out of them
    parts = _options(model, rest)
    asked = {
        "model": model, "data": data, "column": column, "options": parts, "validation": held_out,
        "settings": settings.to_dict(),
    }  # fmt: skip
    done = finished(out, asked)
    if done is not None:
        return done
    dataset = _dataset(data)
    overridden = policy.permit([dataset.path], [use], action="train", override=override)
    rows, held = _read(dataset, column, parts["pair"], held_out, seed)
    how = settings.to_dict()
    if model == CAPTIONER and how["clip"] is None:
        del how["clip"]  # its own default
    if model == DUAL:
        how["negatives"] = parts["negatives"]
    paired = parts["negatives"] == "pairs" and len(rows.pairs)  # without pairs the fit says what is missing
    total = settings.count(2 * len(rows.pairs) if paired else len(rows))
    with told.step(f"train {model}", total, "steps") as step:
        fitted, outcome = _fit(model)(
            rows, options=parts["model"], held_out=held, checkpoints=out / CHECKPOINTS, resume=True,
            progress=step.tick, report=noted(step), threads=threads, **how,
        )  # fmt: skip
    if not first_process():
        return {}
    told.say(f"measure it on {len(held) if held else 0:,} held-out rows")
    scores = _scores(model, fitted, held) if held else {}
    fitted.save(out)
    facts = {
        **asked, "training_rows": len(rows), "validation_rows": len(held) if held else 0,
        "parameters": int(fitted.parameters_count), "sources": [source(dataset.path)],
    }  # fmt: skip
    made = finish(out, facts, outcome, [dataset.path], scores)
    policy.record_override(overridden, [dataset.path, out])
    return made


def _options(model: str, rest: dict[str, Any]) -> dict[str, Any]:
    """What is left of the options, in two parts: of the model, and how rows become batches."""
    from dataclasses import fields

    from seedbed.learn.captioning import captioner
    from seedbed.learn.contrastive import dual
    from seedbed.learn.contrastive.settings import NEGATIVES
    from seedbed.learn.settings import Settings

    known: dict[str, Any] = dual.DEFAULTS if model == DUAL else captioner.DEFAULTS
    pair, negatives = rest.pop("pair", None), "random"
    if model == DUAL:
        negatives = rest.pop("negatives", "random")
        if negatives not in NEGATIVES:
            raise UsageError(f"no negatives '{negatives}'", where="train", hint=nearest(str(negatives), NEGATIVES))
    for name in rest:
        if name not in known:
            hint = nearest(name, [*known, *(f.name for f in fields(Settings)), "pair", "negatives"])
            raise UsageError(f"unknown option '{name}'", where=model, hint=hint)
    return {"model": rest, "pair": pair, "negatives": negatives}


def _fit(model: str) -> Any:
    from seedbed.learn.captioning import fit_captioner
    from seedbed.learn.contrastive import fit_dual

    return fit_dual if model == DUAL else fit_captioner


def _dataset(data: str) -> Dataset:
    if not Path(data).is_dir():
        raise UsageError(
            "no such dataset", where=data, hint="seedbed generate pairs --rows 2000 --set size=48 --out data/pairs"
        )
    return Dataset(data)


def _read(
    dataset: Dataset, column: str, pair: str | None, share: float, seed: int
) -> tuple[Captioned, Captioned | None]:
    """Training rows and held-out rows; a minimal pair is in one part."""
    from seedbed.learn.contrastive import captioned

    data = captioned(dataset, column, pair=pair)
    if len(data) < FEWEST:
        raise UsageError(f"{len(data)} rows with captions", where=str(dataset.path), hint=f"at least {FEWEST}")
    group = np.arange(len(data))
    group[data.pairs[:, 1]] = data.pairs[:, 0]
    groups = np.unique(group)
    order = np.random.default_rng([seed, 23]).permutation(groups)
    held = order[: round(share * len(groups))]
    inside = np.isin(group, held)
    return data.take(np.flatnonzero(~inside)), data.take(np.flatnonzero(inside)) if inside.any() else None


def _scores(model: str, fitted: Any, held: Captioned) -> dict[str, float]:
    """Figures on the rows held out."""
    if model == CAPTIONER:
        written = fitted.captions(held.images)
        return {"word_for_word": float(np.mean([a.lower() == b.lower() for a, b in zip(written, held.captions)]))}
    from seedbed.audit.winoground import wins
    from seedbed.learn.contrastive import pair_cosines, recall

    found = recall(fitted, held.images, held.captions)
    scores = {f"{kind}_recall_{k}": value for kind, values in found.items() for k, value in values.items()}
    cosines = pair_cosines(fitted, held)
    return {**scores, "group_score": float(wins(cosines)["group"].mean())} if len(cosines) else scores
