"""Known faults planted in good data with a seed, so that finding and mending them can be measured.

Every function takes a table and gives a table with a column `planted` (bool); `labels` also keeps the labels as they
were in `true_label`. Rows keep their ids, copies get new ones. Columns that pixels decide (counts, statistics)
are the caller's to leave out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyarrow as pa

from seedbed.curate.labelled.features import labels_of
from seedbed.dataset.images import decode, encode
from seedbed.errors import UsageError

PLANTED, TRUE = "planted", "true_label"
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def labels(table: pa.Table, label: str, share: float, rng: np.random.Generator) -> pa.Table:
    """`share` of the rows get another label, each other class alike."""
    classes, codes = labels_of(table, label)
    if len(classes) < 2:
        raise UsageError("all rows have one label", where="label", hint="label noise needs two classes or more")
    chosen = _chosen(table.num_rows, share, rng)
    wrong = (codes + rng.integers(1, len(classes), size=len(codes))) % len(classes)
    given = pa.array([classes[k] for k in np.where(chosen, wrong, codes)], table.schema.field(label).type)
    kept = table.append_column(TRUE, table[label])
    return _marked(kept.set_column(kept.schema.get_field_index(label), label, given), chosen)


def images(table: pa.Table, share: float, change: Change, rng: np.random.Generator) -> pa.Table:
    """`share` of the rows get `change(pixels, rng)` as their image; labels stay."""
    chosen = _chosen(table.num_rows, share, rng)
    new = [encode(change(decode(data), rng)) if hit else data for data, hit in zip(table["image"].to_pylist(), chosen)]
    return _marked(table.set_column(table.schema.get_field_index("image"), "image", pa.array(new, pa.binary())), chosen)


def copies(table: pa.Table, source: pa.Table, share: float, change: Change, rng: np.random.Generator) -> pa.Table:
    """Changed copies of rows of `source` after the rows of `table`, `share` times as many as it has."""
    if source.schema != table.schema:
        raise UsageError("the two tables have different columns", where="copies", hint="copy from a table like it")
    count = round(share * table.num_rows)
    if count > source.num_rows:
        raise UsageError(f"{count} copies of {source.num_rows} rows", where="share", hint="a smaller share")
    taken = source.take(rng.permutation(source.num_rows)[:count])
    changed = images(taken, 1.0, change, rng).drop_columns([PLANTED])
    names = pa.array([f"{row}/copy" for row in taken["id"].to_pylist()], pa.string())
    changed = changed.set_column(changed.schema.get_field_index("id"), "id", names)
    return _marked(pa.concat_tables([table, changed]), np.arange(table.num_rows + count) >= table.num_rows)


def skewed(table: pa.Table, label: str, share: float, rng: np.random.Generator) -> pa.Table:
    """Only `share` of the rows of every second class stay: another mix of classes. Rows that stay are not marked."""
    _, codes = labels_of(table, label)
    keep = (codes % 2 == 0) | (rng.random(len(codes)) < share)
    return _marked(table.filter(pa.array(keep)), np.zeros(int(keep.sum()), dtype=bool))


def inverted(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """White for black."""
    return 255 - pixels


def photographs(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A piece of a photograph (one of the two that scikit-learn ships), as large as the image and gray like it."""
    photo = _photos()[rng.integers(2)]
    height, width = pixels.shape[:2]
    top, left = (int(rng.integers(size - side)) for size, side in zip(photo.shape, (height, width)))
    return np.repeat(photo[top : top + height, left : left + width, None], pixels.shape[2], axis=2)


def speckled(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Normal noise of 12 gray levels on every pixel: not the same bytes, the same picture."""
    return np.clip(np.rint(pixels + rng.normal(0, 12, pixels.shape)), 0, 255).astype(np.uint8)


def blurred(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A Gaussian blur of one pixel."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(np.rint(gaussian_filter(pixels.astype(float), (1, 1, 0))), dtype=np.uint8)


CHANGES: dict[str, Change] = {
    "inverted": inverted,
    "photographs": photographs,
    "speckled": speckled,
    "blurred": blurred,
}


@lru_cache(maxsize=1)
def _photos() -> list[np.ndarray]:
    try:
        from sklearn.datasets import load_sample_images
    except ImportError:
        hint = "pip install 'seedbed[curate]'"
        raise UsageError("scikit-learn, which ships the photographs, is not installed", hint=hint) from None
    halved = [image[::4, ::4].mean(axis=2) for image in load_sample_images().images]
    return [image.astype(np.uint8) for image in halved]


def _chosen(rows: int, share: float, rng: np.random.Generator) -> np.ndarray:
    if not 0 <= share <= 1:
        raise UsageError(f"share is {share}", where="share", hint="from 0 to 1")
    chosen = np.zeros(rows, dtype=bool)
    chosen[rng.permutation(rows)[: round(share * rows)]] = True
    return chosen


def _marked(table: pa.Table, planted: np.ndarray) -> pa.Table:
    """With the column `planted`; rows that were planted before stay so."""
    if PLANTED in table.column_names:
        planted = planted | np.array(table[PLANTED].to_pylist(), dtype=bool)
        table = table.drop_columns([PLANTED])
    return table.append_column(PLANTED, pa.array(planted, pa.bool_()))
