"""Stock-taking: how much usable text and how many images each source holds, how many epochs a planned run needs of it,
and the year in which it runs out when plans keep growing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seedbed.run.curate.decide import Decisions
from seedbed.run.curate.recipe import Curation

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

CHARS_A_TOKEN = 4.2  # English under a 100k byte-pair vocabulary; said in the report: an estimate
EPOCHS = 4  # repeating data up to four times costs little (Muennighoff et al. 2023, arXiv 2305.16264)


def stock_of(dataset: Dataset, table: pa.Table, decisions: Decisions, recipe: Curation) -> dict[str, Any]:
    """Rows, tokens (estimated) and images of all, unique and kept rows; by source; and the outlook."""
    tokens = _tokens(table)
    images = _images(dataset)
    unique = np.ones(decisions.count, bool)
    for reason, rows in decisions.broken.items():
        if reason.startswith("duplicate."):
            unique &= ~rows
    sources = np.array([s or "(none)" for s in table["source"].to_pylist()]) if "source" in table.column_names else None
    keep = decisions.keep

    def of(rows: np.ndarray) -> dict[str, Any]:
        return {
            "rows": int(rows.sum()),
            "tokens": round(float(tokens[rows].sum())),
            "unique_tokens": round(float(tokens[rows & unique].sum())),
            "kept_tokens": round(float(tokens[rows & keep].sum())),
            "images": int(images[rows].sum()),
            "kept_images": int(images[rows & keep].sum()),
        }

    whole = of(np.ones(decisions.count, bool))
    by_source = {} if sources is None else {str(name): of(sources == name) for name in np.unique(sources)}
    return {
        **whole,
        "by_source": by_source,
        "outlook": outlook(whole["kept_tokens"], recipe),
        "chars_a_token": CHARS_A_TOKEN,
    }


def _tokens(table: pa.Table) -> np.ndarray:
    if "score.chars" not in table.column_names:
        return np.zeros(table.num_rows)
    chars: np.ndarray = table["score.chars"].fill_null(0).to_numpy().astype(float)
    return chars / CHARS_A_TOKEN


def _images(dataset: Dataset) -> np.ndarray:
    for name in ("phash", "score.width"):
        if name in dataset.schema.names:
            return np.asarray(dataset.table([name])[name].is_valid())
    return np.zeros(len(dataset), bool)


def outlook(tokens: float, recipe: Curation) -> dict[str, Any]:
    """Epochs that the planned run needs of these tokens, and the year in which four epochs no longer suffice when
    plans grow by `growth` a year.
    """
    plan = recipe.stock
    if tokens <= 0:
        return {"epochs": None, "runs_out": None, "planned_tokens": plan.planned_tokens, "growth": plan.growth}
    epochs = plan.planned_tokens / tokens
    years = math.log(EPOCHS * tokens / plan.planned_tokens) / math.log(plan.growth)
    return {
        "planned_tokens": plan.planned_tokens,
        "growth": plan.growth,
        "year": plan.year,
        "epochs": round(epochs, 3),
        "runs_out": plan.year + math.ceil(years) if years > 0 else plan.year,
        "already_short": years <= 0,
    }
