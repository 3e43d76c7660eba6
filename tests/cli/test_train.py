"""`seedbed train`: a model folder, going on after a break, several processes, and one line for wrong input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from seedbed import learn
from seedbed.cli.train import command
from seedbed.dataset import Dataset
from seedbed.dataset.images import encode
from seedbed.errors import UsageError
from seedbed.run.training_data import stored

RNG = np.random.default_rng(2)


def dataset(folder: Path, rows: int = 60, **columns: list) -> str:
    bright = [k % 2 for k in range(rows)]
    images = [encode(RNG.integers(0, 60, (8, 8, 1), dtype=np.uint8) + np.uint8(150 * b)) for b in bright]
    table = {"image": pa.array(images, pa.binary()), "bright": ["yes" if b else "no" for b in bright], **columns}
    Dataset.from_table(folder, pa.table(table))
    return str(folder)


def train(*words: str) -> dict:
    made = CliRunner().invoke(command, [*words, "--json", "--progress", "none"], catch_exceptions=False)
    return json.loads(made.stdout)


def test_a_model_folder_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    data, out = dataset(tmp_path / "data"), tmp_path / "model"
    words = ["small_cnn", data, "--heads", "bright", "--steps", "40", "--out", str(out), "--threads", "1",
             "--set", "width=4", "--set", "batch_size=16", "--set", "evaluate_every=20"]  # fmt: skip
    made = train(*words)
    assert {p.name for p in out.iterdir()} == {
        "README.md", "config.json", "curves.png", "history.json", "training.json", "weights.safetensors",
    }  # fmt: skip
    assert made["steps"] == 40 and made["training_rows"] == 54 and made["validation_rows"] == 6
    assert made["validation_scores"]["bright"] == 1.0 and made["cost"]["flop"] > 0
    assert (out / "curves.png").read_bytes()[:4] == b"\x89PNG"
    card = (out / "README.md").read_text()
    assert card.startswith("---\n") and "not audited yet" in card and made["sources"][0]["fingerprint"] in card
    history = json.loads((out / "history.json").read_text())
    assert [e["step"] for e in history["validation"]] == [20.0, 40.0]
    assert learn.load(out).heads == {"bright": ["no", "yes"]}

    before = (out / "weights.safetensors").read_bytes()
    assert train(*words)["already"] is True and (out / "weights.safetensors").read_bytes() == before
    with pytest.raises(UsageError, match="trained with settings="):
        train(*[w if w != "40" else "50" for w in words])


def test_rows_without_a_label_are_left_out(tmp_path: Path) -> None:
    weak = [None if k % 3 == 0 else "yes" if k % 2 else "no" for k in range(60)]
    data = dataset(tmp_path / "data", weak=weak)
    made = train("small_cnn", data, "--heads", "weak", "--steps", "2", "--set", "width=2", "--out", str(tmp_path / "m"))
    assert made["unlabelled_rows"] == 20 and made["labels"] == {"weak": ["no", "yes"]}
    assert made["training_rows"] + made["validation_rows"] == 40
    with pytest.raises(UsageError, match="20 rows without a label in 'weak'"):
        stored([Dataset(data)], ["weak"])


def test_a_world_renders_while_the_model_trains(tmp_path: Path) -> None:
    words = ["small_cnn", "glyphs", "--rows", "40", "--heads", "digit", "--steps", "4", "--set", "width=2"]
    made = train(*words, "--out", str(tmp_path / "m"), "--world", "design={fixed: {slant: left}}")
    assert made["training_rows"] == 36 and made["labels"]["digit"] == list("0123456789") and made["sources"] == []
    with pytest.raises(UsageError, match="no factor 'colour'"):
        train(*[w if w != "digit" else "colour" for w in words], "--out", str(tmp_path / "n"))
    with pytest.raises(UsageError, match="--rows 5000"):
        train("small_cnn", "glyphs", "--heads", "digit", "--out", str(tmp_path / "n"))


def test_wrong_input_is_one_line(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", one=["same"] * 60)
    out = ["--out", str(tmp_path / "m"), "--steps", "2"]
    for words, said in (
        (["small_cnn", data, "--heads", "brigt"], "no column 'brigt'; did you mean 'bright'"),
        (["small_cnn", data, "--heads", "one"], "'one' has one class, 'same', in 60 rows"),
        (["small_cnn", data], "--heads is missing"),
        (["small_cnn", "nowhere", "--heads", "a"], "no such dataset, and no world of this name"),
        (["smal_cnn", data, "--heads", "bright"], "did you mean 'small_cnn'"),
        (["small_cnn", data, "--heads", "bright", "--set", "wdth=3"], "unknown option 'wdth'"),
        (["small_cnn", data, "--heads", "bright", "--set", "batch_size=few"], "batch_size is 'few'"),
        (
            ["small_cnn", data, "--heads", "bright", "--set", "learning_rate=1e30", "--steps", "9"],
            "the loss is .* at step",
        ),
        (["llama", data], "no column"),
    ):
        with pytest.raises(UsageError, match=said):
            train(*words, *out)
    sizes = [encode(np.zeros((8, 8, 1), np.uint8)), encode(np.zeros((8, 9, 1), np.uint8))]
    Dataset.from_table(tmp_path / "mixed", pa.table({"image": pa.array(sizes, pa.binary()), "a": ["x", "y"]}))
    with pytest.raises(UsageError, match="row 1 has an image of 9x8 px, 1 channels, the first one has 8x8 px"):
        train("small_cnn", str(tmp_path / "mixed"), "--heads", "a", *out)


def test_what_a_model_consists_of() -> None:
    found = train("lenet5", "--describe")
    assert found["parameters"] == 60_000 and found["connections"] == 340_908 and found["layers"][0]["name"] == "c1"
    small = train("small_cnn", "--describe", "--set", "width=4", "--set", "side=8", "--set", "labels=3")
    assert small["image"] == [8, 8, 3] and "published" not in small


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data")
    found = []
    for processes in ("1", "2"):
        out = tmp_path / processes
        words = ["train", "lenet5", data, "--heads", "bright", "--steps", "6", "--set", "batch_size=16", "--threads", "1",
                 "--out", str(out), "--processes", processes, "--validation", "0"]  # fmt: skip
        subprocess.run([sys.executable, "-m", "seedbed", *words], check=True, capture_output=True, timeout=180)
        found.append(learn.load(out).module.state_dict())
    for one, two in zip(found[0].values(), found[1].values()):  # the mean of two halves is the whole batch's gradient
        np.testing.assert_allclose(one.numpy(), two.numpy(), rtol=2e-3, atol=2e-4)
