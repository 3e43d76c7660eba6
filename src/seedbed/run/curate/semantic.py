"""Semantic duplicates of a dataset: the similarity is given, or chosen on labelled pairs and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.duplicates.clusters import clusters_of
from seedbed.curate.duplicates.semantic import choose, close_pairs
from seedbed.errors import UsageError
from seedbed.run.curate.recipe import Curation


def semantic_clusters(recipe: Curation, table: pa.Table, home: Path) -> tuple[np.ndarray, dict[str, Any]]:
    """(int64 (N,) cluster of each row, figures). The table holds the column `embedding`."""
    wanted = recipe.duplicates.semantic
    assert wanted is not None
    if "embedding" not in table.column_names:
        raise UsageError("there are no embeddings", where="duplicates.semantic", hint="add embedding to signals")
    facts: dict[str, Any] = {}
    similarity = wanted.similarity
    if similarity is None:
        if wanted.pairs is None:
            hint = "give similarity, or pairs: a file of text_a, text_b, same"
            raise UsageError("no similarity is given", where="duplicates.semantic", hint=hint)
        facts["chosen_on_pairs"] = chosen = _chosen(recipe, home / wanted.pairs)
        similarity = chosen["similarity"]
    vectors = vectors_of(table["embedding"])
    pairs = close_pairs(vectors, similarity, recipe.seed)
    return clusters_of(pairs, table.num_rows), {"pairs": len(pairs), "similarity": round(similarity, 4), **facts}


def vectors_of(column: pa.ChunkedArray) -> np.ndarray:
    """float32 (N, D); NaN where there is none."""
    rows = column.to_pylist()
    size = next((len(v) for v in rows if v), 1)
    made = np.full((len(rows), size), np.nan, np.float32)
    for k, row in enumerate(rows):
        if row is not None:
            made[k] = row
    return made


def _chosen(recipe: Curation, path: Path) -> dict[str, Any]:
    """The similarity chosen on labelled pairs, with the recipe's own embedding."""
    from seedbed.curate.text.embedding import MODELS

    try:
        items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        a, b, same = [i["text_a"] for i in items], [i["text_b"] for i in items], [bool(i["same"]) for i in items]
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(path)) from None
    except (ValueError, KeyError, TypeError):
        hint = "JSON lines with text_a, text_b and same"
        raise UsageError("no labelled pairs", where=str(path), hint=hint) from None
    options = dict(recipe.operators()).get("embedding", {})
    embed = MODELS[options.get("model", "hashed")]
    found = (embed(a) * embed(b)).sum(1)
    return choose(np.nan_to_num(found, nan=-1.0), np.array(same))
