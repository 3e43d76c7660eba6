"""Recheck a dataset's questions from its own pixels: `seedbed verify DATA --pixels`."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from seedbed.errors import UsageError

NEEDS = ("scene", "questions", "instance_mask")
BATCH = 256


def recheck_dataset(path: str | Path) -> dict[str, Any]:
    """Per family and in total how many questions `agree`, `disagree`, are `undecided`; rows that disagree.

    Raises UsageError where the dataset has no questions or no instance mask.
    """
    from seedbed.dataset import Dataset
    from seedbed.dataset.images import decode
    from seedbed.language import recheck

    dataset = Dataset(path)
    missing = [name for name in NEEDS if name not in dataset.schema.names]
    if missing:
        hint = "generate it with --questions default --set 'buffers=[instance_mask, depth]'"
        raise UsageError(f"there is no column '{missing[0]}' to check questions with", where=str(path), hint=hint)
    columns = [name for name in (*NEEDS, "depth", "image", "id") if name in dataset.schema.names]
    families: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    for start in range(0, len(dataset), BATCH):
        for row in dataset.take(range(start, min(start + BATCH, len(dataset))), columns).to_pylist():
            if row["scene"] is None:
                continue
            mask = decode(row["instance_mask"])
            depth, image = (decode(row[name]) if row.get(name) else None for name in ("depth", "image"))
            found = recheck(row["scene"], row["questions"], mask, depth, image)
            for family, counts in found.items():
                families[family].update(counts)
                if counts["disagree"]:
                    wrong.append(f"{row['id']}: {family}")
    total: Counter[str] = Counter(agree=0, disagree=0, undecided=0)
    for counts in families.values():
        total.update(counts)
    return {
        **total,
        "families": {name: dict(families[name]) for name in sorted(families)},
        "rows_that_disagree": wrong[:100],
    }
