"""Learners: deterministic, they learn, they are stored, augmentation keeps what it must."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from seedbed import learn
from seedbed.dataset.digits import FEW_SHOT, gray_to_counts, load_real_digits, split_digits
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError

DIGITS = [str(k) for k in range(10)]


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    table = load_real_digits()
    return decode_all(table["image"].to_pylist()), np.array([int(d) for d in table["digit"].to_pylist()])


def fitted(images: np.ndarray, labels: np.ndarray, **options: object) -> learn.SmallCNN:
    learner = learn.SmallCNN({"digit": DIGITS}, width=8)
    learn.fit(learner, images, {"digit": labels}, threads=1, **{"seed": 0, "steps": 40, **options})  # type: ignore[arg-type]
    return learner


def test_it_reads_real_digits(digits: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = digits
    order = np.random.default_rng(0).permutation(len(labels))
    train, test = order[:1300], order[1300:]
    learner = fitted(images[train], labels[train], steps=200)
    said = learner.predict(images[test])["digit"]
    assert np.mean([int(s) for s in said["label"]] == labels[test]) > 0.95
    assert ((said["confidence"] > 0) & (said["confidence"] <= 1)).all()


def test_same_seed_same_weights_and_the_callers_state_is_untouched(digits: tuple[np.ndarray, np.ndarray]) -> None:
    import torch

    images, labels = digits[0][:200], digits[1][:200]
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, two, other = fitted(images, labels), fitted(images, labels), fitted(images, labels, seed=1)
    assert torch.equal(before, torch.get_rng_state())
    p, q, r = (m.probabilities(images)["digit"] for m in (one, two, other))
    assert np.array_equal(p, q) and not np.array_equal(p, r)


def test_predictions_do_not_depend_on_the_batch_and_survive_saving(
    digits: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    images, labels = digits[0][:300], digits[1][:300]
    learner = fitted(images, labels)
    whole = learner.probabilities(images)["digit"]
    assert np.allclose(whole[5:6], learner.probabilities(images[5:6])["digit"], atol=1e-5)
    again = learn.load(learner.save(tmp_path / "m"))
    assert np.array_equal(again.probabilities(images)["digit"], whole)  # type: ignore[attr-defined]
    (tmp_path / "m" / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(UsageError, match="damaged weights"):
        learn.load(tmp_path / "m")


def test_weights_choose_the_rows(digits: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = digits[0][:400], digits[1][:400]
    weights = (labels < 5).astype(float)
    said = fitted(images, labels, weights=weights, steps=80).predict(images)["digit"]["label"]
    assert {int(s) for s in said} <= {0, 1, 2, 3, 4}


@pytest.mark.parametrize("kind", ["none", "classical"])
def test_augmentation_is_seeded_and_keeps_shape_and_range(digits: tuple[np.ndarray, np.ndarray], kind: str) -> None:
    import torch

    images = torch.from_numpy(digits[0][:16].astype(np.float32) / 255).permute(0, 3, 1, 2)
    one, two = (learn.augment(images, kind, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, two) and one.shape == images.shape and one.min() >= 0 and one.max() <= 1
    assert torch.equal(one, images) == (kind == "none")


def test_splits_are_apart_nested_and_stratified() -> None:
    table = load_real_digits()
    labels = np.array(table["digit"].to_pylist())
    assert len(labels) == 1797 and len(set(table["id"].to_pylist())) == 1797
    parts = split_digits(labels, seed=0, draw=3)
    assert [len(p) for p in (parts.train, parts.audit, parts.test)] == [300, 500, 997]
    assert len(set(np.concatenate([parts.train, parts.audit, parts.test]))) == 1797
    assert sorted(labels[parts.few[10]]) == DIGITS
    for small, large in itertools.pairwise(FEW_SHOT):
        assert set(parts.few[small]) < set(parts.few[large])
    again, other = split_digits(labels, seed=0, draw=4), split_digits(labels, seed=1)
    assert np.array_equal(again.test, parts.test) and not np.array_equal(again.few[10], parts.few[10])
    assert not np.array_equal(other.test, parts.test)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": None}, "epochs or steps"),
        ({"steps": 0}, "nothing to do"),
        ({"augment": "clasical"}, "did you mean 'classical'"),
        ({"batch_size": 1}, "batches of 2"),
        ({"weights": np.zeros(200)}, "weights must be"),
    ],
)
def test_wrong_input(digits: tuple[np.ndarray, np.ndarray], change: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fitted(digits[0][:200], digits[1][:200], **change)


def test_wrong_targets_and_heads(digits: tuple[np.ndarray, np.ndarray]) -> None:
    learner = learn.SmallCNN({"digit": DIGITS})
    with pytest.raises(UsageError, match="did you mean 'digit'"):
        learn.fit(learner, digits[0][:9], {"digits": digits[1][:9]}, seed=0, steps=1)
    with pytest.raises(UsageError, match="beyond its labels"):
        learn.fit(learner, digits[0][:9], {"digit": digits[1][:9] + 10}, seed=0, steps=1)
    with pytest.raises(UsageError, match="two or more"):
        learn.SmallCNN({"digit": ["0"]})


def test_the_image_convention_loses_nothing() -> None:
    table = load_real_digits()
    counts = np.array(table["pixels"].to_pylist()).reshape(-1, 8, 8)
    assert np.array_equal(gray_to_counts(decode_all(table["image"].to_pylist())[..., 0]), counts)
