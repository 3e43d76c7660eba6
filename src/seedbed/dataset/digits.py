"""Real handwritten digits, and the one way in which 8x8 counts become images.

The rows are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, UCI 1998,
doi:10.24432/C50P49), 1,797 digits of 13 people, as scikit-learn ships them: each 32x32 bitmap was divided
into 4x4 blocks and the dark pixels of each block counted, so a digit is 8x8 counts of 0..16.

Counts are stored twice: as numbers (`pixels`) and as a gray PNG (`image`) with gray = min(16 count, 255),
which loses nothing: count = (gray + 8) // 16. Synthetic digits use the same convention.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seedbed.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

SIDE = 8  # counts a side
FULL = 16  # pixels of a block, the largest count
SOURCE = "UCI Optical Recognition of Handwritten Digits, test part, via scikit-learn"
LICENCE = "CC-BY-4.0"
CONSENT = "not recorded by the source"
TRAIN_POOL, AUDIT = 300, 500  # rows; the rest is the test part
FEW_SHOT = (10, 30, 100, 300)


def counts_to_gray(counts: np.ndarray) -> np.ndarray:
    """Counts 0..16 of any shape as uint8 gray levels, white = 16."""
    return np.minimum(np.asarray(counts, dtype=np.uint16) * 16, 255).astype(np.uint8)


def gray_to_counts(gray: np.ndarray) -> np.ndarray:
    """The inverse of `counts_to_gray`."""
    return ((np.asarray(gray, dtype=np.uint16) + 8) // 16).astype(np.uint8)


def load_real_digits() -> pa.Table:
    """The 1,797 real digits, in the source's order: image, pixels, digit ("0".."9") and provenance.

    Raises UsageError where scikit-learn, which carries the file, is not installed.
    """
    import pyarrow as pa

    from seedbed.dataset.images import encode
    from seedbed.dataset.schema import PROVENANCE

    counts, labels = _read_source()
    rows = len(labels)
    columns = {
        "image": pa.array([encode(gray) for gray in counts_to_gray(counts)], pa.binary()),
        "pixels": pa.array(counts.reshape(rows, -1).tolist(), pa.list_(pa.uint8(), SIDE * SIDE)),
        "digit": pa.array([str(label) for label in labels], pa.string()),
        "id": [_row_hash(counts[i], int(labels[i]), i) for i in range(rows)],
        "source": [SOURCE] * rows,
        "licence": [LICENCE] * rows,
        "consent": [CONSENT] * rows,
    }
    for field in PROVENANCE:  # no world made these rows
        columns.setdefault(field.name, pa.nulls(rows, field.type))
    provenance = [(field.name, columns[field.name]) for field in PROVENANCE]
    content = [(name, columns[name]) for name in ("image", "pixels", "digit")]
    return pa.table(dict(content + provenance))


def _read_source() -> tuple[np.ndarray, np.ndarray]:
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UsageError(
            "scikit-learn carries the real digits and is not installed",
            where="load_real_digits",
            hint="pip install 'seedbed[train]'",
        ) from None
    found = load_digits()
    return found.images.astype(np.uint8), found.target


def _row_hash(counts: np.ndarray, label: int, position: int) -> str:
    content = counts.tobytes() + f"/{label}/{position}".encode()
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True)
class DigitSplit:
    """Row positions: three disjoint parts, and nested few-shot subsets of the train pool."""

    train: np.ndarray  # 300
    audit: np.ndarray  # 500
    test: np.ndarray  # the rest
    few: dict[int, np.ndarray]  # 10 within 30 within 100 within 300; class counts differ by at most 1


def split_digits(labels: np.ndarray, seed: int = 0, draw: int = 0) -> DigitSplit:
    """Split rows by class: train pool 300, audit 500, test the rest; the same for the same seed.

    `labels`: (n,) class of each row, n > 800. `seed` chooses the three parts; `draw` chooses which rows of
    the train pool the few-shot subsets take, so that repetitions over draws share one test part.
    The people who wrote the digits are not recorded, so parts may share writers.
    """
    labels = np.asarray(labels)
    if len(labels) <= TRAIN_POOL + AUDIT:
        raise UsageError(f"{len(labels)} rows", where="split_digits", hint=f"more than {TRAIN_POOL + AUDIT}")
    order = _stratified_order(labels, np.random.default_rng([seed, 0]))
    train, audit, test = np.split(order, [TRAIN_POOL, TRAIN_POOL + AUDIT])
    nested = train[_stratified_order(labels[train], np.random.default_rng([seed, 1, draw]))]
    few = {rows: np.sort(nested[:rows]) for rows in FEW_SHOT}
    return DigitSplit(np.sort(train), np.sort(audit), np.sort(test), few)


def _stratified_order(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An order of all rows in which every prefix holds the classes as evenly as they last."""
    order = rng.permutation(len(labels))
    rank = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        rank[members] = np.arange(len(members))
    tie = rng.random(len(labels))
    return np.lexsort((tie, rank))
