"""Probes find planted weaknesses, beat random allotment, and state only what fresh questions show; minimal-pair scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from seedbed.audit.probe import Space, compare, probe
from seedbed.audit.winoground import CHANCE, pair_scores
from seedbed.cli import cli
from seedbed.errors import UsageError

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "winoground.json").read_text())


def weak(seed: int, share: float = 0.25) -> Any:
    """A simulated model: 90 % right, `share` where color is c3 or the pair (k7, c1)."""

    def rate(s: dict[str, Any]) -> float:
        return share if s["color"] == "c3" or (s["kind"], s["color"]) == ("k7", "c1") else 0.9

    rng = np.random.default_rng(seed)
    return lambda slices: [float(rng.random() < rate(s)) for s in slices]


def space() -> Space:
    return Space({"kind": [f"k{i}" for i in range(20)], "color": [f"c{i}" for i in range(12)]})


def test_a_planted_weakness_is_found_and_named() -> None:
    found = probe(weak(1), space(), budget=400, k=15, threshold=0.5, seed=1)
    assert found.asked <= 400 and found.slices == 240
    hits = sum(row["slice"]["color"] == "c3" or row["slice"] == {"kind": "k7", "color": "c1"} for row in found.worst)
    assert hits >= 12
    assert found.common[0]["where"] == {"color": "c3"} and found.common[0]["state"] == "shown"
    assert all(row["slice"]["color"] != "c3" for row in found.best)
    assert found.under and all(row["n"] == found.worst[0]["n"] for row in found.worst)


def test_adaptive_beats_random_allotment() -> None:
    """Simulated models with weak levels of two factors and ten weak pairs; the truly worst 40 of 900 slices."""

    def recall(adaptive: bool, seed: int) -> float:
        r = np.random.default_rng(seed)
        logit = 1.8 + 0.5 * r.standard_normal(30)[:, None] + 0.5 * r.standard_normal(30)[None, :]
        logit[r.choice(30, 3, replace=False)] -= 1.8
        logit[:, r.choice(30, 3, replace=False)] -= 1.2
        logit[r.integers(0, 30, 10), r.integers(0, 30, 10)] -= 4
        rate, draws = 1 / (1 + np.exp(-logit)), np.random.default_rng([seed, 9])
        worst = set(np.argsort(rate.ravel())[:40].tolist())
        found = probe(
            lambda slices: [float(draws.random() < rate[s["x"], s["y"]]) for s in slices],
            Space({"x": range(30), "y": range(30)}), budget=300, k=40, seed=seed, adaptive=adaptive,
        )  # fmt: skip
        return len({row["slice"]["x"] * 30 + row["slice"]["y"] for row in found.worst} & worst) / 40

    ours, random = (np.mean([recall(way, seed) for seed in range(8)]) for way in (True, False))
    assert ours > random > 40 / 900


def test_statements_hold() -> None:
    """Of 25 probes of a model that is 90 % right everywhere, hardly any shows a slice under 0.5."""
    wrong = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        found = probe(
            lambda s, r=rng: [float(r.random() < 0.9) for _ in s], space(), budget=200, k=5, threshold=0.5, seed=seed
        )
        wrong += any(row["state"] == "shown" for row in found.worst)
    assert wrong <= 3


def test_two_models_are_compared() -> None:
    found = compare(weak(3, 0.1), lambda s: [1.0] * len(s), space(), budget=400, k=10, seed=3)
    assert sum(row["slice"]["color"] == "c3" for row in found.worst) >= 7


def test_wrong_probes_are_refused() -> None:
    with pytest.raises(UsageError, match="budget is 5"):
        probe(weak(0), space(), budget=5)
    with pytest.raises(UsageError, match="fewer than two slices"):
        Space({"color": ["red"]})
    large = Space({"a": range(2000), "b": range(2000)})
    assert 2 < len(large) <= 50_000


def test_pair_scores_are_the_official_ones() -> None:
    s = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.9, 0.8], [0.95, 0.99]], [[0.5, 0.5], [0.5, 0.5]]])
    made = pair_scores(s, ["arguments", "counts", "counts"])
    assert made["text"]["value"] == pytest.approx(1 / 3) and made["group"]["value"] == pytest.approx(1 / 3)
    assert made["image"]["value"] == pytest.approx(2 / 3)
    assert made["by"]["arguments"]["group"]["value"] == 1.0 and made["by"]["counts"]["pairs"] == 2
    random = pair_scores(np.random.default_rng(0).random((20000, 2, 2)))
    for name, chance in zip(("text", "image", "group"), PUBLISHED["chance"]):
        assert (
            random[name]["chance"] == pytest.approx(chance / 100, abs=1e-3) == CHANCE[name]
            or abs(CHANCE[name] - chance / 100) < 1e-3
        )
        assert random[name]["low"] - 0.005 < chance / 100 < random[name]["high"] + 0.005
    for bad in (np.zeros((3, 2)), np.full((2, 2, 2), np.nan), np.zeros((0, 2, 2))):
        with pytest.raises(UsageError):
            pair_scores(bad)


def test_a_model_is_probed_over_a_world(here: Path) -> None:
    words = ["audit", "mock/weak:red", "--probe", "--budget", "40", "--by", "family,color", "--out", "probe", "--json"]
    for change in ("size=48", "render=turbo", "k=3", "categories=[mug, cube, chair, dog]", "materials=[rubber, wood]"):
        words += ["--set", change]
    Path("mine.yaml").write_text(
        "hue:\n  text: ['Is there <x:a>?']\n  holes: {x: [[color, category]]}\n  program: exist(<x>)\n  form: yes/no\n\n"
        "many:\n  text: ['How many <x:plural> are there?']\n  holes: {x: [[color]]}\n  program: count(<x>)\n  form: choice\n"
    )
    done = CliRunner().invoke(cli, [*words, "--set", "questions=mine.yaml"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["questions_asked"] <= 40 and len(found["worst"]) == 3
    log = [json.loads(line) for line in Path("probe/questions.jsonl").read_text().splitlines()]
    assert len(log) == found["questions_asked"] and {"slice", "question", "program", "given", "right"} <= set(log[0])


def test_the_verb_names_what_is_missing(here: Path) -> None:
    run = CliRunner()
    assert run.invoke(cli, ["audit", "x.csv"]).exception is not None
    for words, message in (
        (["audit", "gpt", "--probe"], "no model 'gpt'"),
        (["audit", "mock/odd", "--probe"], "known: mock/truth"),
        (["audit", "mock/truth", "--probe", "--by", "colour"], "did you mean 'color'"),
        (["audit", "mock/truth", "--pairs", "absent"], "absent"),
    ):
        done = run.invoke(cli, words)
        assert isinstance(done.exception, UsageError) and message in done.exception.line


def test_plans_are_enumerated(tmp_path: Path) -> None:
    import itertools

    import pyarrow.parquet as pq

    from seedbed.audit.plans import enumerate_plans

    factors = {"a": ["x", "y"], "b": [1, 2, 3], "c": ["p", "q"]}
    assert enumerate_plans(factors, tmp_path / "plans.parquet") == 12
    rows = [tuple(row.values()) for row in pq.read_table(tmp_path / "plans.parquet").to_pylist()]
    assert rows == [tuple(map(str, row)) for row in itertools.product(*factors.values())]
    assert enumerate_plans(factors, tmp_path / "some.parquet", most=5) == 5
