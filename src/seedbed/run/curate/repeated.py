"""Duplicates over all parts: clusters of each kind, as columns; and a test of the search with planted copies.

Clusters do not depend on decisions: which row of a cluster is kept is decided later (`decide`), among the rows that
pass every other rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.duplicates.clusters import clusters_of, sizes_of
from seedbed.curate.duplicates.exact import first_of
from seedbed.curate.duplicates.near import similar_pairs
from seedbed.run.curate.recipe import Curation

KINDS = ("exact", "near", "image", "semantic")  # in the order in which they are decided


@dataclass(frozen=True)
class Kept:
    """The arrays that the parts left, in the order of the rows."""

    folder: Path
    names: Sequence[str]

    def whole(self, kind: str) -> np.ndarray:
        """All rows of one kind, read once; memory maps are joined."""
        arrays = [np.load(self.folder / f"{kind}-{name}.npy", mmap_mode="r") for name in self._there(kind)]
        if not arrays:
            return np.zeros((0, 2), np.uint64)
        return np.asarray(arrays[0]) if len(arrays) == 1 else np.concatenate(arrays)

    def column(self, kind: str, place: int) -> np.ndarray:
        """One column of all rows."""
        arrays = [np.load(self.folder / f"{kind}-{name}.npy", mmap_mode="r") for name in self._there(kind)]
        return np.concatenate([np.asarray(a[:, place]) for a in arrays]) if arrays else np.zeros(0, np.uint64)

    def width(self, kind: str) -> int:
        for name in self._there(kind):
            return int(np.load(self.folder / f"{kind}-{name}.npy", mmap_mode="r").shape[1])
        return 0

    def _there(self, kind: str) -> list[str]:
        return [name for name in self.names if (self.folder / f"{kind}-{name}.npy").exists()]


def cluster_columns(recipe: Curation, kept: Kept, table: pa.Table, home: Path) -> tuple[pa.Table, dict[str, Any]]:
    """(columns cluster.<kind>: int64 number of the cluster's first row, null where a row is alone; figures)."""
    wanted, columns, figures = recipe.duplicates, {}, {}
    count = table.num_rows
    if wanted.exact:
        columns["exact"] = first_of(kept.whole("content")) if count else np.arange(0)
    if wanted.near is not None:
        bins = kept.whole("bins")
        pairs, similarity = similar_pairs(
            lambda k: kept.column("bands", k), kept.width("bands"), bins, wanted.near.similarity
        )
        columns["near"] = clusters_of(pairs, count)
        figures["near"] = {"pairs": len(pairs), "mean_similarity": _mean(similarity)}
    if wanted.images is not None:
        columns["image"], figures["image"] = _image_clusters(table, wanted.images.distance)
    if wanted.semantic is not None:
        from seedbed.run.curate.semantic import semantic_clusters

        columns["semantic"], figures["semantic"] = semantic_clusters(recipe, table, home)
    made = {}
    for kind, clusters in columns.items():
        made[f"cluster.{kind}"] = pa.array(clusters, pa.int64(), mask=sizes_of(clusters) < 2)
    return pa.table(made) if made else pa.table({}), figures


def _image_clusters(table: pa.Table, distance: int) -> tuple[np.ndarray, dict[str, Any]]:
    from seedbed.curate.images.near import near_pairs

    known = np.flatnonzero(np.asarray(table["phash"].is_valid()))
    hashes = table["phash"].drop_null().to_numpy()
    left, right, _ = near_pairs(hashes, distance)
    pairs = np.stack([known[left], known[right]], 1)
    return clusters_of(pairs, table.num_rows), {"pairs": len(pairs)}


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def planted_test(recipe: Curation, texts: Sequence[str]) -> dict[str, Any]:
    """Recall and precision of the search for near duplicates, on copies of these texts with some words changed.

    The copies are found among the texts and each other's copies, at the recipe's own parameters. A found pair is
    right when the exact Jaccard similarity of its shingles is at least the parameter less 0.1.
    """
    from seedbed.curate.duplicates.planted import plant, recall_of
    from seedbed.curate.text.scan import Scanned, parts

    near = recipe.duplicates.near
    if near is None or not texts:
        return {}
    planted = plant(texts, seed=recipe.seed)
    every = pa.array([*texts, *planted.texts], pa.large_string())
    made = [Scanned(part, only_words=True).sketches(near.shingle) for part in parts(every)]
    bins, bands = np.concatenate([a for a, _ in made]), np.concatenate([b for _, b in made])
    pairs, _ = similar_pairs(lambda k: bands[:, k], bands.shape[1], bins, near.similarity)
    return recall_of(planted, texts, pairs, near.similarity, near.shingle)
