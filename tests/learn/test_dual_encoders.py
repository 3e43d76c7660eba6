"""Dual encoders: losses with closed forms, tokenizers, retrieval with ties, folders, checkpoints, minimal pairs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

import seedbed as sb
from seedbed.dataset.images import encode
from seedbed.errors import UsageError
from seedbed.learn.contrastive import DualEncoder, captioned, fit_dual, load_dual, recall, zero_shot
from seedbed.learn.contrastive.data import Captioned, joined
from seedbed.learn.contrastive.dual import Dual, fitted
from seedbed.learn.contrastive.evaluate import found_at
from seedbed.learn.contrastive.losses import info_nce, sigmoid_loss
from seedbed.learn.contrastive.tokens import encode_texts, train_tokenizer
from seedbed.learn.models import load_model
from seedbed.run.pairs import score_pairs

SMALL = {"channels": 8, "width": 32, "size": 32, "text_depth": 1}
COLORS = {"red": (220, 30, 30), "blue": (30, 30, 220)}


def halves(left: str, right: str, noise: int) -> np.ndarray:
    """16 x 16 px: the left half of one colour, the right half of another."""
    image = np.zeros((16, 16, 3), np.int64)
    image[:, :8], image[:, 8:] = COLORS[left], COLORS[right]
    return np.clip(image + np.random.default_rng(noise).integers(-20, 20, image.shape), 0, 255).astype(np.uint8)


def pairs_table(rows: int, first: int = 0) -> pa.Table:
    made = {name: [] for name in ("id", "image", "image_1", "caption_0", "caption_1", "swap", "error")}
    for k in range(rows):
        ways = [("red", "blue"), ("blue", "red")]
        one, two = ways if k % 2 else ways[::-1]
        row = {
            "id": str(k), "image": encode(halves(*one, first + 2 * k)), "image_1": encode(halves(*two, first + 2 * k + 1)),
            "caption_0": f"{one[0]} left of {one[1]}", "caption_1": f"{two[0]} left of {two[1]}",
            "swap": "sides", "error": None,
        }  # fmt: skip
        for name, value in row.items():
            made[name].append(value)
    return pa.table({**made, "error": pa.array(made["error"], pa.string())})


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> sb.Dataset:
    return sb.Dataset.from_table(tmp_path_factory.mktemp("pairs") / "d", pairs_table(32))


@pytest.fixture(scope="module")
def trained(pairs: sb.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    model, outcome = fit_dual(
        captioned(pairs),
        seed=0,
        steps=40,
        batch_size=16,
        negatives="pairs",
        learning_rate=3e-3,
        options=SMALL,
        threads=1,
    )
    assert outcome.history[-1]["loss"] < outcome.history[0]["loss"]
    return model.save(tmp_path_factory.mktemp("model") / "m")


def test_info_nce_in_closed_form() -> None:
    n, s = 5, 3.0
    eye = torch.eye(n, dtype=torch.bool)
    assert float(info_nce(torch.zeros(n, n), eye)) == pytest.approx(math.log(n))
    assert float(info_nce(s * torch.eye(n), eye)) == pytest.approx(math.log(1 + (n - 1) * math.exp(-s)), rel=1e-6)
    alike = torch.ones(2, 2, dtype=torch.bool)  # one caption twice: the target is shared, no order is best
    assert float(info_nce(torch.zeros(2, 2), alike)) == pytest.approx(math.log(2))
    logits = torch.randn(4, 4, generator=torch.Generator().manual_seed(0))
    known = torch.nn.functional.cross_entropy
    same = (known(logits, torch.arange(4)) + known(logits.T, torch.arange(4))) / 2
    assert float(info_nce(logits, torch.eye(4, dtype=torch.bool))) == pytest.approx(float(same), rel=1e-6)


def test_sigmoid_loss_in_closed_form() -> None:
    n, s = 5, 3.0
    eye = torch.eye(n, dtype=torch.bool)
    assert float(sigmoid_loss(torch.zeros(n, n), eye)) == pytest.approx(n * math.log(2))
    wanted = math.log1p(math.exp(-s)) + (n - 1) * math.log1p(math.exp(-s))
    assert float(sigmoid_loss(torch.where(eye, s, -s), eye)) == pytest.approx(wanted, rel=1e-6)
    # SigLIP's start: scale 10, bias -10 on cosines 0 costs about 10 nats for each positive and nothing else
    assert float(sigmoid_loss(torch.full((n, n), -10.0), eye)) == pytest.approx(10.0, abs=0.001)


@pytest.mark.parametrize("kind", ["words", "bpe"])
def test_tokenizers_are_trained_alike_each_time(kind: str) -> None:
    texts = ["A red mug on a cube.", "A blue cube to the left of a mug.", "Two mugs"]
    one, two = (train_tokenizer(texts, kind) for _ in range(2))
    assert one.to_str() == two.to_str()
    ids = encode_texts(one, [*texts, "a zebra"])
    assert ids.shape[0] == 4 and ids.dtype == np.int64 and (ids[:, 0] == ids[0, 0]).all()
    assert one.decode(ids[0].tolist()).split()[-1].startswith((".", "cube"))
    assert encode_texts(one, texts, 3).shape == (3, 3)
    with pytest.raises(UsageError, match="no tokenizer"):
        train_tokenizer(texts, "letters")
    with pytest.raises(UsageError, match="empty"):
        train_tokenizer([" "], kind)


def test_ties_count_for_what_a_random_order_gives() -> None:
    right = np.eye(10, dtype=bool)
    for k in (1, 5, 10):
        assert found_at(np.zeros((10, 10)), right, k) == pytest.approx(np.full(10, k / 10))
    scores = np.array([[3.0, 2.0, 2.0, 1.0]])
    second = np.array([[False, True, False, False]])
    assert [float(found_at(scores, second, k)[0]) for k in (1, 2, 3)] == pytest.approx([0.0, 0.5, 1.0])
    two = np.array([[False, True, True, False]])
    assert float(found_at(scores, two, 2)[0]) == 1.0
    both = np.array([[True, True, False, False]])  # two right of four tied, two places: 1 - (2/4)(1/3)
    assert float(found_at(np.zeros((1, 4)), both, 2)[0]) == pytest.approx(5 / 6)


class Fixed(Dual):
    """Vectors by hand."""

    def embed_images(self, images: object) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[np.asarray(images)]

    def embed_texts(self, texts: object) -> np.ndarray:
        return np.stack([np.eye(3, dtype=np.float32)["rgb".index(str(text).split()[-1][0])] for text in texts])  # type: ignore[attr-defined]


def test_retrieval_and_zero_shot_by_hand() -> None:
    found = recall(Fixed(), [0, 1, 2, 0], ["a red", "a green", "a blue", "a red"], at=(1,))
    assert found == {"text": {"1": 1.0}, "image": {"1": 1.0}}
    found = recall(Fixed(), [0, 1, 1], ["a red", "a green", "a blue"], at=(1, 3))
    assert found["text"]["1"] == pytest.approx(2 / 3)  # the third image is taken for green
    assert found["image"]["1"] == pytest.approx((1 + 1 / 2 + 0) / 3 + 1 / 9)  # green: 1 of 2; blue: 1 of 3 tied
    shares = zero_shot(Fixed(), [0, 1, 2], ["red", "green", "blue"], ["a {}", "my {}"])
    assert (shares.argmax(1) == [0, 1, 2]).all() and shares.sum(1) == pytest.approx(np.ones(3))
    assert shares[0, 0] == pytest.approx(math.e / (math.e + 2), rel=1e-5)
    for names, templates in ((["red"], ["a {}"]), (["red", "blue"], ["a"]), (["red", "blue"], [])):
        with pytest.raises(UsageError):
            zero_shot(Fixed(), [0], names, templates)


def test_minimal_pairs_teach_order(pairs: sb.Dataset, trained: Path, tmp_path: Path) -> None:
    test = sb.Dataset.from_table(tmp_path / "test", pairs_table(12, first=1000))
    found = score_pairs(str(trained), test.path)
    assert found["pairs"] == 12 and found["group"]["value"] == 1.0
    images = [row["image"] for row in test.take(range(2), ["image"]).to_pylist()]
    scores = load_model(f"local/{trained}").score(images, ["red left of blue", "red left of blue"])
    assert len(scores) == 2 and scores[0] != scores[1]


def test_folders_come_back_and_seeds_repeat(pairs: sb.Dataset, trained: Path, tmp_path: Path) -> None:
    data = captioned(pairs)
    model = load_dual(trained)
    assert isinstance(model, DualEncoder) and model.bias == 0.0 and model.parameters_count > 0
    again, _ = fit_dual(
        data, seed=0, steps=40, batch_size=16, negatives="pairs", learning_rate=3e-3, options=SMALL, threads=1
    )
    assert np.array_equal(again.logits(data.images, data.captions[:2]), model.logits(data.images, data.captions[:2]))
    big = encode(np.repeat(np.repeat(data.images[0], 2, 0), 2, 1))
    assert model.embed_images([big]).shape == (1, 32) and model.embed_images([]).shape == (0, 32)
    assert fitted(np.zeros((8, 8, 4), np.uint8), 4, 4, 3).shape == (4, 4, 3)
    assert fitted(np.zeros((8, 8, 1), np.uint8), 8, 8, 3).shape == (8, 8, 3)
    with pytest.raises(UsageError, match="images of shape"):
        model.embed_images(np.zeros((1, 8, 8, 3), np.uint8))
    with pytest.raises(UsageError, match="no model folder"):
        load_dual(tmp_path)
    (tmp_path / "config.json").write_text((trained / "config.json").read_text().replace('"size": 32', '"size": 16'))
    for name in ("tokenizer.json", "weights.safetensors"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    with pytest.raises(UsageError, match="do not belong together"):
        load_dual(tmp_path)


def test_a_vit_with_the_sigmoid_loss(pairs: sb.Dataset) -> None:
    options = {"image": "vit", "loss": "siglip", "width": 32, "size": 16, "depth": 1, "text_depth": 1, "text": "bpe"}
    model, outcome = fit_dual(captioned(pairs), seed=1, steps=6, batch_size=8, options=options, threads=1)
    assert model.bias != -10.0 and outcome.flop > 0 and math.isfinite(outcome.history[-1]["loss"])
    with pytest.raises(UsageError, match="patch=N"):
        fit_dual(captioned(pairs), seed=1, steps=1, options={**options, "patch": 5})


def test_captioned_reads_columns_styles_and_pairs(tmp_path: Path) -> None:
    images = [encode(halves("red", "blue", k)) for k in range(3)]
    styles = [[{"style": "alt", "text": f"a{k}"}, {"style": "dense", "text": f"d{k}"}] for k in range(3)]
    rows = {
        "id": ["0", "1", "2"],
        "image": images,
        "caption": ["x", None, "z"],
        "captions": styles,
        "pair": ["p", "q", "p"],
    }
    dataset = sb.Dataset.from_table(tmp_path / "d", pa.table(rows))
    assert captioned(dataset).captions == ["x", "z"]
    dense = captioned(dataset, "captions.dense", pair="pair")
    assert dense.captions == ["d0", "d1", "d2"] and dense.pairs.tolist() == [[0, 2]]
    both = joined([dense, dense])
    assert len(both) == 6 and both.pairs.tolist() == [[0, 2], [3, 5]]
    for caption, word in (
        ("captoin", "no column"), ("captions.dens", "no captions of style"), ("captions", "in several styles"),
        ("image", "no text"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=word):
            captioned(dataset, caption)


def test_bad_input_is_said_in_one_line(pairs: sb.Dataset) -> None:
    data = captioned(pairs)
    alone = Captioned(data.images, data.captions, np.zeros((0, 2), int))
    same = Captioned(data.images, ["a"] * len(data), data.pairs)
    for given, options, word in [
        (alone, {"negatives": "pairs"}, "no minimal pairs"), (data, {"negatives": "hard"}, "no negatives"),
        (data, {"batch_size": 3}, "batches of 3"), (same, {}, "all captions are the same"),
        (data, {"options": {"image": "resnet"}}, "unknown image"), (data, {"options": {"sise": 3}}, "unknown option"),
    ]:  # fmt: skip
        with pytest.raises(UsageError, match=word):
            fit_dual(given, seed=0, steps=1, **options)
