"""Questions over a dataset: even answers, no blind shortcuts, the same however rows are shared out, and bad families."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seedbed as sb
from seedbed.errors import GateError, UsageError
from seedbed.language import Scenes, annotate, calibrate, question_certificate
from seedbed.language.blind import chance_of, halves_of, majority, regression
from seedbed.language.calibration import Calibration
from seedbed.language.cells import cells_of
from seedbed.language.families import Family, built_in, read_families
from seedbed.language.judge import judge
from seedbed.run.generate import build_world
from seedbed.run.language import pilot

LEVELS = {"categories": ["mug", "cube", "chair", "dog", "banana", "laptop"], "materials": ["rubber", "wood", "metal"]}
SOME = ("count_things", "exist_thing", "is_color", "query_size", "side_of", "query_color_choice", "premise_size")


def families(names: Sequence[str] = SOME) -> list[Family]:
    return [family for family in built_in() if family.name in names]


@pytest.fixture(scope="module")
def world() -> Any:
    return build_world("tabletop", {"size": 128, "objects": [3, 10], "alike": 0.8, **LEVELS})


@pytest.fixture(scope="module")
def known(world: Any) -> Calibration:
    return calibrate(pilot(world, {}, 1440), families())


@pytest.fixture(scope="module")
def rows(world: Any, known: Calibration) -> tuple[list[Any], list[list[dict[str, Any]]]]:
    graphs = list(pilot(world, {}, 2840))[1440:]
    rngs = [np.random.default_rng([3, k]) for k in range(len(graphs))]
    return graphs, annotate(graphs, rngs, questions=6, calibration=known)[1]


def test_there_are_a_hundred_families_of_every_form() -> None:
    every = built_in()
    assert len(every) >= 100 and len({f.name for f in every}) == len(every)
    assert {form for f in every for form in f.forms} == {"word", "number", "yes/no", "choice", "point", "box"}
    assert all(cells_of(f) for f in every)
    assert sum(len(f.text) for f in every) >= 200


def test_answers_are_even_within_every_family(rows: Any) -> None:
    asked = [q for row in rows[1] for q in row]
    by_family: dict[str, Counter[str]] = {}
    for q in asked:
        by_family.setdefault(q["family"], Counter())[q["value"] or q["answer"]] += 1
    assert set(by_family) == set(SOME)
    sizes = [sum(c.values()) for c in by_family.values()]
    assert max(sizes) < 1.6 * min(sizes), sizes
    for name, counts in by_family.items():
        share = max(counts.values()) / sum(counts.values())
        spread = 3.5 * (share * (1 - share) / sum(counts.values())) ** 0.5
        slack = 0.05 if name.startswith("count") else 0.02
        assert share - spread < 1.0 / len(counts) + slack, (name, counts)
    counts = by_family["count_things"]
    assert {"0", "1", "2", "3", "4"} <= set(counts)


def test_positions_of_right_options_are_even(rows: Any) -> None:
    made = question_certificate(rows[1])
    for name, counts in made["answer_positions"].items():
        total, k = sum(counts), int(name.split()[0])
        assert all(abs(c - total / k) < 4 * (total / k) ** 0.5 + 1 for c in counts), (name, counts)


def test_rows_do_not_depend_on_each_other(world: Any, known: Calibration, rows: Any) -> None:
    graphs, asked = rows
    again = annotate(
        graphs[40:43],
        [np.random.default_rng([3, k]) for k in (40, 41, 42)],
        questions=6,
        calibration=known,
        numbers=[40, 41, 42],
    )[1]
    assert again == asked[40:43]
    stored = Calibration.from_dict(json.loads(json.dumps(known.to_dict())), families())
    same = annotate(graphs[7:8], [np.random.default_rng([3, 7])], questions=6, calibration=stored, numbers=[7])[1]
    assert same == asked[7:8]


def test_the_certificate_holds_and_sees_what_is_wrong(rows: Any) -> None:
    graphs, asked = rows
    made = question_certificate(asked, graphs)
    # eight families for six questions a row: the same texts come again and are left out, so rare counts are a little rarer
    assert [text for text in made["failed"] if "family count" not in text] == []
    assert made["checked"]["executed"] == made["questions"] > 1800
    assert made["checked"]["removable_words"] == 0
    easy = [[{**q, "answer": "yes", "value": None} for q in row if q["family"] == "exist_thing"] for row in asked]
    wrong = question_certificate(easy, graphs)
    assert wrong["checked"]["unconfirmed"] > 100 and any("unconfirmed" in text for text in wrong["failed"])
    # a word of the question gives the answer away
    told = [
        [{**q, "question": f"{q['question']} {q['answer']}"} for q in row if q["family"] == "is_color"] for row in asked
    ]
    assert any("'words'" in text for text in question_certificate(told)["failed"])


def test_judging_finds_degenerate_questions() -> None:
    thing = {
        "category": "mug",
        "color": "red",
        "material": "wood",
        "size": "small",
        "visible_pixels": 400,
        "visibility": 1.0,
    }
    scene = {"objects": [thing, {**thing, "category": "cube"}], "relations": [], "camera": {}, "background": "plain"}
    base = {"question": "?", "answer_form": "word", "options": [], "family": "f", "value": None}
    idle = {
        **base,
        "answer": "small",
        "program": "query_size(unique(filter_category(filter_color(scene(), 'red'), 'mug')))",
    }
    fine = {**base, "answer": "small", "program": "query_size(unique(filter_category(scene(), 'mug')))"}
    twice = {**base, "answer": "small", "options": ["small", "small"], "program": fine["program"]}
    found = judge([idle, fine, twice], Scenes([scene]), [0, 0, 0])
    assert found["degenerate"] == 1 and found["removable_words"] == 1 and found["words"] == 4
    assert found["wrong_options"] >= 1 and found["unconfirmed"] == 0


def test_blind_baselines() -> None:
    rng = np.random.default_rng(0)
    labels = [("yes", "no")[int(k)] for k in rng.integers(0, 2, 600)]
    texts = [f"is number {k} odd {'really' if label == 'yes' else ''}" for k, label in enumerate(labels)]
    none = [() for _ in labels]
    halves = halves_of(texts)
    assert 0.4 < halves.mean() < 0.6
    assert regression(texts, labels, none, halves).mean() > 0.98
    assert abs(regression(["plain"] * 600, labels, none, halves_of(["plain"] * 600)).mean() - 0.5) < 0.07
    skewed = ["yes"] * 450 + ["no"] * 150
    assert abs(majority(skewed, none, np.arange(600) % 2).mean() - 0.75) < 0.01
    assert chance_of("choice", 9, [2, 4]) == pytest.approx(0.375) and chance_of("point", 9, []) is None


def test_options_of_a_choice_are_wrong_and_from_the_world(rows: Any) -> None:
    for row in rows[1]:
        for q in row:
            assert len(set(q["options"])) == len(q["options"]) and (not q["options"] or q["answer"] in q["options"])
            if q["family"] == "query_color_choice":
                assert 2 <= len(q["options"]) <= 6


def test_families_that_are_never_asked_say_why(world: Any) -> None:
    text = (
        "never:\n  text: ['What is on the <x>?']\n  holes: {x: [[category]]}\n"
        "  program: query_category(unique(relate(unique(<x>), 'on')))\n  form: word\n"
    )
    made = calibrate(pilot(world, {}, 60), [*read_families(text, "mine.yaml"), *families(["is_color"])])
    assert "no fair question" in made.never["never"] and list(made.cells) == ["is_color"]


def test_a_file_of_families_that_cannot_be_asked_is_refused(here: Path) -> None:
    Path("mine.yaml").write_text(
        "never:\n  text: ['What is on the <x>?']\n  holes: {x: [[category]]}\n"
        "  program: query_category(unique(relate(unique(<x>), 'on')))\n  form: word\n"
    )
    options: dict[str, Any] = {"size": 64, "render": "turbo", "workers": 0, **LEVELS}
    with pytest.raises(UsageError, match="none of the families can be asked"):
        sb.generate("tabletop", rows=2, out="a", questions="mine.yaml", **options)
    with pytest.raises(UsageError, match="cannot be read"):
        sb.generate("tabletop", rows=2, out="a", questions="absent.yaml", **options)
    with pytest.raises(UsageError, match="no scene graphs"):
        sb.generate("glyphs", rows=2, out="a", questions="default")
    with pytest.raises(UsageError, match="no caption style 'alte'; did you mean 'alt'"):
        sb.generate("tabletop", rows=2, out="a", captions=["alte"], **options)


def test_strict_generation_fails_where_the_certificate_does(here: Path) -> None:
    """The subject is always red: its colour can be guessed."""
    Path("mine.yaml").write_text(
        "hue:\n  text: ['What colour is the <x>?']\n  holes: {x: [[category]]}\n  program: query_color(unique(<x>))\n  form: choice\n"
        "  options: 2\n\nlike:\n  text: ['Is the <x> large?']\n  holes: {x: [[category]]}\n  program: is_size(unique(<x>), 'large')\n  form: yes/no\n"
    )
    made = sb.generate(
        "tabletop",
        rows=96,
        out="a",
        questions="mine.yaml",
        questions_per_row=2,
        size=48,
        render="turbo",
        objects=2,
        workers=0,
        **LEVELS,
    )
    certificate = json.loads(Path("a/certificate.json").read_text())["questions"]
    assert made.lineage["job"]["program"]["questions"]["families"].startswith("hue:")
    if certificate["failed"]:
        with pytest.raises(GateError, match="certificate fails"):
            sb.generate(
                "tabletop", rows=96, out="a", questions="mine.yaml", questions_per_row=2, size=48, render="turbo", objects=2,
                workers=0, strict=True, **LEVELS,
            )  # fmt: skip
    assert sb.verify("a", sample=0.05).ok


def test_a_dangling_reference_is_refused_with_its_row() -> None:
    scene = {"objects": [{"category": "mug"}], "relations": [{"subject": 0, "predicate": "on", "object": 3}]}
    with pytest.raises(UsageError, match=r"tabletop@2/0/7: the relation on names object 3 of 1"):
        annotate([scene], [np.random.default_rng(0)], ids=["tabletop@2/0/7"])
    for broken in (
        {"objects": [{"category": "mug", "supported_by": 4}]},
        {"objects": [{"category": "mug"}], "events": [{"kind": "moves", "frame": 0, "subject": 5}]},
    ):
        with pytest.raises(UsageError, match="scene 0"):
            Scenes([broken])
