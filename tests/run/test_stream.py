"""Rows on the fly: the same bits as a stored dataset, whatever the number of workers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError
from seedbed.run.generate import generate
from seedbed.run.stream import stream

OPTIONS = {"size": 48, "categories": ["mug", "cube", "dog"], "render": "turbo"}


@pytest.mark.filterwarnings("ignore")
def test_a_stream_and_a_dataset_agree_bit_for_bit(tmp_path: Path) -> None:
    stored = generate("tabletop", rows=24, out=tmp_path / "d", seed=4, **OPTIONS).table().to_pylist()
    alone = list(stream("tabletop", rows=24, seed=4, batch_size=8, **OPTIONS))
    loader = DataLoader(
        stream("tabletop", rows=24, seed=4, batch_size=8, **OPTIONS),
        batch_size=None, num_workers=2, multiprocessing_context="spawn",
    )  # fmt: skip
    together = list(loader)
    assert len(alone) == len(together) == 3
    for found in (alone, together):
        pixels = torch.cat([batch["image"] for batch in found]).numpy()
        assert np.array_equal(pixels, decode_all([row["image"] for row in stored]))
        assert [c for batch in found for c in batch["category"]] == [row["category"] for row in stored]


def test_the_next_epoch_has_new_rows_unless_repeated() -> None:
    fresh, again = (stream("glyphs", rows=6, batch_size=3, repeat=repeat) for repeat in (False, True))
    one, two = (torch.cat([b["image"] for b in fresh]) for _ in range(2))
    assert not torch.equal(one, two)
    one, two = (torch.cat([b["image"] for b in again]) for _ in range(2))
    assert torch.equal(one, two)


def test_wrong_columns_and_options_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'digit'"):
        stream("glyphs", rows=4, columns=["digti"])
    with pytest.raises(UsageError, match="did you mean 'size'"):
        stream("tabletop", rows=4, sise=3)
    with pytest.raises(UsageError, match="both from 1"):
        stream("glyphs", rows=0)
