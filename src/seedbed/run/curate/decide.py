"""Scores to decisions: keep, the first reason, every reason, and whose duplicate a row is.

Deciding reads scores only, so a threshold is changed without measuring anything again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from seedbed.curate.duplicates.clusters import kept_of
from seedbed.curate.policy import Rule
from seedbed.run.curate.repeated import KINDS

LAST = -1e9  # the rank of rows that another rule drops: kept of a cluster only where none passes
if TYPE_CHECKING:
    from seedbed.dataset import Dataset

FLAGS = ("opt_out", "listed", "withdrawn")  # columns that hold a reason themselves, decided first


@dataclass
class Decisions:
    """Which rows break which rule: reason -> bool (N,), in order of decision; `duplicate_of` rows or -1."""

    count: int
    broken: dict[str, np.ndarray]
    duplicate_of: np.ndarray

    @property
    def keep(self) -> np.ndarray:
        lost = np.zeros(self.count, bool)
        for rows in self.broken.values():
            lost |= rows
        return ~lost

    def columns(self, ids: pa.Array) -> pa.Table:
        """keep, reason, reasons, duplicate_of (the id of the row that is kept instead)."""
        names = list(self.broken)
        table = np.stack([self.broken[n] for n in names], 1) if names else np.zeros((self.count, 0), bool)
        first = np.where(table.any(1), table.argmax(1), -1) if names else np.full(self.count, -1)
        rows, which = np.nonzero(table)
        offsets = np.concatenate([[0], np.cumsum(table.sum(1))]).astype(np.int32)
        words = pa.array(names, pa.string())
        reasons = pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(which)))
        del rows
        gone = pa.array(np.where(self.duplicate_of >= 0, self.duplicate_of, 0), mask=self.duplicate_of < 0)
        return pa.table(
            {
                "keep": pa.array(self.keep),
                "reason": words.take(pa.array(np.maximum(first, 0), mask=first < 0))
                if names
                else pa.nulls(self.count, pa.string()),
                "reasons": reasons,
                "duplicate_of": ids.take(gone),
            }
        )


def decisions_of(table: pa.Table, rules: Sequence[Rule]) -> Decisions:
    """Decide for scores in columns. A duplicate is dropped for the row of its cluster that passes all other rules and
    ranks highest by quality, then by place; a cluster of which no row passes is left to the other rules.
    """
    broken: dict[str, np.ndarray] = {}
    for name in FLAGS:
        if name in table.column_names:
            reasons = table[name].to_pylist()
            for reason in sorted({r for r in reasons if r}):
                broken[reason] = np.array([r == reason for r in reasons], bool)
    for rule in rules:
        broken[rule.reason] = rule.breaks(table)
    passes = np.ones(table.num_rows, bool)
    for rows in broken.values():
        passes &= ~rows
    rank = np.where(passes, _ranks(table), LAST)
    instead = np.full(table.num_rows, -1, np.int64)
    for kind in KINDS:
        column = f"cluster.{kind}"
        if column not in table.column_names:
            continue
        kept = _kept(table[column], rank)
        lost = (kept != np.arange(len(kept))) & (instead < 0)
        broken[f"duplicate.{kind}"] = lost
        instead[lost] = kept[lost]
        rank = np.where(lost, -np.inf, rank)  # a copy cannot stand for a cluster of another kind
    if "leak_of" in table.column_names:
        broken["leak"] = np.asarray(table["leak_of"].is_valid())
    return Decisions(table.num_rows, broken, _followed(instead))


def captions_of(dataset: Dataset, decisions: Decisions) -> pa.Array:
    """For each row its caption and those of its copies that break no other rule; null for rows dropped as copies."""
    fine = np.ones(decisions.count, bool)
    for reason, rows in decisions.broken.items():
        if not reason.startswith("duplicate."):
            fine &= ~rows
    captions = dataset.table(["caption"])["caption"].to_pylist()
    made: list[list[str] | None] = [[c] if c else [] for c in captions]
    for row in np.flatnonzero(decisions.duplicate_of >= 0).tolist():
        keeper = made[int(decisions.duplicate_of[row])]
        if keeper is not None and fine[row] and captions[row] and captions[row] not in keeper:
            keeper.append(captions[row])
    for row in np.flatnonzero(decisions.duplicate_of >= 0).tolist():
        made[row] = None
    return pa.array(made, pa.list_(pa.string()))


def _ranks(table: pa.Table) -> np.ndarray:
    if "score.quality" not in table.column_names:
        return np.zeros(table.num_rows)
    return np.nan_to_num(table["score.quality"].to_numpy(zero_copy_only=False).astype(float), nan=-1.0)


def _kept(clusters: pa.ChunkedArray, rank: np.ndarray) -> np.ndarray:
    own = np.arange(len(clusters))
    known = np.asarray(clusters.is_valid())
    numbers = np.where(known, clusters.fill_null(0).to_numpy(), own)
    return kept_of(numbers, rank)


def _followed(instead: np.ndarray) -> np.ndarray:
    """A row whose keeper is dropped as a duplicate of another kind belongs to that keeper's keeper."""
    made = instead.copy()
    for _ in KINDS:
        further = np.where(made >= 0, instead[np.maximum(made, 0)], -1)
        made = np.where(further >= 0, further, made)
    return made
