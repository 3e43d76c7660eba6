"""Recipes and runs: errors name line and key, only what changed runs again, resume, damage, results, verify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import seedbed as sb
from seedbed.errors import UsageError
from seedbed.run.curate.recipe import load as load_curation
from seedbed.run.recipe import load, resolve
from seedbed.run.run import plan

GOOD = """\
name: small
title: Small
each:
  seed: [0, 1]
  method: [augmented]
stages:
  rows:
    do: generate
    each: [seed]
    world: glyphs
    rows: 64
    seed: $seed
  real: {do: digits, part: train, rows: 100}
  test: {do: digits, part: test}
  model:
    do: train
    each: [seed]
    data: [real, rows]
    share: [0.5, 0.5]
    heads: [digit]
    options: {width: 4}
    steps: 20
    seed: $seed
  answers: {do: predict, each: [seed], model: model, data: test}
  audit: {do: audit, each: [seed], answers: answers, by: [digit], metrics: [error_rate]}
  targets: {do: target, each: [seed], audit: audit, slices: 3}
  more: {do: generate, each: [seed], world: glyphs, rows: 40, first: 64, seed: $seed, targets: targets}
  brightness: {do: score, each: [seed], data: more, operator: image_stats}
  leaks: {do: leaks, training: [real, rows], held_out: [test]}
  accuracy: {do: accuracy, answers: [answers], controls: []}
results: [accuracy, leaks]
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "r.yaml").write_text(GOOD)
    sb.run(folder / "r.yaml", out=folder / "out", workers=0)
    return folder


def test_a_run_leaves_what_it_should(finished: Path) -> None:
    run = sb.Run(finished / "out")
    results, manifest = run.results, run.manifest
    assert [row["method"] for row in results["accuracy"]] == ["real_only"] and results["accuracy"][0]["seeds"] == [0, 1]
    assert results["leaks"]["same_image"] == 0 and results["leaks"]["training_rows"] == 228
    assert {s["id"] for s in manifest["stages"]} >= {"rows[seed=0]", "model[seed=1]", "test"}
    assert manifest["machine"]["cores"] and manifest["packages"]["numpy"] and manifest["seeds"] == [0, 1]
    stages = {s["id"]: s for s in manifest["stages"]}
    assert stages["model[seed=0]"]["outputs"]["model/weights.safetensors"]["bytes"] > 1000
    assert stages["rows[seed=0]"]["outputs"]["dataset"]["rows"] == 64
    assert sb.verify(finished / "out", sample=0.1).ok


def test_every_number_has_evidence_that_resolves(finished: Path) -> None:
    results = sb.Run(finished / "out").results
    assert len(results["evidence"]) >= 10
    for item in results["evidence"]:
        found = json.loads((finished / "out" / item["file"]).read_text())
        for key in item["pointer"].split("/")[1:]:
            found = found[int(key)] if isinstance(found, list) else found[key]
        assert found == item["value"] and item["seeds"] == [0, 1]


def test_targets_are_what_the_audit_found(finished: Path) -> None:
    stages = {s["id"]: finished / "out" / s["folder"] for s in sb.Run(finished / "out").manifest["stages"]}
    targets = json.loads((stages["targets[seed=0]"] / "stage.json").read_text())["result"]["targets"]
    made = sb.Dataset(stages["more[seed=0]"] / "dataset")
    assert sum(t["share"] for t in targets) == pytest.approx(1, abs=1e-5) and len(targets) == 3
    for target in targets:
        assert abs(len(made.where(target["where"])) - 40 * target["share"]) <= 1.5
    assert min(made.table(["index"])["index"].to_pylist()) == 64


def test_a_rerun_does_only_what_changed(finished: Path) -> None:
    recipe = finished / "r.yaml"
    again = {s["id"]: s["cached"] for s in sb.run(recipe, out=finished / "out", workers=0).manifest["stages"]}
    assert all(again.values())
    sb.run(recipe, out=finished / "out", workers=0, set={"model.steps": 21})
    changed = {s["stage"]: s["cached"] for s in sb.Run(finished / "out").manifest["stages"]}
    assert changed["rows"] and changed["real"] and changed["leaks"]
    assert not changed["model"] and not changed["answers"] and not changed["accuracy"]
    rows = {row["stage"]: row for row in plan(load(recipe, {"model.steps": 22}), finished / "out")}
    assert rows["rows"]["finished"] == 2 and rows["model"]["finished"] == 0


def test_workers_and_inline_give_the_same_models(finished: Path, tmp_path: Path) -> None:
    sb.run(finished / "r.yaml", out=tmp_path / "two", workers=2)
    sb.run(finished / "r.yaml", out=finished / "out", workers=0)

    def hashes(folder: Path) -> dict:
        return {
            s["id"]: s["outputs"]
            for s in sb.Run(folder).manifest["stages"]
            if s["stage"] in ("rows", "model", "audit", "more")
        }

    one, two = hashes(finished / "out"), hashes(tmp_path / "two")
    for outputs in (*one.values(), *two.values()):
        outputs.pop("history.json", None)  # it holds seconds
    assert one == two


def test_damage_is_found_and_mended(finished: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(finished / "out", folder)
    stage = next(s for s in sb.Run(folder).manifest["stages"] if s["id"] == "model[seed=0]")
    weights = folder / stage["folder"] / "model" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert any("weights.safetensors has changed" in f for f in sb.verify(folder, sample=0).faults)
    weights.unlink()
    sb.run(finished / "r.yaml", out=folder, workers=0)
    assert sb.verify(folder, sample=0).ok
    (folder / "manifest.json").write_text("{broken")
    with pytest.raises(UsageError, match=r"manifest.json:1: not JSON"):
        sb.run(finished / "r.yaml", out=folder, workers=0)


def test_other_folders_are_left_alone(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not a run"):
        sb.run(finished / "r.yaml", out=tmp_path / "mine")
    other = {**yaml.safe_load(GOOD), "name": "another"}
    with pytest.raises(UsageError, match="holds another run"):
        sb.run(other, out=finished / "out")
    with pytest.raises(UsageError, match="file is in the way"):
        sb.run(finished / "r.yaml", out=tmp_path / "mine" / "thesis.txt")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows: 64", "rws: 64", r"r.yaml:11: stages.rows.rws: unknown key 'rws'; did you mean 'rows'\?"),
        ("rows: 64", "rows: many", r"r.yaml:11: stages.rows.rows: .*integer.*got 'many'"),
        ("rows: 64", "rows: 0", r"r.yaml:11: stages.rows.rows: .*greater than 0"),
        ("world: glyphs\n    rows: 64", "world: glyfs\n    rows: 64", r"r.yaml:7: stages.rows .*did you mean 'glyphs'"),
        ("do: generate\n    each", "do: generat\n    each", r"r.yaml:7: stages.rows.do: .*did you mean 'generate'"),
        (
            "data: [real, rows]",
            "data: [real, rowz]",
            r"r.yaml:15: stages.model.data: no earlier stage 'rowz'; did you mean 'rows'",
        ),
        ("each: [seed]\n    world", "each: [sed]\n    world", r"r.yaml:7: stages.rows.each: .*did you mean 'seed'"),
        ("title: Small", "titel: Small", r"r.yaml:2: titel: unknown key 'titel'; did you mean 'title'"),
        ("results: [accuracy, leaks]", "results: [acuracy]", r"did you mean 'accuracy'"),
        ("name: small", "name: Not A Slug", r"r.yaml:1: name: use small letters"),
        ("metrics: [error_rate]", "metrics: [eror_rate]", r"did you mean 'error_rate'"),
        ("operator: image_stats", "operator: image_stat", r"did you mean 'image_stats'"),
        ("options: {width: 4}", "options: {widht: 4}", r"did you mean 'width'"),
        ("part: train, rows: 100", "part: train, rows: 101", r"one of 10, 30, 100, 300"),
        ("seed: $seed\n  real", "seed: $sed\n  real", r"\$sed is not in the stage's each; did you mean 'seed'"),
        ("title: Small", "title: [", r"r.yaml:\d+: not YAML"),
        ("title: Small", "name: small", r"r.yaml:2: the key 'name' is given twice"),
    ],
)
def test_mistakes_name_file_line_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    path = tmp_path / "r.yaml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UsageError, match=message):
        sb.run(path, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_set_and_unknown_recipes(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD)
    assert (
        load(path, {"rows.rows": 9, "each.seed": [4]})
        .arguments(load(path, {"rows.rows": 9}).stage("rows"), {"seed": 4})
        .rows
        == 9
    )
    with pytest.raises(UsageError, match="did you mean 'rows'"):
        load(path, {"rowz.rows": 9})
    with pytest.raises(UsageError, match="has no keys"):
        load(path, {"rows.rows.x": 9})
    with pytest.raises(UsageError, match="did you mean 'r.yaml'"):
        load(tmp_path / "rr.yaml")
    with pytest.raises(UsageError, match="mapping with name"):
        (tmp_path / "l.yaml").write_text("- 1")
        load(tmp_path / "l.yaml")


def test_cells_fill_in_and_choose() -> None:
    cell = {"seed": 3, "arm": "b"}
    assert resolve({"x": "$seed", "y": {"$arm": {"a": 1, "b": ["$seed"]}}, "z": "plain"}, cell) == {
        "x": 3,
        "y": [3],
        "z": "plain",
    }
    with pytest.raises(UsageError, match="no choice"):
        resolve({"$arm": {"a": 1}}, cell)


def test_the_shipped_recipes_are_valid() -> None:
    root = Path(__file__).parents[2] / "recipes"
    for path in root.glob("*.yaml"):
        if "\nstages:" not in path.read_text():  # for seedbed curate
            with pytest.raises(UsageError, match="seedbed curate INPUT"):
                load(path)
            curation, _ = load_curation(path)
            assert curation.title and curation.policy(root)
            continue
        made = load(path)
        assert made.outline.results and made.outline.title
    loop = load(root / "loop.yaml")
    assert len(loop.outline.each["seed"]) >= 3
    extra = loop.stage("extra")
    amounts = {loop.arguments(extra, cell).rows for cell in loop.cells(extra)}
    steps = {loop.arguments(loop.stage("model"), cell).steps for cell in loop.cells(loop.stage("model"))}
    assert len(amounts) == 1 and len(steps) == 1  # every arm has the same budget


def test_compare_by_hand(tmp_path: Path) -> None:
    """The loop's figures from audits made by hand: worst, named, targeted, overall."""
    import pyarrow as pa

    from seedbed.run.step import Context, Done
    from seedbed.run.steps.compare import Compare

    def audited(name: str, wrong: dict[str, int]) -> Path:
        rows = [{"g": g, "y": "a", "p": "b" if k < bad else "a"} for g, bad in wrong.items() for k in range(20)]
        return sb.audit(pa.Table.from_pylist(rows), label="y", prediction="p", by=["g"], metrics=["error_rate"]).save(
            tmp_path / name
        )

    def done(stage: str, folder: Path, result: dict, **cell: object) -> Done:
        return Done(stage, stage, dict(cell), folder, "k", result, [0])

    targets = {"targets": [{"where": "g == 'u'", "share": 1.0}], "worst": {"slice": "g == 'u'"}}
    context = Context(tmp_path, {}, {
        "before": [done("b", audited("b", {"u": 20, "v": 0}), {}, seed=0)],
        "after": [
            done("a", audited("t", {"u": 2, "v": 6}), {}, seed=0, arm="targeted"),
            done("a", audited("r", {"u": 16, "v": 0}), {}, seed=0, arm="random"),
        ],
        "targets": [done("t", tmp_path, targets, seed=0)],
    })  # fmt: skip
    result = Compare().run(Compare.Args(before="b", after="a", targets="t"), context)
    assert (
        result["worst_slice_error"]["targeted"]["mean"] == 0.3 and result["worst_slice_error"]["random"]["mean"] == 0.8
    )
    assert result["named_slice_error"]["targeted"]["mean"] == 0.1 and result["overall_error"]["before"]["mean"] == 0.5
    assert result["comparison"]["worst_slice_error"]["ratio"]["mean"] == pytest.approx(0.375)
    assert (
        result["comparison"]["goal_met"] is True and result["named_slices"][0]["worst_slice"]["targeted"] == "g == 'v'"
    )
