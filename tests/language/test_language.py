"""Programs and questions: stored programs give stored answers, references are unique, options are proved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.dataset.dataset import Dataset
from seedbed.errors import UsageError
from seedbed.language import annotate, load_families, parse, question_certificate
from seedbed.language.execute import NotUnique, answer, execute
from seedbed.language.families import built_in
from seedbed.language.words import a, caption, describe, plural

LEVELS = {
    "category": ["mug", "cube", "step_stool"],
    "color": ["red", "blue", "gray"],
    "material": ["metal", "wood"],
    "size": ["small", "large"],
}


def scene_of(things: list[dict], relations: list[tuple[int, str, int]] = ()) -> dict:  # type: ignore[assignment]
    objects = [{"visible_pixels": 400, "visibility": 1.0, **thing, "id": k} for k, thing in enumerate(things)]
    links = [{"subject": s, "predicate": p, "object": o} for s, p, o in relations]
    return {"objects": objects, "relations": links, "camera": {"width": 64, "height": 64}, "background": "planks"}


@st.composite
def scenes(draw: st.DrawFn) -> dict:
    things = draw(
        st.lists(st.fixed_dictionaries({k: st.sampled_from(v) for k, v in LEVELS.items()}), min_size=1, max_size=6)
    )
    links = []
    for k in range(len(things)):
        for j in range(k):
            side = draw(st.sampled_from([None, "left_of", "right_of"]))
            if side:
                other = "right_of" if side == "left_of" else "left_of"
                links += [(k, side, j), (j, other, k)]
    return scene_of(things, links)


RED_MUG, BLUE_MUG = ({"category": "mug", "color": c, "material": "metal", "size": "small"} for c in ("red", "blue"))
CUBE = {"category": "cube", "color": "red", "material": "wood", "size": "large"}


@given(st.lists(scenes(), min_size=1, max_size=3), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_every_question_is_true(found: list[dict], seed: int) -> None:
    rngs = [np.random.default_rng([seed, k]) for k in range(len(found))]
    _, asked = annotate(found, rngs, questions=5, vocabulary=LEVELS)
    for scene, questions in zip(found, asked):
        texts = [q["question"] for q in questions]
        assert len(set(texts)) == len(texts)
        for q in questions:
            program = parse(q["program"])
            assert answer(program, scene) == (q["value"] or q["answer"]) and str(parse(str(program))) == str(program)
            assert "<" not in q["question"] and "_" not in q["question"]
            if q["options"]:
                assert 2 <= len(q["options"]) == len(set(q["options"])) <= 6 and q["options"].count(q["answer"]) == 1
            if "unique(" in q["program"]:
                execute(program, scene)  # raises NotUnique where a reference is not
    alone = annotate(found[-1:], [np.random.default_rng([seed, len(found) - 1])], questions=5, vocabulary=LEVELS)[1][0]
    assert alone == asked[-1]


def test_programs_compute() -> None:
    scene = scene_of([RED_MUG, BLUE_MUG, CUBE], [(1, "left_of", 0), (0, "right_of", 1), (2, "left_of", 0)])
    wanted = {
        "count(scene())": "3",
        "count(filter_color(scene(), 'green'))": "0",
        "exist(filter_color(filter_category(scene(), 'mug'), 'blue'))": "yes",
        "query_color(unique(filter_category(scene(), 'cube')))": "red",
        "count(relate(unique(filter_color(filter_category(scene(), 'mug'), 'red')), 'left_of'))": "2",
        "greater(count(filter_category(scene(), 'mug')), count(filter_category(scene(), 'cube')))": "yes",
        "alike_color(unique(filter_category(scene(), 'cube')), unique(filter_color(filter_category(scene(), 'mug'), 'red')))": "yes",
        "count(same_material(unique(filter_color(filter_category(scene(), 'mug'), 'red'))))": "1",
        "count(union(filter_category(scene(), 'mug'), filter_color(scene(), 'red')))": "3",
        "count(intersect(filter_category(scene(), 'mug'), filter_color(scene(), 'red')))": "1",
        "negate(exist(without_color(scene(), 'red')))": "no",
    }
    for text, found in wanted.items():
        assert answer(parse(text), scene) == found, text
    with pytest.raises(NotUnique):
        execute(parse("query_color(unique(filter_category(scene(), 'mug')))"), scene)
    with pytest.raises(UsageError, match="did you mean 'left_of'"):
        execute(parse("count(relate(unique(filter_category(scene(), 'cube')), 'left'))"), scene)


@pytest.mark.parametrize(
    "text",
    ["", "scene", "count(scene)", "count(1)", "unknown(scene())", "count(scene(), scene())", "exist(count(scene()))",
     "__import__('os')", "count(scene()).x", "count(scene(x=1))", "filter_color(scene(), 3)", "count(" * 40 + "scene()" + ")" * 40,
     "count(scene())" * 300],
)  # fmt: skip
def test_what_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


def test_idle_relations_are_not_asked() -> None:
    """Every relation gives `no`: the side would not matter, so the question is not asked."""
    scene = scene_of([RED_MUG, CUBE])
    family = [f for f in built_in() if f.name == "relate_exist"]
    for seed in range(20):
        assert annotate([scene], [np.random.default_rng(seed)], questions=1, families=family)[1] == [[]]


def test_zero_counts_and_both_answers_occur(scenes: Dataset) -> None:
    asked = [q for row in scenes.table(["questions"])["questions"].to_pylist() for q in row]
    assert any(q["answer"] == "0" for q in asked)
    assert {"yes", "no"} <= {q["answer"] for q in asked}
    table = scenes.table(["scene", "questions"]).to_pylist()
    made = question_certificate([row["questions"] for row in table], [row["scene"] for row in table])
    assert made["questions"] == len(asked) == made["checked"]["executed"]
    assert made["checked"]["unconfirmed"] == made["checked"]["ambiguous"] == made["checked"]["degenerate"] == 0
    assert sum(f["questions"] for f in made["families"].values()) == len(asked)
    assert all(
        answer(parse(q["program"]), row["scene"]) == (q["value"] or q["answer"])
        for row in table
        for q in row["questions"]
    )


def test_words_of_other_worlds_are_asked_about_but_not_as_choices() -> None:
    scene = scene_of([{**RED_MUG, "color": "mauve", "category": "goblet"}, CUBE])
    for seed in range(10):
        for q in annotate([scene], [np.random.default_rng(seed)], questions=8)[1][0]:
            assert answer(parse(q["program"]), scene) == (q["value"] or q["answer"])


def test_what_can_hardly_be_seen_is_not_certain() -> None:
    """A hidden object is not counted, a hardly visible one makes the count uncertain, and neither is described."""
    far = {**CUBE, "color": "blue", "visible_pixels": 5, "visibility": 0.1}
    gone = {**CUBE, "color": "blue", "visible_pixels": 0, "visibility": 0.0}
    assert answer(parse("count(scene())"), scene_of([RED_MUG, gone])) == "1"
    assert answer(parse("count(filter_category(scene(), 'mug'))"), scene_of([RED_MUG, far])) == "1"
    with pytest.raises(NotUnique):
        execute(parse("count(scene())"), scene_of([RED_MUG, far]))
    assert answer(parse("exist(filter_color(scene(), 'red'))"), scene_of([RED_MUG, far])) == "yes"
    assert (
        answer(parse("query_color(unique(filter_category(all(), 'cube')))"), scene_of([RED_MUG, gone])) == "cannot tell"
    )
    assert (
        answer(parse("query_color(sole(filter_category(scene(), 'cube')))"), scene_of([RED_MUG, gone]))
        == "no such thing"
    )
    for seed in range(10):
        for q in annotate([scene_of([RED_MUG, far])], [np.random.default_rng(seed)], questions=6)[1][0]:
            assert q["answer"] != "blue"


def test_a_kind_of_a_thing_is_not_certainly_called_by_its_name() -> None:
    """An armchair is a chair to some: neither counting chairs nor finding one is then certain."""
    scene = scene_of([{**RED_MUG, "category": "armchair"}, {**BLUE_MUG, "material": "polished_metal"}])
    for text in ("count(filter_category(scene(), 'chair'))", "exist(filter_material(scene(), 'wood'))"):
        if "wood" in text:
            assert answer(parse(text), scene) == "no"
        else:
            with pytest.raises(NotUnique):
                execute(parse(text), scene)


def test_captions_are_english() -> None:
    assert caption(scene_of([])) == "an empty plank floor"
    assert caption(scene_of([RED_MUG])) == "a small red metal mug on a plank floor"
    two = scene_of([RED_MUG, {**CUBE, "category": "step_stool"}], [(1, "left_of", 0)])
    assert caption(two) == "a small red metal mug, with a large red wood step stool to the left of it on a plank floor"
    assert caption(scene_of([RED_MUG, BLUE_MUG, CUBE])).count(" and ") == 1
    words = (
        "mug",
        "red torus",
        "box",
        "berry",
        "step stool",
        "small mouse",
        "pair of scissors",
        "loaf of bread",
        "bus",
    )
    assert [plural(w) for w in words] == [
        "mugs", "red tori", "boxes", "berries", "step stools", "small mice", "pairs of scissors", "loaves of bread", "buses",
    ]  # fmt: skip
    assert a("orange cup") == "an orange cup" and describe({"color": "red"}) == "red thing"


def test_families_of_a_user(tmp_path: Path) -> None:
    good = tmp_path / "mine.yaml"
    good.write_text("how_many_things:\n  text: ['How many?']\n  program: count(scene())\n  form: number\n")
    found = load_families(good)
    _, asked = annotate([scene_of([RED_MUG])], [np.random.default_rng(0)], families=found)
    assert asked[0][0]["answer"] == "1"
    for body, message in [
        ("x:\n  text: ['a']\n  program: count(scene())\n  form: essay\n", "mine.yaml:4: x.form: no form 'essay'"),
        ("x:\n  text: ['<y>']\n  program: count(scene())\n  form: number\n", "mine.yaml:2: x.text: no hole 'y'"),
        (
            "x:\n  text: ['<y>']\n  holes: {y: [[colour]]}\n  program: count(<y>)\n  form: number\n",
            "mine.yaml:3: x.holes: no attribute 'colour' in hole 'y'; did you mean 'color'",
        ),
        (
            "x:\n  text: ['<y>']\n  holes: {y: [left]}\n  program: count(relate(unique(scene()), '<y>'))\n  form: number\n",
            "x.program: no relation 'left' for hole 'y'",
        ),
        (
            "x:\n  text: ['<y>']\n  holes: {y: [lefty]}\n  program: count(relate(unique(scene()), '<y>'))\n  form: number\n",
            "no relation or word 'lefty'",
        ),
        (
            "x:\n  text: ['a']\n  program: cuont(scene())\n  form: number\n",
            "x.program: no function 'cuont'; did you mean 'count'",
        ),
        (
            "x:\n  text: ['a']\n  program: count(relate(unique(scene()), 'beside'))\n  form: number\n",
            "no relation 'beside'",
        ),
        ("x:\n  text: ['a']\n  program: count(scene())\n  form: yes/no\n", "does not fit a program that gives number"),
        ("x:\n  text: ['a']\n  program: scene()\n  form: number\n", "gives objects, which is no answer"),
        ("x:\n  text: ['a']\n  program: count(scene())\n  form: choice\n  options: 9\n", "options are 2 to 6"),
        ("x:\n  text: []\n  program: count(scene())\n  form: number\n", "at least one text"),
        ("x:\n  text: ['a']\n  holes: {y: color}\n  program: count(scene())\n  form: number\n", "hole 'y' is not used"),
        ("x: 3\n", "block of keys"),
        ("- 1\n", "maps names"),
        ("x:\n  txt: 1\n", "mine.yaml:1: x.text: Field required"),
    ]:
        good.write_text(body)
        with pytest.raises(UsageError, match=message):
            load_families(good)


def test_captions_say_what_the_subject_stands_on() -> None:
    thing = {"material": "wood", "size": "small"}
    scene = scene_of([{**thing, "category": "cube", "color": "red"}, {**thing, "category": "table", "color": "blue"}])
    scene["relations"] = [
        {"subject": 0, "predicate": "on", "object": 1},
        {"subject": 1, "predicate": "under", "object": 0},
    ]
    assert annotate([scene], [np.random.default_rng(0)], questions=0)[0] == [
        "a small red wood cube on a small blue wood table"
    ]
    scene["relations"] = []
    assert annotate([scene], [np.random.default_rng(0)], questions=0)[0][0].startswith(
        "a small red wood cube, with a small blue wood table beside it on a "
    )


def test_an_empty_scene_has_a_caption_and_no_questions() -> None:
    captions, asked = annotate([scene_of([])], [np.random.default_rng(0)], questions=3)
    assert captions[0].startswith("an empty") and asked == [[]]


@pytest.mark.parametrize("text", ["a" + ".a" * 900, "count(" * 300 + "scene()" + ")" * 300])
def test_programs_nested_too_deeply_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


def test_what_happens_in_a_clip() -> None:
    scene = scene_of([RED_MUG, BLUE_MUG, CUBE])
    kinds = [
        ("moves", 0, 0, -1, "left"),
        ("collides", 3, 0, 2, None),
        ("moves", 3, 2, -1, "away"),
        ("stops", 5, 0, -1, None),
    ]
    scene["events"] = [{"kind": k, "frame": f, "subject": s, "object": o, "direction": d} for k, f, s, o, d in kinds]
    for text, wanted in {
        "query_color(subject(first(filter_event(events(), 'moves'))))": "red",
        "query_category(partner(first(filter_event(events(), 'collides'))))": "cube",
        "direction(only(events_of(filter_event(events(), 'moves'), unique(filter_category(scene(), 'cube')))))": "away",
        "count(subjects(filter_event(events(), 'moves')))": "2",
        "count_events(filter_event(events(), 'collides'))": "1",
        "happens(events_of(filter_event(events(), 'moves'), unique(filter_color(scene(), 'blue'))))": "no",
        "earlier(first(filter_event(events(), 'moves')), last(events()))": "yes",
        "what(last(events()))": "stops",
    }.items():
        assert answer(parse(text), scene) == wanted, text
    moves = [f for f in built_in() if f.name == "color_of_mover"]
    assert annotate([scene], [np.random.default_rng(1)], families=moves)[1][0][0]["answer"] == "red"
