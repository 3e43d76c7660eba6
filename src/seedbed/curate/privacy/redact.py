"""Replace private data by tags of its kind, and count it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from seedbed.curate.operator import Operator
from seedbed.curate.privacy.detect import KINDS, Finding, find
from seedbed.registry import register

TAGS = {"email": "<EMAIL>", "phone": "<PHONE>", "ip": "<IP>", "ip_private": "<IP>", "card": "<CARD>", "iban": "<IBAN>",
        "key": "<KEY>"}  # fmt: skip


def redact(text: str) -> tuple[str, dict[str, int]]:
    """The text with tags for what is private, and how many of each kind. Redacting it again changes nothing: what a
    tag uncovers beside it (digits that touched an address) is looked for until nothing is found.
    """
    counts: Counter[str] = Counter()
    while found := find(text):  # ends: every pass turns characters into tags, and no rule reads a tag
        counts.update(finding.kind for finding in found)
        text = _replaced(text, found)
    return text, {kind: counts[kind] for kind in KINDS if counts[kind]}


def _replaced(text: str, found: list[Finding]) -> str:
    parts, done = [], 0
    for kind, start, end in found:
        parts += [text[done:start], TAGS[kind]]
        done = end
    return "".join([*parts, text[done:]])


@register("operator", "private")
class Private(Operator):
    """score.private: how many findings; private_kinds: their kinds, each once, in the order of KINDS. The values found
    are written nowhere. Null where there is no text.
    """

    writes = ("score.private", "private_kinds")

    def __init__(self, column: str = "text") -> None:
        self.column, self.reads = column, (column,)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        found = [None if text is None else find(text) for text in batch[self.column].to_pylist()]
        kinds = [None if row is None else _kinds(row) for row in found]
        return {
            "score.private": pa.array([None if row is None else len(row) for row in found], pa.int32()),
            "private_kinds": pa.array(kinds, pa.list_(pa.string())),
        }


def _kinds(found: list[Finding]) -> list[str]:
    present = {finding.kind for finding in found}
    return [kind for kind in KINDS if kind in present]
