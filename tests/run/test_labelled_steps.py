"""The steps that plant, find, clean, select, read and compare; and the recipe that measures what they are worth."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

import seedbed as sb
from seedbed.errors import UsageError
from seedbed.run.recipe import load
from seedbed.run.step import Context, Done
from seedbed.run.steps.arms import Arms
from seedbed.run.steps.clean import Clean
from seedbed.run.steps.found import Found
from seedbed.run.steps.select import Select
from seedbed.run.steps.shift import Shift

RECIPE = Path(__file__).parents[2] / "recipes" / "labelled_digits.yaml"
ROWS = {
    "id": ["a", "b", "c", "d"],
    "label": ["0", "1", "0", "1"],
    "true_label": ["0", "0", "0", "1"],
    "planted": [False, True, False, False],
}
SCORES = {
    "id": ["d", "c", "b", "a"],  # another order
    "label_issue": [False, True, True, False],
    "suggested_label": [None, "1", "0", None],
    "leak_of": ["x", None, "y", None],
    "score.q": [0.9, 0.2, 0.1, 0.8],
}


def done(folder: Path, stage: str, rows: dict | None = None, table: dict | None = None) -> Done:
    place = folder / stage
    place.mkdir()
    if rows is not None:
        sb.Dataset.from_table(place / "dataset", pa.table(rows))
    if table is not None:
        import pyarrow.parquet as pq

        pq.write_table(pa.table(table), place / "table.parquet")
    return Done(stage, stage, {}, place, "k", {}, [0])


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "out").mkdir()
    inputs = {"data": [done(tmp_path, "rows", ROWS)], "scores": [done(tmp_path, "scores", table=SCORES)]}
    return Context(tmp_path / "out", {}, inputs)


@pytest.mark.parametrize(
    ("how", "ids", "labels"),
    [
        ("keep", "abcd", "0101"),
        ("drop", "ad", "01"),
        ("relabel", "abcd", "0011"),
        ("restore", "abcd", "0001"),
        ("drop_planted", "acd", "001"),
    ],
)
def test_cleaning_by_hand(context: Context, how: str, ids: str, labels: str) -> None:
    made = Clean().run(Clean.Args(data="rows", scores="scores", how=how), context)
    table = sb.Dataset(context.folder / "dataset").table(["id", "label"])
    assert "".join(table["id"].to_pylist()) == ids and "".join(table["label"].to_pylist()) == labels
    changes = Done("c", "c", {}, context.folder, "k", {}, []).table()
    assert changes.num_rows == made["removed"] + made["relabelled"] and made["rows"] == len(ids)


def test_dropping_at_random_drops_as_many(context: Context) -> None:
    assert Clean().run(Clean.Args(data="r", scores="s", how="drop_at_random", seed=1), context)["removed"] == 2


def test_any_column_with_nulls_is_a_flag(context: Context) -> None:
    made = Found().run(Found.Args(data="r", scores="s", flag="leak_of", score="score.q"), context)
    assert made == {"planted": 1, "flagged": 2, "precision": 0.5, "recall": 1.0, "auroc": 1.0}
    Clean().run(Clean.Args(data="r", scores="s", how="drop", flag="leak_of"), context)
    assert sb.Dataset(context.folder / "dataset").table(["id"])["id"].to_pylist() == ["a", "c"]
    with pytest.raises(UsageError, match="flag: no column 'leak'; did you mean 'leak_of'"):
        Found().run(Found.Args(data="r", scores="s", flag="leak"), context)


def test_rows_without_a_score_are_told(context: Context, tmp_path: Path) -> None:
    context.inputs["scores"] = [done(tmp_path, "few", table={"id": ["a"], "label_issue": [True]})]
    with pytest.raises(UsageError, match=r"stage few: 3 of 4 rows have no score \(first: b\)"):
        Clean().run(Clean.Args(data="r", scores="s", how="drop"), context)


def test_selecting(context: Context) -> None:
    Select().run(Select.Args(data="r", scores="s", rows=2, by="score.q"), context)
    assert sb.Dataset(context.folder / "dataset").table(["id"])["id"].to_pylist() == ["b", "c"]


def test_shift_refuses_shared_rows(tmp_path: Path) -> None:
    rows = done(tmp_path, "rows", {**ROWS, "embedding": [[1.0]] * 4})
    with pytest.raises(UsageError, match="4 rows are in both datasets"):
        Shift().run(Shift.Args(first="a", second="a"), Context(tmp_path, {}, {"first": [rows], "second": [rows]}))


def test_arms_by_hand(tmp_path: Path) -> None:
    values = {("new", 0): 0.9, ("new", 1): 0.8, ("old", 0): 0.6, ("old", 1): 0.5, ("none", 0): None}
    dones = [Done("s", "s", {"seed": s, "arm": a}, tmp_path, "k", {"x": {"y": v}}, [s]) for (a, s), v in values.items()]
    args = Arms.Args(of=["s"], name="n", figures=["x.y"], arm="arm", controls=["old"])
    made = Arms().run(args, Context(tmp_path, {}, {"of": dones}))
    means = {row["arm"]: row["mean"] for row in made["n"]}
    assert means == {"new": pytest.approx(0.85), "old": pytest.approx(0.55), "none": None}
    gain = made["n_gains"][0]
    assert gain["mean"] == pytest.approx(0.3) and gain["verdict"] == "higher" and gain["n"] == 2
    assert made["n_gains"][1]["mean"] is None and made["n_gains"][1]["verdict"] == "not shown"
    with pytest.raises(UsageError, match=r"no figure 'x.z'"):
        Arms().run(args.model_copy(update={"figures": ["x.z"]}), Context(tmp_path, {}, {"of": dones}))


def test_mistakes_in_recipes_name_their_line(tmp_path: Path) -> None:
    text = RECIPE.read_text()
    for old, new, message in (
        ("fault: labels", "fault: lables", "stages.noisy.fault"),
        ("readers: [nearest, svm]", "readers: [nearst, svm]", "did you mean 'nearest'"),
        ("fault: copies", "fault: speckled", "with fault: copies only"),
    ):
        (tmp_path / "r.yaml").write_text(text.replace(old, new, 1))
        with pytest.raises(UsageError, match=message):
            load(tmp_path / "r.yaml")


def test_the_recipe_measures_what_it_says(tmp_path: Path) -> None:
    """One seed of the real recipe, with less of everything: the directions that its figures rest on."""
    body = yaml.safe_load(RECIPE.read_text())
    body["each"] |= {"seed": [0], "share": [0.2], "intruder": ["inverted"], "change": ["skew"], "rows": [50]}
    body["each"] |= {"method": ["random", "prototypes"], "source": ["as_it_is", "weighted"]}
    body["stages"]["no_shift"]["nulls"] = 20
    results = sb.run(body, out=tmp_path / "out", workers=0).results

    def mean(name: str, figure: str, **cell: object) -> float:
        return next(row["mean"] for row in results[name] if row["figure"] == figure and cell.items() <= row.items())

    assert mean("label_errors", "precision") > 0.8 and mean("label_errors", "recall") > 0.75
    cures = {cure: mean("label_cures", "accuracy.logistic", label_cure=cure) for cure in body["each"]["label_cure"]}
    assert cures["drop_at_random"] < cures["drop"] and cures["keep"] < cures["relabel"] < cures["restore"]
    assert mean("outliers", "auroc") > 0.95 and mean("outliers", "precision") > 0.85
    assert mean("leaks", "recall") == 1 and mean("leaks", "precision") > 0.8
    honest, leaky = (mean("leak_cures", "accuracy.nearest", leak_cure=cure) for cure in ("drop_planted", "keep"))
    assert leaky > honest and abs(mean("leak_cures", "accuracy.nearest", leak_cure="drop") - honest) < 0.005
    assert mean("shifts", "detected") == 1 and results["shift"]["vectors"]["verdict"] == "no shift shown"
    assert results["null"]["rejected"] <= 4
    small = {m: mean("subsets", "accuracy.svm", method=m) for m in ("random", "prototypes")}
    assert small["prototypes"] > small["random"]
    assert json.loads((tmp_path / "out" / "results.json").read_text())["evidence"]
