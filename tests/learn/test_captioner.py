"""Captioners: they learn to write, come back from their folder, and go on alike from the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.learn.captioning import Captioner, fit_captioner
from seedbed.learn.captioning.captioner import plain_text
from seedbed.learn.contrastive.data import Captioned

SMALL = {"channels": 4, "width": 32, "depth": 1}
NAMES = ("red", "green", "blue")


def rows(first: int, count: int = 24) -> Captioned:
    rng = np.random.default_rng(first)
    images, captions = [], []
    for k in range(count):
        image = rng.integers(0, 60, (16, 16, 3)).astype(np.uint8)
        image[:8, :, k % 3] += 150
        image[8:, :, (k // 3) % 3] += 150
        images.append(image)
        captions.append(f"{NAMES[k % 3].title()} above {NAMES[(k // 3) % 3]}.")
    return Captioned(np.stack(images), captions, np.zeros((0, 2), int))


def test_it_writes_what_it_sees(tmp_path: Path) -> None:
    model, outcome = fit_captioner(
        rows(0), seed=0, steps=60, batch_size=16, learning_rate=5e-3, options=SMALL, threads=1
    )
    assert outcome.history[-1]["accuracy"] > outcome.history[0]["accuracy"]
    test = rows(1000)
    assert np.mean([a == b for a, b in zip(model.captions(test.images), test.captions)]) > 0.9
    again = Captioner.load(model.save(tmp_path / "m"))
    assert again.captions(test.images) == model.captions(test.images) and again.captions(test.images[:0]) == []
    sampled = model.captions(test.images, temperature=2.0, seed=3)
    assert sampled == model.captions(test.images, temperature=2.0, seed=3) != test.captions
    with pytest.raises(UsageError, match="images of shape"):
        model.captions(np.zeros((1, 8, 8, 3), np.uint8))


def test_bad_input_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown option 'widht'"):
        fit_captioner(rows(0), seed=0, steps=1, options={"widht": 3})
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="does not describe a captioner"):
        Captioner.load(tmp_path)


def test_tokens_become_sentences() -> None:
    assert plain_text("a switched - off lamp . it stands , red .") == "A switched-off lamp. It stands, red."
