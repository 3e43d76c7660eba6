"""Captions and their facts, recheck from pixels, minimal pairs, exports of questions."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seedbed as sb
from seedbed.dataset.dataset import Dataset
from seedbed.dataset.images import decode
from seedbed.language import recheck
from seedbed.language.captions import STYLES, captions_of
from seedbed.language.pairs import NotProved, pair_captions
from seedbed.language.read_dense import DenseReader
from seedbed.run.export import export
from seedbed.run.export.clevr_programs import clevr_question, confused
from seedbed.run.export.questions import answered, asked
from seedbed.run.recheck import recheck_dataset


def fact_holds(scene: dict[str, Any], fact: str) -> bool:
    """A caption's fact, checked by hand on the scene graph."""
    objects = scene["objects"]
    if fact.startswith("count"):
        name, _, number = fact.partition("=")
        kind = name.removeprefix("count").strip("()")
        return sum(o["visible_pixels"] > 0 and (not kind or o["category"] == kind) for o in objects) >= int(number)
    if fact.startswith("background="):
        return bool(scene["background"] == fact.partition("=")[2])
    if "=" in fact:
        place, _, value = fact.partition("=")
        number, _, name = place.partition(".")
        return bool(objects[int(number)][name] == value)
    one, predicate, two = fact.split(" ")
    wanted = {"subject": int(one), "predicate": predicate, "object": int(two)}
    return any(all(r[k] == v for k, v in wanted.items()) for r in scene["relations"])


def test_every_dense_caption_read_again_agrees_with_itself(scenes: Dataset) -> None:
    rows = scenes.table(["scene"])["scene"].to_pylist()
    made = [
        captions_of(row, np.random.default_rng([k, j]), ["dense"])[0] for k, row in enumerate(rows) for j in range(4)
    ]
    reader = DenseReader.of([caption["facts"] for caption in made])
    assert max(len(caption["facts"]) for caption in made) > 10
    assert [caption["text"] for caption in made if not reader.read(caption["text"]).consistent] == []


def test_every_caption_states_true_facts_in_clean_sentences(scenes: Dataset) -> None:
    for k, row in enumerate(scenes.table(["scene"])["scene"].to_pylist()):
        made = captions_of(row, np.random.default_rng(k), STYLES)
        assert [c["style"] for c in made] == list(STYLES)
        for c in made:
            assert c["facts"] and all(fact_holds(row, fact) for fact in c["facts"]), c
            text = c["text"]
            assert (
                "  " not in text
                and "_" not in text
                and "none" not in text
                and " a a" not in text
                and " a o" not in text
            )
            assert "a an " not in text and not any(
                f" {v}" in f" {text}" for v in ("a orange", "a airplane", "a apple", "an large")
            )
            if c["style"] in ("dense", "facts", "relational"):
                sentences = [s for s in text.replace("\n", " ").split(". ") if s]
                assert all(s[0].isupper() or s[0].isdigit() for s in sentences) and text.endswith(".")
                assert len(set(sentences)) == len(sentences), text
        alts = {c["style"]: c for c in made}
        assert len(alts["alt1"]["facts"]) <= len(alts["alt2"]["facts"]) <= len(alts["dense"]["facts"])


def test_captions_say_the_same_in_several_ways(scenes: Dataset) -> None:
    scene = max(scenes.table(["scene"])["scene"].to_pylist(), key=lambda s: len(s["objects"]))
    for style in ("alt", "dense", "relational"):
        texts = {captions_of(scene, np.random.default_rng(k), [style])[0]["text"] for k in range(30)}
        assert len(texts) >= 3, style


def test_answers_from_pixels_agree(scenes: Dataset, tmp_path: Path) -> None:
    found = recheck_dataset(scenes.path)
    assert found["disagree"] == 0 and found["agree"] > 50
    row = scenes.take(range(len(scenes)), ["scene", "questions", "instance_mask", "depth", "image"]).to_pylist()
    row = next(
        r
        for r in row
        if any(q["program"].startswith("count(scene())") or q["answer"] in ("yes", "no") for q in r["questions"])
    )
    mask, depth = decode(row["instance_mask"]), decode(row["depth"])
    q = {"family": "f", "program": "count(scene())", "answer": str(len(row["scene"]["objects"]) + 3), "value": None}
    got = recheck(row["scene"], [q], mask, depth)["f"]
    assert got["agree"] == 0  # a wrong answer is never agreed with


def test_a_dataset_without_masks_cannot_be_rechecked(glyphs: Dataset) -> None:
    with pytest.raises(sb.errors.UsageError, match="no column 'scene'"):
        recheck_dataset(glyphs.path)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return sb.generate(
        "pairs", rows=50, seed=4, out=tmp_path_factory.mktemp("pairs") / "data", size=64, render="turbo", workers=0
    )


def test_pairs_have_the_same_words_and_one_difference(pairs: Dataset) -> None:
    names = ["caption_0", "caption_1", "swap", "scene", "scene_1", "pair", "error", "image", "image_1"]
    rows = [row for row in pairs.table(names).to_pylist() if row["error"] is None]
    assert len(rows) >= 48 and len({row["swap"] for row in rows}) == 5
    for row in rows:
        assert row["caption_0"] != row["caption_1"] and row["image"] != row["image_1"]
        assert (
            row["scene"]["camera"] == row["scene_1"]["camera"]
            and row["scene"]["background"] == row["scene_1"]["background"]
        )
        words = [Counter(w for w in row[c].lower().split() if w not in ("a", "an")) for c in ("caption_0", "caption_1")]
        if row["swap"] == "factor":
            one, two = row["scene"]["objects"][0], row["scene_1"]["objects"][0]
            changed = [n for n in ("color", "material", "size", "category", "state") if one[n] != two[n]]
            assert changed == [row["pair"]["relation"]]
        elif row["pair"]["relation"] != "surrounding":
            assert words[0] == words[1]
    assert sb.verify(pairs.path, sample=0.05).ok


def test_captions_that_do_not_tell_scenes_apart_are_refused(pairs: Dataset) -> None:
    row = next(
        r
        for r in pairs.table(["scene", "pair", "swap", "error"]).to_pylist()
        if r["swap"] == "attributes" and not r["error"]
    )
    with pytest.raises(NotProved, match="true of both"):
        pair_captions(row["scene"], row["scene"], row["pair"])


def test_questions_are_exported(scenes: Dataset, tmp_path: Path) -> None:
    export(scenes.path, to="vqa", out=tmp_path / "vqa")
    lines = [json.loads(line) for line in (tmp_path / "vqa" / "questions.jsonl").read_text().splitlines()]
    stored = [q for row in scenes.table(["questions"])["questions"].to_pylist() for q in row]
    assert len(lines) == len(stored) and all((tmp_path / "vqa" / line["image"]).is_file() for line in lines[:5])
    assert [line["program"] for line in lines] == [q["program"] for q in stored]
    export(scenes.path, to="chat", out=tmp_path / "chat")
    first = json.loads((tmp_path / "chat" / "chat.jsonl").read_text().splitlines()[0])
    assert [m["role"] for m in first["messages"][:2]] == ["user", "assistant"]
    assert first["messages"][0]["content"][0] == {"type": "image"}
    choice = {"question": "Which?", "options": ["a", "b"], "answer": "b"}
    assert asked(choice) == "Which?\nA. a\nB. b" and answered(choice) == "B. b"
    written = export(scenes.path, to="clevr", out=tmp_path / "clevr")
    assert written["questions"] + written["questions_left_out"] == len(stored)


def test_clevr_programs_are_chains_of_its_functions() -> None:
    question = {"question": "?", "answer": "yes", "answer_form": "yes/no", "family": "f", "value": None}
    made = clevr_question(
        {
            **question,
            "program": "alike_color(unique(filter_category(scene(), 'cube')), unique(filter_size(scene(), 'large')))",
        }
    )
    assert made is not None
    names = [node["type"] for node in made["program"]]
    assert names == [
        "scene",
        "filter_shape",
        "unique",
        "query_color",
        "scene",
        "filter_size",
        "unique",
        "query_color",
        "equal_color",
    ] or (names[-1] == "equal_color" and names.count("query_color") == 2)
    assert all(k < number for number, node in enumerate(made["program"]) for k in node["inputs"])
    assert clevr_question({**question, "program": "exist(filter_state(scene(), 'open'))"}) is None


def test_words_that_clevr_takes_for_others_are_left_out() -> None:
    question = {"question": "?", "answer": "1", "answer_form": "number", "family": "f", "value": None}
    made = clevr_question({**question, "program": "count(filter_category(scene(), 'car'))"})
    assert made is not None and confused(made, [{"shape": "carrot"}]) and not confused(made, [{"shape": "car"}])


def test_a_stage_of_a_recipe_asks_about_a_dataset(here: Path) -> None:
    Path("mine.yaml").write_text(
        "hue:\n  text: ['Is there <x:a>?']\n  holes: {x: [[color, category]]}\n  program: exist(<x>)\n  form: yes/no\n"
    )
    Path("ask.yaml").write_text(
        "name: ask\nstages:\n"
        "  made: {do: generate, world: tabletop, rows: 32, options: {size: 48, render: turbo, objects: 4, categories: [mug, cube, dog]}}\n"
        "  asked: {do: questions, data: made, families: mine.yaml, per_row: 2, captions: [dense]}\n"
    )
    run = sb.run("ask.yaml")
    stage = next(s for s in run.manifest["stages"] if s["stage"] == "asked")
    result = json.loads((run.folder / stage["folder"] / "stage.json").read_text())["result"]
    assert result["questions"] > 20 and result["not_confirmed"] == 0 and result["families"] == 1
