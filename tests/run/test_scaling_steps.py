"""Grids within a budget, the law's stages, minimal pairs, data efficiency, a folder as data; and the recipes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml

import seedbed as sb
from seedbed.dataset.images import decode_all, encode
from seedbed.document.prices import PACKAGED, read_prices
from seedbed.errors import UsageError
from seedbed.run.recipe import load
from seedbed.run.step import Context, Done
from seedbed.run.steps.bottleneck import Bottleneck
from seedbed.run.steps.compute_plan import ComputePlan
from seedbed.run.steps.data_efficiency import DataEfficiency
from seedbed.run.steps.dataset import ExistingDataset
from seedbed.run.steps.minimal_pairs import MinimalPairs
from seedbed.run.steps.train_and_test import TrainAndTest, TrainSize

RECIPES = Path(__file__).parents[2] / "recipes"


def cell(folder: Path, stage: str, values: dict, result: dict) -> Done:
    place = folder / f"{stage}-{len(list(folder.iterdir()))}"
    place.mkdir()
    return Done(f"{stage}{values}", stage, values, place, "k", result, [int(values.get("seed", 0))])


def squares(folder: Path, rows: int, seed: int) -> Done:
    """Dark and bright 8x8 pictures: a task that anything learns."""
    rng = np.random.default_rng(seed)
    bright = np.arange(rows) % 2
    images = (40 + 150 * bright[:, None, None] + rng.integers(0, 30, (rows, 8, 8))).astype(np.uint8)
    table = pa.table({
        "id": [f"{seed}/{k}" for k in range(rows)], "image": [encode(image) for image in images],
        "tone": ["bright" if b else "dark" for b in bright],
    })  # fmt: skip
    done = cell(folder, f"squares{seed}", {}, {})
    sb.Dataset.from_table(done.folder / "dataset", table)
    return done


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "out").mkdir()
    return Context(tmp_path / "out", {}, {"data": [squares(tmp_path, 64, 1)], "test": [squares(tmp_path, 40, 2)]})


ARGS = {"data": ["d"], "test": "t", "heads": ["tone"], "options": {"width": 2, "dropout": 0.0}, "rows": 64}


def test_a_cell_says_what_it_costs_before_and_after_and_learns(context: Context) -> None:
    size = TrainSize().run(TrainSize.Args(**{k: v for k, v in ARGS.items() if k != "test"}, epochs=6), context)
    made = TrainAndTest().run(TrainAndTest.Args(**ARGS, epochs=6), context)
    for name in ("parameters", "rows", "epochs", "flop"):
        assert size[name] == made[name], name
    assert made["epochs"] == 6 and made["flop"] == made["flop_per_row"] * 64 * 6
    assert made["accuracy"] == 1.0 and made["loss"] < 0.6 and made["test_rows"] == 40
    answers = Done("a", "a", {}, context.folder, "k", {}, []).table()
    assert answers["label"].to_pylist() == answers["prediction"].to_pylist()


def test_flop_of_a_small_network_by_hand(context: Context) -> None:
    """conv 1 -> 2, 2 -> 4 (stride 2), 4 -> 4, 3x3, on 8x8; head 4 x 4 x 4 -> 2. Two FLOP a multiplication, times three."""
    made = TrainSize().run(TrainSize.Args(**{k: v for k, v in ARGS.items() if k != "test"}, steps=2), context)
    forward = 2 * (64 * 2 * 9 + 16 * 4 * 2 * 9 + 16 * 4 * 4 * 9 + 64 * 2)
    assert made["flop_per_row"] == 3 * forward and made["epochs"] == 1.0


def test_rows_are_the_first_in_order_or_shuffled_by_seed(context: Context) -> None:
    given = {**ARGS, "rows": 8, "steps": 1}
    with pytest.raises(UsageError, match="65 rows of 64"):
        TrainAndTest().run(TrainAndTest.Args(**{**given, "rows": 65}), context)
    from seedbed.run.steps.train_and_test import _training_rows

    first = _training_rows(context, TrainAndTest.Args(**given, order="given"), 8)[0]
    one, two = (_training_rows(context, TrainAndTest.Args(**given, seed=s), 8)[0] for s in (0, 1))
    stored = decode_all(context.one("data").dataset().table(["image"])["image"].to_pylist())
    assert np.array_equal(first, stored[:8]) and not np.array_equal(one, two) and not np.array_equal(one, first)


def test_bad_cells_are_refused(context: Context, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown option 'widht'"):
        TrainAndTest().check(TrainAndTest.Args(**{**ARGS, "options": {"widht": 2}}, epochs=1))
    with pytest.raises(ValueError, match="exactly one of them"):
        TrainAndTest.Args(**ARGS)
    one = squares(tmp_path, 2, 9)
    only = one.dataset().take([1])
    sb.Dataset.from_table(one.folder / "d2" / "dataset", only)
    alone = Done("x", "x", {}, one.folder / "d2", "k", {}, [])
    with pytest.raises(UsageError, match="has one class only"):
        TrainSize().run(
            TrainSize.Args(data=["d"], heads=["tone"], rows=1, steps=1), Context(context.folder, {}, {"data": [alone]})
        )


def plan_of(folder: Path, budget: float) -> dict:
    sizes = [
        cell(folder, "size", {"width": w, "seed": s}, {"parameters": w, "rows": 1, "epochs": 1, "flop": 10.0**w})
        for w in (1, 2, 3)
        for s in (0, 1)
    ]
    context = Context(folder, {}, {"sizes": sizes})
    return ComputePlan().run(ComputePlan.Args(sizes="size", budget=budget), context)


def test_a_plan_keeps_the_cheapest_cells_and_names_the_rest(tmp_path: Path, context: Context) -> None:
    made = plan_of(tmp_path, 250)
    assert made["flop"] == 220 and made["dropped"] == ["width 3"]
    assert [c["fits"] for c in made["cells"]] == [True] * 4 + [False] * 2
    with pytest.raises(UsageError, match="no cell fits into 15 FLOP"):
        plan_of(tmp_path, 15)
    planned = {**context.inputs, "plan": [cell(tmp_path, "plan", {}, made)]}
    args = TrainAndTest.Args(**ARGS, epochs=1, plan="plan")
    dropped = TrainAndTest().run(args, Context(context.folder, {"width": 3, "seed": 0}, planned))
    assert dropped["dropped"] is True and dropped["flop"] == 1000 and "loss" not in dropped
    with pytest.raises(UsageError, match="the plan has no cell"):
        TrainAndTest().run(args, Context(context.folder, {"width": 4, "seed": 0}, planned))


def test_pairs_share_everything_but_one_factor(tmp_path: Path) -> None:
    args = MinimalPairs.Args(world="glyphs", rows=40, change=["digit", "width"], seed=3)
    made = MinimalPairs().run(args, Context(tmp_path, {}, {}))
    assert made["rows"] == 40 and made["pairs"] == 20
    rows = sb.Dataset(tmp_path / "dataset").table().to_pylist()
    for first, second in zip(rows[::2], rows[1::2]):
        apart = [name for name in ("digit", "style", "slant", "width") if first[name] != second[name]]
        assert apart == [first["changed"]] and first["pair"] == second["pair"]
    ink = [[sum(row["pixels"]) for row in pair] for pair in zip(rows[::2], rows[1::2])]
    order = ["thin", "medium", "thick"]
    for (a, b), first, second in zip(ink, rows[::2], rows[1::2]):
        if first["changed"] == "width":  # the same hand with more ink
            assert (a < b) == (order.index(first["width"]) < order.index(second["width"]))
    with pytest.raises(UsageError, match="no factor 'colour'"):
        MinimalPairs().check(MinimalPairs.Args(world="glyphs", rows=2, change=["colour"]))
    with pytest.raises(ValueError, match="even number"):
        MinimalPairs.Args(world="glyphs", rows=3, change=["digit"])


def test_a_folder_is_data(context: Context, tmp_path: Path) -> None:
    path = str(context.one("data").dataset().path)
    made = []
    for k, part in enumerate(({"rows": 40}, {"first": 40, "rows": 24})):
        (tmp_path / f"part{k}").mkdir()
        args = ExistingDataset.Args(path=path, seed=0, **part)
        ExistingDataset().run(args, Context(tmp_path / f"part{k}", {}, {}))
        made.append(set(sb.Dataset(tmp_path / f"part{k}" / "dataset").table(["id"])["id"].to_pylist()))
    assert len(made[0]) == 40 and len(made[1]) == 24 and not made[0] & made[1]
    with pytest.raises(UsageError, match="64 rows"):
        ExistingDataset().run(ExistingDataset.Args(path=path, first=60, rows=9), Context(tmp_path / "part0", {}, {}))
    with pytest.raises(UsageError, match="no such dataset"):
        ExistingDataset().check(ExistingDataset.Args(path=str(tmp_path / "nowhere")))


def test_data_efficiency_by_hand(tmp_path: Path) -> None:
    accuracy = {"random": {100: 0.5, 200: 0.6, 400: 0.7}, "balanced": {100: 0.6, 200: 0.7, 400: 0.8}}
    cells = [
        cell(tmp_path, "cell", {"mix": mix, "rows": rows, "seed": s}, {"accuracy": value + 0.002 * s})
        for mix, curve in accuracy.items()
        for rows, value in curve.items()
        for s in (0, 1, 2)
    ]
    args = DataEfficiency.Args(cells="cell", targets=[0.65, 0.75])
    made = DataEfficiency().run(args, Context(tmp_path, {}, {"cells": cells}))
    need = {(r["mix"], r["target"]): r for r in made["needed"]}
    assert need["balanced", 0.65]["rows"] == pytest.approx(140, rel=0.02)
    assert need["random", 0.75]["state"] == "not reached" and need["random", 0.75]["missed"] == 3
    saved = {s["target"]: s for s in made["savings"]}
    assert saved[0.65]["ratio"] == pytest.approx(0.5, rel=0.01) and saved[0.65]["verdict"] == "fewer rows"
    assert saved[0.75]["verdict"] == "not shown"
    assert all(g["mean"] == pytest.approx(0.1) for g in made["gains"])
    with pytest.raises(UsageError, match="no mix 'randm'"):
        DataEfficiency().run(
            DataEfficiency.Args(cells="cell", targets=[0.5], controls=["randm"]),
            Context(tmp_path, {}, {"cells": cells}),
        )


def test_prices_are_one_table_and_mistakes_are_named(tmp_path: Path) -> None:
    from seedbed.document.compute import GPUS, training_cost

    table = read_prices()
    assert table.devices is GPUS
    hours = training_cost(7e9, 1e12, gpu="a100")["gpu_hours"]["value"]
    assert table.cost(6 * 7e9 * 1e12, "a100")["hours"] == pytest.approx(hours)
    mine = yaml.safe_load(PACKAGED.read_text())
    mine["devices"]["h100"]["hour"] = 10.0
    path = tmp_path / "prices.yaml"
    path.write_text(yaml.safe_dump(mine))
    assert read_prices(path).cost(1e18, "h100")["dollars"] == pytest.approx(4 * table.cost(1e18, "h100")["dollars"])
    mine["devices"]["h100"]["hours"] = 1
    path.write_text(yaml.safe_dump(mine))
    with pytest.raises(UsageError, match=r"devices.h100.hours"):
        read_prices(path)
    point = {"parameters": 10, "rows": 10}
    with pytest.raises(UsageError, match="no device 'h10'"):
        Bottleneck().check(Bottleneck.Args(law="law", point=point, device="h10"))


def test_boards_follow_the_published_trend() -> None:
    """Consumer boards of the table, 2006 to 2021: their own doubling time lies near the published 2.46 years."""
    table = read_prices()
    boards = [b for b in table.history if not b.centre and b.year < 2022]
    slope = np.polyfit([b.year for b in boards], np.log2([b.gflop_per_dollar for b in boards]), 1)[0]
    assert 1 / slope == pytest.approx(table.trend.doubling, abs=0.4)


@pytest.mark.parametrize("name", ["bottleneck", "data_efficiency"])
def test_the_packaged_recipes_are_right(name: str) -> None:
    made = load(RECIPES / f"{name}.yaml")
    assert made.name == name and len(made.stages) >= 8
    json.dumps(made.outline.model_dump(mode="json"))
