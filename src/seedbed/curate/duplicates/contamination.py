"""Contamination: rows that share runs of words with an evaluation set (13 words, as in Brown et al. 2020, appendix C).

table = Runs(["an evaluation question ..."])
shared, whose = table.shared(texts)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from seedbed.curate.text.kernels import overlap
from seedbed.curate.text.kernels.base import WORDS
from seedbed.curate.text.scan import Scanned, packed, parts

RUN = 13


class Runs:
    """Every run of `run` words of some texts; words in small letters, without punctuation. Texts of fewer than eight
    words are left out: they are anywhere.
    """

    def __init__(self, texts: Sequence[str], run: int = RUN, least: int = 8, device: str = "cpu") -> None:
        self.run, self.device = run, device
        hashes, owners = [], []
        first = 0
        for part in parts(pa.array(texts, pa.large_string())):
            scanned = Scanned(part, device, only_words=True)
            long = scanned.counts[:, int(WORDS)] >= least
            found, starts = self._runs(scanned)
            number = np.repeat(np.arange(len(long)), np.diff(starts))
            hashes.append(found[long[number]])
            owners.append((number + first)[long[number]])
            first += len(part)
        every = np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)
        self.keys, self.owners = _table(every, np.concatenate(owners) if owners else np.zeros(0, np.int64))

    def _runs(self, scanned: Scanned) -> tuple[np.ndarray, np.ndarray]:
        wp = scanned.wp
        most = np.maximum(scanned.counts[:, int(WORDS)], 1)
        places = np.concatenate([[0], np.cumsum(most)])
        out = wp.zeros(int(places[-1]), dtype=wp.uint64, device=self.device)
        found = wp.zeros(scanned.size, dtype=wp.int32, device=self.device)
        scanned.launch(
            overlap.runs, scanned.starts, scanned.counted, scanned.word_norm, self.run,
            wp.empty(scanned.room, dtype=wp.uint64, device=self.device), scanned.array(places), out, found,
        )  # fmt: skip
        return packed(out, places, found)

    def shared(self, texts: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
        """(int32 (N,) how many runs each row shares, int32 (N,) the text of the first, -1 for none)."""
        hits, whose = [], []
        for part in parts(texts):
            scanned = Scanned(part, self.device, only_words=True)
            wp = scanned.wp
            hit, owner = (wp.zeros(scanned.size, dtype=wp.int32, device=self.device) for _ in range(2))
            scanned.launch(
                overlap.contained, scanned.starts, scanned.counted, scanned.word_norm, self.run,
                wp.empty(scanned.room, dtype=wp.uint64, device=self.device), scanned.array(self.keys),
                scanned.array(self.owners), hit, owner,
            )  # fmt: skip
            hits.append(hit.numpy())
            whose.append(owner.numpy())
        none = np.zeros(0, np.int32)
        return (np.concatenate(hits), np.concatenate(whose)) if hits else (none, none)


def _table(hashes: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An open-addressing table, at most half full: uint64 keys, int32 owners (-1: free)."""
    unique, first = np.unique(hashes, return_index=True)
    size = 1 << max(4, int(np.ceil(np.log2(2 * len(unique) + 1))))
    keys, made = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    mask = np.uint64(size - 1)
    left, at = np.arange(len(unique)), (unique & mask).astype(np.int64)
    while len(left):
        free = made[at] < 0
        taker = np.full(size, -1, np.int64)
        taker[at[free][::-1]] = left[free][::-1]  # of those that want one place, the first takes it
        won = taker[at] == left
        keys[at[won]], made[at[won]] = unique[left[won]], owners[first[left[won]]]
        left, at = left[~won], (at[~won] + 1) & int(mask)
    return keys, made
