"""Use policies in runs: stated on generated rows, inherited by datasets and models, checked at training and loading."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

import seedbed as sb
from seedbed import learn
from seedbed.dataset.policy import overrides, policy_of
from seedbed.errors import UsageError
from seedbed.run.verify import verify

NARROW = """\
uses: [research, training]
forbidden:
  - {id: not-sold, use: commercial, text: Not for sale.}
"""
OPEN = "uses: [research, training, evaluation, serving]\n"
RECIPE: dict[str, Any] = {
    "name": "policied",
    "title": "Policied",
    "stages": {
        "rows": {"do": "generate", "world": "glyphs", "rows": 40, "policy": "narrow.yaml"},
        "more": {"do": "generate", "world": "glyphs", "rows": 40, "seed": 1, "policy": "open.yaml"},
        "free": {"do": "generate", "world": "glyphs", "rows": 20, "seed": 2},
        "plant": {"do": "plant", "data": "rows", "fault": "labels", "share": 0.2, "label": "digit"},
        "model": {
            "do": "train", "data": ["more", "free"], "heads": ["digit"], "options": {"width": 4}, "steps": 2,
            "batch_size": 8,
        },
        "answers": {"do": "predict", "model": "model", "data": "free"},
    },
    "results": ["model"],
}  # fmt: skip


def recipe(**changes: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(RECIPE)
    for stage, args in changes.items():
        made["stages"][stage].update(args)
    return made


@pytest.fixture
def place(here: Path) -> Path:
    (here / "narrow.yaml").write_text(NARROW)
    (here / "open.yaml").write_text(OPEN)
    return here


def folder(out: Path, stage: str, inside: str) -> Path:
    (found,) = out.glob(f"stages/{stage}-*/{inside}")
    return found


def test_policies_are_inherited_checked_and_overridden_on_record(place: Path) -> None:
    out = place / "out"
    sb.run(recipe(), out=out, workers=0)
    assert policy_of(folder(out, "plant", "dataset")) == policy_of(folder(out, "rows", "dataset"))
    assert policy_of(folder(out, "free", "dataset")) is None
    model = folder(out, "model", "model")
    assert policy_of(model) == policy_of(folder(out, "more", "dataset"))

    with pytest.raises(UsageError, match=r"no use is named.*use: declared are research, training, evaluation, serving"):
        learn.load(model)
    with pytest.raises(UsageError, match="'commercial' is refused: the declared uses are"):
        learn.load(model, use="commercial")
    assert learn.load(model, use="serving").heads
    assert learn.load(model, use="commercial", override="Ada: asked the owner on 4 May").heads
    assert [record["who"] for record in overrides(model)] == ["Ada"]
    assert verify(out, sample=0).ok  # a log that grows is no fault of the run

    # trained on the narrow rows too, its answers may no longer be evaluated: the policies' uses are joined
    both = {"data": ["rows", "more", "free"]}
    with pytest.raises(UsageError, match="'evaluation' is refused: the declared uses are research, training"):
        sb.run(recipe(model=both), out=place / "both", workers=0)

    with pytest.raises(UsageError, match="clause 'not-sold': Not for sale"):
        sb.run(recipe(model={**both, "use": "commercial"}), out=place / "both", workers=0)
    named = {**both, "use": "commercial", "override": "Ada: bought the rights"}
    done = sb.run(recipe(model=named, answers={"use": "research"}), out=place / "both", workers=0)
    (trained,) = [stage for stage in done.manifest["stages"] if stage["stage"] == "model"]
    assert trained["args"]["override"] == "Ada: bought the rights"
    kept = overrides(done.folder / trained["folder"] / "model")
    assert kept == overrides(folder(place / "both", "rows", "dataset"))
    assert kept[0]["action"] == "train" and {r["clause"] for r in kept[0]["refused"]} == {"not-sold", "uses"}


def test_a_wrong_policy_stops_a_recipe_before_anything_runs(place: Path) -> None:
    (place / "narrow.yaml").write_text("uses: [reserch]\n")
    with pytest.raises(UsageError, match="unknown use 'reserch'"):
        sb.run(recipe(), out=place / "out", workers=0)
    with pytest.raises(UsageError, match="unknown use 'trainig'; did you mean 'training'"):
        sb.run(recipe(rows={"policy": "open.yaml"}, model={"use": "trainig"}), out=place / "out", workers=0)
    assert not (place / "out").exists()
