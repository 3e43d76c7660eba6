"""`seedbed bottleneck`: one page with an answer; it resumes, and another point or price costs no training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from seedbed.cli.bottleneck import command
from seedbed.document.prices import PACKAGED
from seedbed.errors import UsageError

TRAIN = {
    "each": ["width", "rows", "epochs", "seed"], "data": ["pool"], "heads": ["digit"], "rows": "$rows",
    "options": {"width": "$width", "dropout": 0.0}, "epochs": "$epochs", "seed": "$seed",
}  # fmt: skip
RECIPE = {
    "name": "small",
    "each": {"width": [1, 2, 3], "rows": [32, 64], "epochs": [1, 2], "seed": [0]},
    "stages": {
        "pool": {"do": "generate", "world": "glyphs", "rows": 64, "seed": 1},
        "held": {"do": "generate", "world": "glyphs", "rows": 64, "seed": 2},
        "size": {"do": "train_size", **TRAIN},
        "plan": {"do": "compute_plan", "sizes": "size", "budget": 2.5e7},
        "cell": {"do": "train_and_test", **TRAIN, "test": "held", "plan": "plan"},
        "law": {"do": "scaling_law", "cells": "cell", "plan": "plan", "held_out": 0.1, "replicates": 20},
        "answer": {"do": "bottleneck", "law": "law", "point": {"parameters": 500, "rows": 64, "epochs": 2}},
        "report": {"do": "bottleneck_report", "law": "law", "answer": "answer", "plan": "plan"},
    },
    "results": ["law", "answer"],
}


@pytest.mark.slow
def test_the_verb_answers_and_asks_again_without_training(tmp_path: Path) -> None:
    recipe, out = tmp_path / "small.yaml", tmp_path / "run"
    recipe.write_text(yaml.safe_dump(RECIPE, sort_keys=False))
    flags = [str(recipe), "--out", str(out), "--workers", "0", "--progress", "none"]
    first = CliRunner().invoke(command, [*flags, "--json"], catch_exceptions=False)
    found = json.loads(first.stdout)
    answer, law = found["bottleneck"], found["scaling_law"]
    assert found["schema_version"] and len(law["cells"]) == 11 and law["dropped"] == ["width 3, rows 64, epochs 2"]
    assert sum(cell["flop"] for cell in law["cells"]) <= 2.5e7
    assert {row["doubled"] for row in answer["doublings"]} == {"model", "data", "compute"}
    assert answer["verdict"] == "not shown" or law["check"]["holds"]
    page = (out / "report.html").read_text()
    assert "What doubling buys" in page and "width 3, rows 64, epochs 2" in page
    assert {p.name for p in (out / "figures").iterdir()} == {"doublings.png", "law.png", "compute.png", "dollar.png"}

    prices = yaml.safe_load(PACKAGED.read_text())
    prices["row"], prices["devices"]["h100"]["hour"] = 0.5, 25.0
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(prices))
    more = ["--point", "rows=128,epochs=4", "--prices", str(tmp_path / "mine.yaml")]
    again = CliRunner().invoke(command, [*flags, *more], catch_exceptions=False)
    assert "at 500 parameters, 128 rows, 4 epochs" in again.stdout and "128 further rows ($64.00)" in again.stdout
    stages = json.loads((out / "manifest.json").read_text())["stages"]
    assert all(row["cached"] for row in stages if row["stage"] in ("pool", "size", "cell", "law"))
    assert "lies outside the measured range" in (out / "report.html").read_text()


def test_mistakes_are_named(tmp_path: Path) -> None:
    recipe = tmp_path / "small.yaml"
    recipe.write_text(yaml.safe_dump(RECIPE, sort_keys=False))
    with pytest.raises(UsageError, match="'row' is no part of a point"):
        CliRunner().invoke(command, [str(recipe), "--point", "row=3"], catch_exceptions=False)
    recipe.write_text(yaml.safe_dump({**RECIPE, "stages": {"pool": RECIPE["stages"]["pool"]}, "results": []}))
    with pytest.raises(UsageError, match="no stage does 'scaling_law'"):
        CliRunner().invoke(command, [str(recipe)], catch_exceptions=False)
