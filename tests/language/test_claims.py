"""Claims of captions: read from the words alone, and proved on scene graphs."""

from __future__ import annotations

import numpy as np
import pytest

import seedbed as sb
from seedbed.language.captions import captions_of
from seedbed.language.claims import Claim, claims_of, lexicon_of, proved
from seedbed.run.steps.recaption import drawn, facts

LEXICON = {
    "category": ["mug", "cube", "cone", "traffic_cone", "scissors"], "color": ["red", "blue"], "size": ["small"],
    "state": ["off"], "material": ["wood"], "background": ["cloth", "plain"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("A red mug", ["mug", "mug(color=red)"]),
        ("A mug to the left of a blue traffic cone.", ["mug", "traffic_cone", "traffic_cone(color=blue)", "mug left_of traffic_cone"]),
        ("Behind the mug stands a cube.", ["mug", "cube", "cube behind mug"]),
        ("A red mug on a blue mug.", ["mug", "mug(color=red)", "mug(color=blue)", "mug(color=red) on mug(color=blue)"]),
        ("photo of a small wooden cube on a cloth", ["cube", "cube(material=wood)", "cube(size=small)", "background=cloth"]),
        ("A pair of scissors. The scissors are next to a cone", ["scissors", "cone", "scissors next_to cone"]),
        ("Some cubes around a mug", ["cube", "mug", "cube surrounding mug"]),
        ("nothing to see here", []),
    ],
)  # fmt: skip
def test_claims_by_hand(text: str, claims: list[str]) -> None:
    text = text.replace("The scissors are", "The pair of scissors is")
    assert sorted(map(str, claims_of(text, LEXICON))) == sorted(claims)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    dataset = sb.generate("pairs", rows=24, seed=3, out=tmp_path_factory.mktemp("p") / "d", size=48, render="turbo")
    return [r for r in dataset.table(["scene", "scene_1", "caption_0", "caption_1", "swap", "error"]).to_pylist() if r["error"] is None]  # fmt: skip


def test_what_this_room_writes_is_read_and_true(rows: list[dict]) -> None:
    lexicon = lexicon_of([scene for r in rows for scene in (r["scene"], r["scene_1"])])
    for k, row in enumerate(rows):
        for told in captions_of(row["scene"], np.random.default_rng(k), ["alt", "alt3", "relational", "dense"]):
            claims = claims_of(told["text"], lexicon)
            assert claims and all(proved(claims, row["scene"])), told["text"]
            if told["style"] == "relational" and told["facts"]:
                assert sum(bool(c.relation) for c in claims) == sum(len(f.split()) == 3 for f in told["facts"])


def test_swapped_words_are_false(rows: list[dict]) -> None:
    lexicon = lexicon_of([scene for r in rows for scene in (r["scene"], r["scene_1"])])
    swapped = [r for r in rows if r["swap"] in ("attributes", "arguments")]
    assert swapped
    for row in swapped:
        for mine, other in (("", "_1"), ("_1", "")):
            claims = claims_of(row["caption_1" if mine else "caption_0"], lexicon)
            assert all(proved(claims, row[f"scene{mine}"]))
            assert not all(right is True for right in proved(claims, row[f"scene{other}"]))


def test_precision_and_recall_of_facts() -> None:
    def scene(color: str) -> dict:
        thing = {"category": "mug", "color": color, "material": "wood", "size": "small", "state": "none"}
        return {"objects": [thing], "relations": [], "background": "cloth"}

    scenes, truth = [scene("red"), scene("blue")], ["A red mug on a cloth.", "A blue mug on a cloth."]
    assert facts(truth, truth, scenes)["precision"]["value"] == 1.0
    found = facts(["A blue mug on a cloth.", "mug"], truth, scenes)
    assert found["precision"]["value"] == pytest.approx(3 / 4)  # mug, cloth, mug; not blue
    assert found["recall"]["value"] == pytest.approx(3 / 6)
    assert found["by"]["attribute"]["precision"]["value"] == 0.0
    assert found["by"]["relation"]["recall"]["value"] is None
    assert proved([Claim((("category", "mug"),))], {**scene("red"), "objects": []}) == [False]


def test_mixing_depends_on_seed_and_row_alone() -> None:
    draws = [drawn(0, str(k)) for k in range(2000)]
    assert draws[5] == drawn(0, "5") != drawn(1, "5")
    assert abs(np.mean(np.array(draws) < 0.3) - 0.3) < 0.04
