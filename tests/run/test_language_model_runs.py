"""From a column of texts to a folder: held-out figures, policies, the audit of the model, the recipe's steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from seedbed.dataset.dataset import Dataset
from seedbed.dataset.policy import parse_policy, policy_of, set_policy
from seedbed.errors import UsageError
from seedbed.run.texts import split_rows, texts_of

pytest.importorskip("torch")
pytest.importorskip("transformers")

from seedbed.run.training_text import train_language_model

TINY = {"width": 32, "layers": 2, "vocabulary": 300, "block": 32, "batch_size": 16, "learning_rate": 1e-2}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """240 short texts, one blank and one missing; captions in two styles."""
    rng = np.random.default_rng(0)
    things = ("mug", "hat", "lamp", "vase")
    texts = [
        f"A small red {rng.choice(things)} is to the left of the large {rng.choice(things)} {k % 97}."
        for k in range(240)
    ]
    captions = [
        [{"style": "dense", "text": t, "facts": ["0.color=red"]}, {"style": "alt", "text": "a mug", "facts": []}]
        for t in texts
    ]
    texts[5], texts[7] = " ", None  # type: ignore[call-overload]
    table = pa.table(
        {"id": [f"r{k}" for k in range(240)], "text": texts, "captions": captions, "licence": ["CC0-1.0"] * 240}
    )
    Dataset.from_table(tmp_path / "rows", table)
    return tmp_path / "rows"


def test_texts_of_columns_files_and_captions(rows: Path, tmp_path: Path) -> None:
    plain = texts_of(rows, "text")
    assert len(plain.texts) == 238 and plain.blank == 2 and plain.licences == ["CC0-1.0"]
    assert len(texts_of(rows, "captions").texts) == 480
    dense = texts_of(rows, "captions.dense")
    assert len(dense.texts) == 240 and dense.facts[0] == ["0.color=red"]
    (tmp_path / "a.jsonl").write_text('{"body": "one"}\n{"body": "two"}\n')
    assert texts_of(tmp_path / "a.jsonl", "body").texts == ["one", "two"]
    for source, column, said in (
        (rows, "txt", "did you mean 'text'"), (rows, "captions.fact", "holds no text"), (tmp_path / "b.txt", "a", "no dataset"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            texts_of(source, column)
    train, held = split_rows(50, 0.1, 3)
    assert len(held) == 5 and sorted([*train, *held]) == list(range(50))
    assert (split_rows(50, 0.1, 3)[1] == held).all() and (split_rows(50, 0.1, 4)[1] != held).any()


def test_a_column_becomes_a_model_that_is_measured_and_audited(rows: Path, tmp_path: Path) -> None:
    from seedbed.run.audits.suite import run_suite

    set_policy(
        rows, parse_policy({"uses": ["training", "evaluation"], "contact": "a@example.org", "licence": "CC0-1.0"})
    )
    out = tmp_path / "model"
    made = train_language_model(
        rows, "text", out, seed=0, options=TINY, steps=40, checkpoints=out / "checkpoint", threads=1
    )
    told = made["perplexities"]
    assert told["documents"] + told["also_in_training"] == 24 and made["blank"] == 2
    for row in told["rows"].values():
        assert row["bits_per_byte"]["low"] < row["bits_per_byte"]["value"] < row["bits_per_byte"]["high"]
    # the model's figures are those of the saved folder
    assert made["validation_scores"]["perplexity"] == pytest.approx(told["rows"]["model"]["perplexity"]["value"])
    assert told["gains"]["unigram"]["better"] and made["final"]["loss"] < 3
    assert {"README.md", "curves.png", "training.json", "history.json", "policy.yaml"} <= {
        p.name for p in out.iterdir()
    }
    assert policy_of(out) is not None and not (out / "checkpoint").exists()
    assert train_language_model(rows, "text", out, seed=0, options=TINY, steps=40)["already"]
    with pytest.raises(UsageError, match="another --out"):
        train_language_model(rows, "text", out, seed=1, options=TINY, steps=40)
    with pytest.raises(UsageError, match="layers"):
        train_language_model(rows, "text", tmp_path / "b", seed=0, options={"layer": 2}, steps=1)
    # the folder is a subject of the probes
    found = run_suite("commonsense", str(out), settings={"items": 2, "controls": False})
    assert found["mode"] == "likelihood" and found["overall"]["accuracy"]["n"] == 14


def test_the_packaged_model_is_audited_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from seedbed.cli.audit import command
    from seedbed.run.audits import suite

    asked = []
    monkeypatch.setattr(suite, "run_suite", lambda name, target, **_: asked.append((name, target)) or {"lines": []})
    assert CliRunner().invoke(command, ["--suite", "commonsense"]).exit_code == 0
    assert asked == [("commonsense", "packaged/smollm2")]
    told = CliRunner().invoke(command, ["--label", "y"]).exception
    assert isinstance(told, UsageError) and told.what == "DATA is missing"
    assert isinstance(CliRunner().invoke(command, ["--suite", "table"]).exception, UsageError)


def test_a_policy_refuses_before_anything_is_trained(rows: Path, tmp_path: Path) -> None:
    set_policy(rows, parse_policy({"uses": ["research"], "contact": "a@example.org", "licence": "CC0-1.0"}))
    with pytest.raises(UsageError, match="training"):
        train_language_model(rows, "text", tmp_path / "m", seed=0, options=TINY, steps=1)
    assert not (tmp_path / "m").exists()


@pytest.mark.slow
def test_the_recipes_steps_measure_and_report(tmp_path: Path) -> None:
    from seedbed.run.run import run

    world = {"size": 32, "render": "turbo", "objects": 2, "categories": ["mug", "hat"], "materials": ["wood"]}
    rows = {"do": "generate", "world": "tabletop", "options": world, "captions": ["dense"]}
    common = {"held_out": "held", "column": "captions.dense"}
    stages = {
        "captions": {**rows, "rows": 24, "seed": 0},
        "held": {**rows, "rows": 8, "seed": 1},
        "model": {"do": "train_language_model", "data": ["captions"], **common, "options": {**TINY, "evaluate_every": 10}, "steps": 20},
        "quality": {"do": "language_quality", "model": "model", "training": ["captions"], **common, "grammar": "dense", "samples": 5, "most": 40},
        "report": {"do": "language_report", "model": "model", "quality": "quality", "captions": "captions"},
    }  # fmt: skip
    recipe = {"name": "lm", "stages": stages, "results": ["quality"]}
    results = run(recipe, out=tmp_path / "run").results
    assert results["samples"]["held_out"]["consistent"]["value"] == 1.0
    assert set(results["rows"]) == {"model", "unigram", "bigram", "5-gram"}
    page = (tmp_path / "run" / "report.html").read_text()
    assert "ev-quality.rows.model.perplexity.value" in page and "Witten-Bell" in page
    drawn = json.loads(next((tmp_path / "run").glob("stages/quality*/samples.json")).read_text())
    assert len(drawn["model"]) == 5
