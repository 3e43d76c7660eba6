"""Models that know the truth and fail on purpose: to try probes and audits, and to test them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from seedbed.errors import UsageError
from seedbed.learn.models.base import Asked, Model

KINDS = "mock/truth, mock/chance, mock/weak:WORD[,WORD]"


class Mock(Model):
    """`truth`: always right. `chance`: an option at random. `weak:purple,count`: right 95 of 100 times, 30 where the
    program has one of the words.
    """

    def __init__(self, kind: str) -> None:
        self.name = f"mock/{kind}"
        self.kind, _, words = kind.partition(":")
        self.words = tuple(w.strip() for w in words.split(",") if w.strip())
        if self.kind not in ("truth", "chance", "weak") or (self.kind == "weak") != bool(self.words):
            raise UsageError(f"no model '{self.name}'", where="model", hint=f"known: {KINDS}")

    def answer(self, asked: Sequence[Asked]) -> list[str]:
        return [self._one(q) for q in asked]

    def _one(self, q: Asked) -> str:
        u = zlib.crc32(f"{self.name}|{q.key}|{q.question}".encode()) / 2.0**32
        if self.kind == "chance":
            options = q.options or (
                ("yes", "no") if q.answer in ("yes", "no") else (q.answer, "another", "a third", "a fourth")
            )
            return options[int(u * len(options))]
        weak = any(f"'{w}'" in q.program or f"{w}(" in q.program for w in self.words)
        if u < (0.3 if weak else 0.95) or self.kind == "truth":
            return q.answer
        others = [o for o in (q.options or ("yes", "no")) if o != q.answer]
        return others[0] if others else "I cannot tell"

    def score(self, images: Sequence[bytes], texts: Sequence[str]) -> list[float]:
        """Numbers drawn from the picture and the text: chance."""
        return [
            zlib.crc32(image[-64:] + text.encode() + self.name.encode()) / 2.0**32 for image, text in zip(images, texts)
        ]
