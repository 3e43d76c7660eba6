"""Captions beside their pictures: how long, whether they say anything, and how well they fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register

Scorer = Callable[[list[bytes], list[str]], Sequence[float]]

_NOUNS = r"(?:image|img|photo|photograph|picture|pic|figure|fig|thumbnail|thumb|screenshot|graphic|illustration|"
_NOUNS += r"icon|logo|banner|avatar|slide|file|attachment|featured image|stock photo|profile (?:photo|picture))"
GENERIC = re.compile(
    rf"""
      (?:an?\s+|the\s+|this\s+|my\s+|view\s+|your\s+)?{_NOUNS}s?(?:\s+(?:of|may\s+contain|with\s+alt\s+text|result|here|description))?
    | {_NOUNS}[\s_\-#.:()]*[0-9]+(?:\s*(?:of|/)\s*[0-9]+)?[)]?
    | (?:no\s+)?(?:alt|alternative|alternate)(?:[\s_-]*te?xt)?(?:\s+(?:here|goes\s+here|missing))?
    | no\s+(?:image|photo|picture|description|caption|title)(?:\s+available)?
    | untitled(?:[\s_\-(]*[0-9]+\)?)?|unnamed|unknown|default|placeholder
    | caption|title|description|null|none|nan|undefined|n/?a|tbd|todo
    | click\s+(?:here|to\s+(?:enlarge|view|zoom|expand))(?:\s+{_NOUNS})?|enlarge|loading|advertisement
    | (?:img|dsc[nf]?|dscf|p|pict|pxl|mvi|gopr|wp|cimg|screenshot|screen\s+shot|whatsapp\s+image)
      [\s_\-]*[0-9][0-9\s_.:\-()apmt]*(?:\.[a-z]{{3,4}})?
    | (?:\S{{1,80}}[ ]){{0,5}}\S{{1,200}}\.(?:jpe?g|png|gif|webp|bmp|tiff?|svg|avif|heic)(?:\?\S*)?
    | [^\w]*(?:[0-9][0-9\W_]*)?
    | https?://\S+|[0-9a-f]{{16,}}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}
    """,
    re.IGNORECASE | re.VERBOSE,
)


@register("operator", "captions")
class Captions(Operator):
    """score.caption_words (runs without white space), score.caption_characters, and score.caption_generic: 1 where
    the caption is boilerplate that would be as true of any picture (`is_generic`), else 0.
    """

    writes = ("score.caption_words", "score.caption_characters", "score.caption_generic")

    def __init__(self, caption: str = "caption") -> None:
        self.caption, self.reads = caption, (caption,)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        texts = batch[self.caption].to_pylist()
        return {
            "score.caption_words": pa.array([None if t is None else len(t.split()) for t in texts], pa.int32()),
            "score.caption_characters": pa.array([None if t is None else len(t.strip()) for t in texts], pa.int32()),
            "score.caption_generic": pa.array([None if t is None else int(is_generic(t)) for t in texts], pa.int8()),
        }


@register("operator", "image_text")
class ImageText(Operator):
    """score.similarity: how well each caption fits its picture, by `scorer(images, texts) -> floats`: a dual encoder
    or any function; its scale is its own. Null where either is missing or the scorer gives NaN.
    """

    writes = ("score.similarity",)

    def __init__(self, scorer: Scorer | None = None, caption: str = "caption") -> None:
        if not callable(scorer):
            raise UsageError("no scorer", where="operator image_text", hint="give scorer=f(images, texts) -> floats")
        self.scorer, self.caption, self.reads = scorer, caption, ("image", caption)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        pairs = list(zip(batch["image"].to_pylist(), batch[self.caption].to_pylist()))
        whole = [k for k, (image, text) in enumerate(pairs) if image and text]
        values: list[float | None] = [None] * len(pairs)
        for k, score in zip(whole, self._scores([pairs[k] for k in whole])):
            values[k] = score
        return {"score.similarity": pa.array(values, pa.float32())}

    def _scores(self, pairs: list[tuple[bytes, str]]) -> list[float | None]:
        """In one call, or one by one where that fails, so that one broken picture spoils only its own row."""
        if not pairs:
            return []
        try:
            return self._called(pairs)
        except UsageError:
            raise
        except Exception:
            return [self._alone(pair) for pair in pairs]

    def _called(self, pairs: list[tuple[bytes, str]]) -> list[float | None]:
        scores = [float(score) for score in self.scorer([p[0] for p in pairs], [p[1] for p in pairs])]
        if len(scores) != len(pairs):
            raise UsageError(
                f"the scorer gave {len(scores)} scores for {len(pairs)} pairs", where="operator image_text"
            )
        return [score if score == score else None for score in scores]

    def _alone(self, pair: tuple[bytes, str]) -> float | None:
        try:
            return self._called([pair])[0]
        except UsageError:
            raise
        except Exception:
            return None


def is_generic(caption: str) -> bool:
    """Whether a caption says nothing of its picture: "image", "img_1234.jpg", "untitled", "Photo 3 of 7", a file's
    name, an address, a bare number. English boilerplate only.
    """
    return GENERIC.fullmatch(caption.strip(" \t\r\n.\"'[]()*:!-_")) is not None
