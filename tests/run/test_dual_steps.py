"""Steps of dual encoders and recaptioning, on a few rows and on figures by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import seedbed as sb
from seedbed.errors import UsageError
from seedbed.run.recipe import load
from seedbed.run.step import Context, Done
from seedbed.run.steps.composition import Composition
from seedbed.run.steps.evaluate_dual import EvaluateDual
from seedbed.run.steps.recaption import Recaption, drawn
from seedbed.run.steps.recaption_facts import RecaptionFacts
from seedbed.run.steps.train_captioner import TrainCaptioner
from seedbed.run.steps.train_dual import TrainDual
from seedbed.run.steps.unpair import Unpair

RECIPES = Path(__file__).parents[2] / "recipes"
SMALL = {"channels": 4, "width": 32}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """Pairs, single rows, a captioner, recaptions and a dual encoder, each in its folder."""
    home = tmp_path_factory.mktemp("stages")
    sb.generate("pairs", rows=10, seed=1, out=home / "pairs" / "dataset", size=32, render="turbo", swaps=["attributes"])
    made = {"pairs": Done("pairs", "pairs", {}, home / "pairs", "k", {}, [1])}

    def run(name: str, step: Any, args: dict[str, Any], **inputs: str) -> None:
        (home / name).mkdir()
        context = Context(home / name, {"seed": 0}, {k: [made[v]] for k, v in inputs.items()})
        result = step.run(step.Args(**args), context)
        made[name] = Done(name, name, {"seed": 0}, home / name, "k", result, [0])

    run("single", Unpair(), {"data": "pairs"}, data="pairs")
    run("captioner", TrainCaptioner(), {"data": "single", "caption": "dense", "steps": 2, "batch_size": 8, "options": SMALL}, data="single")  # fmt: skip
    run("rewritten", Recaption(), {"data": "single", "captioner": "captioner", "old": "alt", "truth": "dense"}, data="single", captioner="captioner")  # fmt: skip
    run("dual", TrainDual(), {"data": ["single"], "caption": "dense", "pair": "pair", "negatives": "pairs", "steps": 2, "batch_size": 8, "options": SMALL}, data="single")  # fmt: skip
    run("scores", EvaluateDual(), {"model": "dual", "test": "pairs", "dense": "single"}, model="dual", test="pairs", dense="single")  # fmt: skip
    return made


def test_pairs_become_single_rows(stages: dict[str, Done]) -> None:
    rows = stages["single"].dataset().table().to_pylist()
    assert len(rows) == 2 * sum(r["error"] is None for r in stages["pairs"].dataset().table(["error"]).to_pylist())
    assert {r["pair"] for r in rows} == {r["id"][:-2] for r in rows} and rows[0]["id"].endswith("/0")
    assert all(r["alt"] and len(r["dense"]) > len(r["alt"]) for r in rows)


def test_recaptions_stand_beside_the_old_captions(stages: dict[str, Done], here: Path, tmp_path: Path) -> None:
    result, rows = stages["rewritten"].result, stages["rewritten"].dataset().table().to_pylist()
    assert result["facts"]["truth"]["precision"]["value"] == result["facts"]["truth"]["recall"]["value"] == 1.0
    assert result["facts"]["old"]["precision"]["value"] == 1.0 > result["facts"]["old"]["recall"]["value"]
    for row in rows:
        assert row["mixed"] == (row["recaption"] if drawn(0, row["id"]) < 0.5 else row["alt"])
    Path("mine.py").write_text("def answer(image, question, options):\n    return 'A  blue\\nmug'\n")
    context = Context(tmp_path, {}, {"data": [stages["single"]]})
    Recaption().run(Recaption.Args(data="single", model="python/mine.py:answer", old="alt", mix=1.0), context)
    told = sb.Dataset(tmp_path / "dataset").table(["recaption", "mixed"])
    assert set(told["recaption"].to_pylist()) == set(told["mixed"].to_pylist()) == {"A blue mug"}
    for args, word in (({}, "captioner or model"), ({"captioner": "a", "model": "b"}, "captioner or model")):
        with pytest.raises(UsageError, match=word):
            Recaption().check(Recaption.Args(data="single", **args))
    with pytest.raises(UsageError, match="no column 'caption'"):
        Recaption().run(Recaption.Args(data="single", model="python/mine.py:answer"), context)


def test_facts_over_seeds(stages: dict[str, Done], tmp_path: Path) -> None:
    one = stages["rewritten"]
    cells = [Done(f"r{s}", "r", {"seed": s}, one.folder, "k", one.result, [s]) for s in (1, 0)]
    made = RecaptionFacts().run(RecaptionFacts.Args(rewritten="r"), Context(tmp_path, {}, {"rewritten": cells}))
    truth = made["facts"]["truth"]["all"]["recall"]
    assert truth["mean"] == truth["low"] == truth["high"] == 1.0 and truth["seeds"] == [0, 1]


def test_evaluation_has_every_figure(stages: dict[str, Done]) -> None:
    result, table = stages["scores"].result, stages["scores"].table()
    assert result["pairs"]["pairs"] == table.num_rows and set(result["recall"]) == {"text", "image"}
    assert 0 <= result["dense"]["pairs"]["group"]["value"] <= 1 and stages["dual"].result["images_seen"] == 16


def _evaluation(arm: str, seed: int, group: float) -> Done:
    share = {"value": group}
    pairs = {"pairs": 10, "group": share, "text": share, "image": share, "by": {"attributes": {"group": share}}}
    result = {"pairs": pairs, "recall": {"text": {"1": group}}, "images": 20, "captions": 20}
    return Done(f"{arm}{seed}", "s", {"arm": arm, "seed": seed}, Path(), "k", result, [seed])


def test_arms_are_compared_by_seed(tmp_path: Path) -> None:
    cells = [
        _evaluation(a, s, g) for a, gs in (("random", (0.1, 0.2)), ("pairs", (0.5, 0.7))) for s, g in enumerate(gs)
    ]
    context = Context(tmp_path, {}, {"evaluations": cells})
    made = Composition().run(Composition.Args(evaluations=["s"], treated="pairs", controls=["random"]), context)
    assert made["figures"]["group"]["pairs"]["mean"] == pytest.approx(0.6)
    assert set(made["figures"]) == {"group", "text", "image", "group_attributes", "text_recall_1"}
    first = made["comparisons"][0]
    assert first["difference"]["mean"] == pytest.approx(0.45) and first["ratio"]["mean"] == pytest.approx(4.0)
    with pytest.raises(UsageError, match="no arm 'other'"):
        Composition().run(Composition.Args(evaluations=["s"], treated="other", controls=["random"]), context)


@pytest.mark.parametrize("name", ["composition", "recaption"])
def test_recipes_are_sound(name: str) -> None:
    assert load(RECIPES / f"{name}.yaml").name == name


def test_bad_arguments_are_refused_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="no negatives 'hard'"):
        TrainDual().check(TrainDual.Args(data=["a"], negatives="hard"))
    with pytest.raises(UsageError, match="unknown option 'sise'"):
        TrainDual().check(TrainDual.Args(data=["a"], options={"sise": 1}))
