"""Nested scene graphs survive the store: random scenes with nulls and empty lists, all read paths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from seedbed.dataset.dataset import Dataset
from seedbed.dataset.schema import SCENE


def random_scene(rng: np.random.Generator) -> dict | None:
    if rng.random() < 0.1:
        return None

    def vector(n: int) -> list[float]:
        return [float(np.float32(v)) for v in rng.random(n)]

    def thing(k: int) -> dict:
        return {
            "id": k, "category": "mug" if rng.random() < 0.8 else None, "color": "red", "material": None,
            "size": "small", "position": vector(3) if rng.random() < 0.9 else None, "rotation": 1.5,
            "dimensions": vector(3), "bbox_xyxy": vector(4), "visible_pixels": 3, "visibility": 0.5,
            "depth": 1.0, "pixel_xy": vector(2),
        }  # fmt: skip

    objects = [thing(k) for k in range(int(rng.integers(0, 4)))] if rng.random() < 0.9 else None
    return {
        "objects": objects,
        "relations": [{"subject": 0, "predicate": "left_of", "object": 1}] if rng.random() < 0.5 else [],
        "camera": None if rng.random() < 0.2 else {"eye": vector(3), "target": vector(3), "fov": 28.0, "width": 9, "height": 9},
        "background": None,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_random_scenes_round_trip(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [random_scene(rng) for _ in range(int(rng.integers(1, 60)))]
    made = pa.table({"id": [str(k) for k in range(len(rows))], "scene": pa.array(rows, SCENE)})
    dataset = Dataset.create(tmp_path / "d", made.schema)
    cut = int(rng.integers(0, len(rows) + 1))
    for part in (made.slice(0, cut), made.slice(cut)):
        if part.num_rows:
            dataset.append(part)
    rows = pa.array(rows, SCENE).to_pylist()  # fields that were left out are null
    assert dataset.table(["scene"])["scene"].to_pylist() == rows
    order = rng.permutation(len(rows))
    assert dataset.take(order, ["scene"])["scene"].to_pylist() == [rows[k] for k in order]
