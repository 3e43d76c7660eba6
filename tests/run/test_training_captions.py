"""`seedbed train dual_encoder` and `captioner`: a model folder from a column of captions, pairs held out together."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import seedbed as sb
from seedbed.cli.train import command
from seedbed.dataset.images import encode
from seedbed.errors import UsageError
from seedbed.learn.captioning import Captioner
from seedbed.learn.contrastive import Captioned, load_dual
from seedbed.run.training_captions import _read

COLORS = {"red": (220, 30, 30), "blue": (30, 30, 220)}


def dataset(folder: Path, rows: int = 40) -> str:
    """Two rows a pair: the halves' colours, and the same two the other way round."""
    made: dict[str, list] = {"image": [], "caption": [], "pair": [], "number": []}
    for k in range(rows):
        left, right = ("red", "blue") if k % 2 else ("blue", "red")
        image = np.zeros((16, 16, 3), np.int64)
        image[:, :8], image[:, 8:] = COLORS[left], COLORS[right]
        noise = np.random.default_rng(k).integers(-20, 20, image.shape)
        made["image"].append(encode(np.clip(image + noise, 0, 255).astype(np.uint8)))
        made["caption"].append(f"{left} left of {right}")
        made["pair"].append(f"p{k // 2}")
        made["number"].append(k)
    sb.Dataset.from_table(folder, pa.table({**made, "image": pa.array(made["image"], pa.binary())}))
    return str(folder)


def train(*words: str) -> dict:
    made = CliRunner().invoke(command, [*words, "--json", "--progress", "none"], catch_exceptions=False)
    return json.loads(made.stdout)


def test_both_models_from_one_dataset(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data")
    same = [data, "--threads", "1", "--set", "channels=4", "--set", "width=32", "--set", "learning_rate=0.003"]
    small = ["--set", "text_depth=1", "--set", "size=16", "--set", "batch_size=16", "--set", "pair=pair"]
    words = ["dual_encoder", *same, *small, "--set", "negatives=pairs", "--steps", "50", "--out", str(tmp_path / "d")]
    made = train(*words)
    assert made["training_rows"] == 36 and made["validation_rows"] == 4 and made["cost"]["flop"] > 0
    assert made["validation_scores"]["group_score"] == 1.0 and made["validation_scores"]["text_recall_1"] == 1.0
    history = json.loads((tmp_path / "d" / "history.json").read_text())
    assert [entry["step"] for entry in history["validation"]] == [50.0]
    assert load_dual(tmp_path / "d").embed_texts(["red left of blue"]).shape == (1, 16)
    assert "group_score" in (tmp_path / "d" / "README.md").read_text() and train(*words)["already"] is True

    words = ["captioner", *same, "--set", "depth=1", "--set", "batch_size=12", "--epochs", "20", "--out"]
    made = train(*words, str(tmp_path / "c"))
    assert made["validation_scores"]["word_for_word"] == 1.0 and made["best"]["accuracy"] == 1.0
    assert Captioner.load(tmp_path / "c").captions(np.zeros((1, 16, 16, 3), np.uint8))


def test_pairs_are_held_out_together(tmp_path: Path) -> None:
    rows, held = _read(sb.Dataset(dataset(tmp_path / "data")), "caption", "pair", 0.25, seed=3)
    assert held is not None and (len(rows), len(held), len(rows.pairs), len(held.pairs)) == (30, 10, 15, 5)
    again = _read(sb.Dataset(tmp_path / "data"), "caption", "pair", 0.25, seed=3)[1]
    assert again is not None and (again.images == held.images).all()
    taken = Captioned(held.images, held.captions, held.pairs).take(np.array([3, 2, 0]))
    assert taken.captions == [held.captions[k] for k in (3, 2, 0)] and taken.pairs.tolist() == [[1, 0]]


def test_wrong_input_is_one_line(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data")
    out = ["--out", str(tmp_path / "m"), "--steps", "2"]
    for words, said in (
        (["dual_encoder", data, "--set", "negatives=pears"], "no negatives 'pears'; did you mean 'pairs'"),
        (["dual_encoder", data, "--set", "negatives=pairs"], "no minimal pairs"),
        (["captioner", data, "--set", "negatives=pairs"], "unknown option 'negatives'"),
        (["captioner", data, "--set", "dept=2"], "unknown option 'dept'; did you mean 'depth'"),
        (["captioner", data, "--column", "number"], "this column is no text"),
        (["captioner", "nowhere"], "no such dataset"),
        (["captioner", data, "--heads", "pair"], "are for learners of images; captioner takes --column"),
        (["lenet5", data, "--column", "caption"], "--column is for llama, dual_encoder, captioner"),
    ):
        with pytest.raises(UsageError, match=said):
            train(*words, *out)


def test_other_folders_say_what_reads_them(tmp_path: Path) -> None:
    for config, said in (
        ({"captioner": True}, "Captioner.load"), ({"dual_encoder": True}, "load_dual"),
        ({"model_type": "siglip"}, "load_dual"), ({"model_type": "llama"}, "load_language_model"), ([], "save"),
    ):  # fmt: skip
        (tmp_path / "config.json").write_text(json.dumps(config))
        with pytest.raises(UsageError, match=said):
            sb.learn.load(tmp_path)
