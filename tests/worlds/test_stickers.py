"""Stickers: every person and thing has its picture, masks are exact, tones are what they are called."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from seedbed.dataset.images import decode
from seedbed.design import Design
from seedbed.errors import UsageError
from seedbed.worlds.base import row_rng
from seedbed.worlds.stickers import Stickers, artwork
from seedbed.worlds.stickers.artwork import GENDERS, GROUP, OCCUPATIONS, TONES, person_code, picture, thing_code
from seedbed.worlds.stickers.world import MARGIN


def rows_of(world: Stickers, count: int) -> tuple[list[dict], list[dict]]:
    design = Design(world.factors, {}, seed=0)
    levels = design.rows(count)
    plans = [world.plan(row, row_rng("stickers", "1", 0, i)) for i, row in enumerate(levels)]
    return levels, world.render(plans).to_pylist()


def test_every_picture_exists() -> None:
    for occupation, gender, tone in itertools.product(OCCUPATIONS, GENDERS, TONES):
        assert picture(person_code(occupation, gender, tone)).shape == (72, 72, 4)
    for category in GROUP:
        assert picture(thing_code(category))[..., 3].max() == 255
    assert len(OCCUPATIONS) >= 19 and len(GROUP) >= 60


SKIN = {  # the artwork's palette (Twemoji)
    "type_1_2": (0xF7, 0xDE, 0xCE), "type_3": (0xF3, 0xD2, 0xA2), "type_4": (0xD5, 0xAB, 0x88),
    "type_5": (0xAF, 0x7E, 0x57), "type_6": (0x7C, 0x53, 0x3E),
}  # fmt: skip


def test_people_have_the_tone_they_are_said_to_have() -> None:
    for occupation, gender, tone in itertools.product(OCCUPATIONS, GENDERS, TONES):
        pixels = picture(person_code(occupation, gender, tone)).astype(int)
        count = {t: int((np.abs(pixels[..., :3] - c).max(-1) <= 2).sum()) for t, c in SKIN.items()}
        assert count[tone] > 40 and count[tone] == max(count.values()), (occupation, gender, tone, count)


@pytest.mark.parametrize("subjects", ["things", "people"])
def test_masks_counts_and_factors_agree(subjects: str) -> None:
    world = Stickers(subjects=subjects, objects=[1, 5], size=96, buffers=["instance_mask"])
    levels, rows = rows_of(world, 60)
    hidden = 0
    for asked, row in zip(levels, rows):
        mask = decode(row["instance_mask"])[..., 0]
        subject = row["scene"]["objects"][0]
        assert subject["category"] == asked["category"] and subject["size"] == asked["size"]
        assert subject["visibility"] == 1.0
        assert ("left", "centre", "right").index(asked["place"]) == int(subject["pixel_xy"][0] * 3 / 96)
        if subjects == "people":
            assert subject["parts"] == [asked["gender"], asked["skin_tone"]] and subject["group"] == "people"
        for thing in row["scene"]["objects"]:
            ys, xs = np.nonzero(mask == thing["id"] + 1)
            assert len(ys) == thing["visible_pixels"] <= thing["amodal_pixels"]
            hidden += thing["visibility"] < 1
            if len(ys):
                assert thing["bbox_xyxy"] == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
        for r in row["scene"]["relations"]:
            a, b = (row["scene"]["objects"][r[k]]["pixel_xy"][0] for k in ("subject", "object"))
            assert (b - a if r["predicate"] == "left_of" else a - b) >= MARGIN * 96
        assert len(row["artwork"]) == len(row["scene"]["objects"]) and "CC BY 4.0" in row["artwork"][0]
    assert hidden > 0


def test_balance_over_people_is_exact_within_a_row() -> None:
    world = Stickers(subjects="people", categories=["judge", "cook"])
    levels = Design(world.factors, {}, seed=1).rows(720)
    counts = [sum(r["gender"] == g and r["skin_tone"] == t for r in levels) for g in GENDERS for t in TONES]
    assert set(counts) == {48}


def test_rows_do_not_depend_on_their_batch() -> None:
    world = Stickers(objects=3, size=64)
    design = Design(world.factors, {}, seed=0)
    plans = [world.plan(design[i], row_rng("stickers", "1", 0, i)) for i in range(8)]
    whole = world.render(plans).to_pylist()
    assert [world.render([p]).to_pylist()[0] for p in plans[::-1]] == whole[::-1]


def test_bad_options_and_missing_artwork(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="did you mean 'people'"):
        Stickers(subjects="peeple")
    with pytest.raises(UsageError, match="did you mean 'apple'"):
        Stickers(categories=["aple", "dog"])
    artwork._folder.cache_clear()
    monkeypatch.setattr(artwork.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"seedbed\[stickers\]"):
        artwork.source()
    artwork._folder.cache_clear()
