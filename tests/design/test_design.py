"""Designs: balance that is guaranteed, skew that is as stated, targets in their shares, rows that stand alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.design import Design, Factor, certificate
from seedbed.errors import UsageError

FACTORS = [
    Factor("category", ("mug", "cup", "cube", "cone", "lamp")),
    Factor("color", ("red", "blue", "green", "gray")),
    Factor("size", ("small", "large")),
]


def counts(rows: list[dict], *names: str) -> Counter:
    return Counter(tuple(row[name] for name in names) for row in rows)


def test_a_full_block_holds_every_cell_once() -> None:
    rows = Design(FACTORS, seed=1).rows(40)
    assert set(counts(rows, "category", "color", "size").values()) == {1}
    assert Design(FACTORS, seed=1).rows(80)[40:] != rows  # another block is another order
    assert set(counts(Design(FACTORS, seed=1).rows(80), "category", "color", "size").values()) == {2}


@given(st.lists(st.integers(2, 6), min_size=1, max_size=4), st.integers(1, 90), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_every_prefix_is_balanced(sizes: list[int], rows: int, seed: int) -> None:
    factors = [Factor(f"f{k}", tuple(range(n))) for k, n in enumerate(sizes)]
    made = Design(factors, seed=seed).rows(rows)
    for factor in factors:
        found = [counts(made, factor.name)[level,] for level in factor.levels]
        assert max(found) - min(found) <= 2


def test_row_i_does_not_depend_on_the_others() -> None:
    whole = Design(FACTORS, {"where": "size == 'small'"}, seed=4).rows(50)
    alone = Design(FACTORS, {"where": "size == 'small'"}, seed=4)[37]
    assert whole[37] == alone
    assert Design(FACTORS, seed=4).rows(10, first=30) == Design(FACTORS, seed=4).rows(40)[30:]
    assert Design(FACTORS, seed=5).rows(40) != Design(FACTORS, seed=4).rows(40)


def test_where_and_fixed_restrict() -> None:
    rows = Design(FACTORS, {"where": "color in ['red', 'blue'] and category != 'mug'"}).rows(64)
    assert {row["color"] for row in rows} == {"red", "blue"} and "mug" not in {row["category"] for row in rows}
    assert set(counts(rows, "category", "color").values()) == {8}
    assert {row["size"] for row in Design(FACTORS, {"fixed": {"size": "large"}}).rows(30)} == {"large"}


def test_skew_is_realised_as_stated() -> None:
    spec = {
        "skew": {
            "category": {"zipf": 1.0},
            "color": {"given": "category", "tied": 0.8},
            "size": {"weights": {"small": 3}},
        }
    }
    rows = Design(FACTORS, spec, seed=2).rows(4000)
    shares = np.array([1 / k for k in range(1, 6)])
    shares /= shares.sum()
    for level, share in zip(FACTORS[0].levels, shares):
        assert abs(counts(rows, "category")[level,] / 4000 - share) < 4 * np.sqrt(share * (1 - share) / 4000)
    tied = {c: FACTORS[1].levels[k % 4] for k, c in enumerate(FACTORS[0].levels)}
    assert abs(np.mean([row["color"] == tied[row["category"]] for row in rows]) - 0.8) < 0.03
    assert abs(np.mean([row["size"] == "small" for row in rows]) - 0.75) < 0.03


def test_targets_get_their_shares_within_a_row() -> None:
    spec = {"targets": [{"where": "category == 'mug' and color == 'red'", "share": 3}, {"where": "category == 'cup'"}]}
    for n in (1, 7, 40, 200):
        rows = Design(FACTORS, spec, seed=0).rows(n)
        mugs = sum(row["category"] == "mug" for row in rows)
        assert abs(mugs - 0.75 * n) <= 1
        assert all(row["color"] == "red" for row in rows if row["category"] == "mug")
    cups = [row for row in rows if row["category"] == "cup"]
    assert max(counts(cups, "color").values()) - min(counts(cups, "color").values()) <= 1


def test_large_spaces_are_sampled_and_balanced() -> None:
    factors = [Factor(f"f{k}", tuple(range(8))) for k in range(6)]  # 262,144 cells
    rows = Design(factors, seed=1).rows(512)
    for factor in factors:
        found = [counts(rows, factor.name)[level,] for level in factor.levels]
        assert max(found) - min(found) <= 2
    pair = counts(rows, "f0", "f1")
    assert len(pair) == 64 and max(pair.values()) - min(pair.values()) <= 5


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"skw": {}}, "design.skw"),
        ({"skew": {"categry": {"zipf": 1}}}, "did you mean 'category'"),
        ({"where": "colour == 'red'"}, "did you mean 'color'"),
        ({"fixed": {"color": "rd"}}, "did you mean 'red'"),
        ({"skew": {"color": {"zipf": 1, "tied": 0.3}}}, "give one of zipf"),
        ({"skew": {"color": {"given": "size", "tied": 0.3}, "size": {"given": "color", "tied": 0.5}}}, "circle"),
        ({"where": "color == 'mauve'"}, "has no level .mauve"),
        ({"skew": {"color": {"zipf": 1}}, "targets": [{"where": "color == 'red'"}]}, "exclude each other"),
    ],
)
def test_wrong_requests_name_what_is_wrong(spec: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Design(FACTORS, spec)[0]


def test_certificate_counts_by_hand() -> None:
    table = pa.table(
        {"category": ["mug", "mug", "cup", "cup"], "color": ["red", "blue", "red", "blue"], "size": ["small"] * 4}
    )
    made = certificate(table, [Factor("category", ("mug", "cup")), Factor("color", ("red", "blue"))], {})
    assert made["rows"] == 4 and made["balanced"]
    assert made["counts"]["category"] == {"mug": 2, "cup": 2}
    assert made["marginal_deviation"]["largest"] == 0 and made["cramers_v"]["category x color"] == 0
    skewed = certificate(table.slice(0, 3), [Factor("category", ("mug", "cup")), Factor("color", ("red", "blue"))], {})
    assert skewed["counts"]["category"] == {"mug": 2, "cup": 1}
    assert skewed["marginal_deviation"]["largest"] == pytest.approx(1 / 3, abs=1e-4)
    assert skewed["empty_pairs"]["category x color"] == 1
    tied = certificate(pa.table({"a": [0, 1, 0, 1], "b": [0, 1, 0, 1]}), [Factor("a", (0, 1)), Factor("b", (0, 1))], {})
    assert tied["cramers_v"]["a x b"] == 1.0


def test_conditional_factors_take_only_what_their_given_level_allows() -> None:
    states = {"lamp": ("on", "off"), "box": ("open", "closed"), "ball": ("none",)}
    factors = (
        Factor("category", ("lamp", "box", "ball")),
        Factor("color", ("red", "green", "blue")),
        Factor("state", ("on", "off", "open", "closed", "none"), "", "category", states),
    )
    rows = Design(factors, {}, seed=2).rows(360)
    assert all(row["state"] in states[str(row["category"])] for row in rows)
    for category, allowed in states.items():
        counts = [sum(r["category"] == category and r["state"] == s for r in rows) for s in allowed]
        assert max(counts) - min(counts) <= 2
    table = pa.table({name: [row[name] for row in rows] for name in ("category", "color", "state")})
    made = certificate(table, factors, {}, [100, 100, 160])
    assert made["conditional"]["state given category"] == {"largest_deviation": 0.0, "impossible_rows": 0}
    assert [s["rows"] for s in made["per_shard"]] == [100, 100, 160] and made["per_shard"][1]["first"] == 100
    wrong = table.set_column(2, "state", pa.array(["on"] * 360))
    assert certificate(wrong, factors, {})["conditional"]["state given category"]["impossible_rows"] == 240


def test_large_spaces_with_conditions_stay_nearly_balanced() -> None:
    """97 x 17 x 11 x 2 x 6 levels cannot be listed; single and paired counts stay within the stated bound."""
    many = tuple(f"c{k}" for k in range(97))
    states = {c: (("a", "b") if k % 3 else ("none",)) for k, c in enumerate(many)}
    factors = (
        Factor("category", many),
        Factor("color", tuple("rgbcmykwopq")),
        Factor("ground", tuple("123456")),
        Factor("state", ("a", "b", "none"), "", "category", states),
    )
    rows = Design(factors, {}, seed=0).rows(97 * 11 * 6)
    assert all(row["state"] in states[str(row["category"])] for row in rows)
    table = pa.table({f.name: [row[f.name] for row in rows] for f in factors})
    made = certificate(table, factors, {})
    assert made["marginal_deviation"]["largest"] < 0.08 and made["pairwise_deviation"]["largest"] <= 0.67


@pytest.mark.parametrize("skewed", [False, True])
def test_forbidden_and_held_out_combinations(skewed: bool) -> None:
    factors = (Factor("shape", ("a", "b", "c")), Factor("color", ("r", "g", "b")), Factor("size", (1, 2)))
    spec: dict = {
        "forbid": ["shape == 'a' and size == 2"],
        "holdout": ["shape == 'b' and color == 'r'", "shape == 'c' and color == 'g'"],
    }
    if skewed:
        spec["skew"] = {"shape": {"zipf": 1.0}}
    for split in ("train", "test"):
        rows = Design(factors, {**spec, "split": split}, seed=1).rows(150)
        assert not any(r["shape"] == "a" and r["size"] == 2 for r in rows)
        held = [(r["shape"], r["color"]) in {("b", "r"), ("c", "g")} for r in rows]
        assert all(held) if split == "test" else not any(held)


def test_wrong_forbids_and_holdouts_are_refused() -> None:
    factors = (Factor("shape", ("a", "b")), Factor("color", ("r", "g")))
    for spec, message in (
        ({"forbid": ["shap == 'a'"]}, "did you mean 'shape'"),
        ({"holdout": ["shape == 'z'"]}, "has no level|no level"),
        ({"split": "test"}, "needs holdout"),
        ({"forbid": ["shape in ['a', 'b']"]}, "no combination"),
    ):
        with pytest.raises(UsageError, match=message):
            Design(factors, spec)


def test_conditional_factors_can_be_skewed_but_not_tied_to_another() -> None:
    states = {"lamp": ("on", "off"), "ball": ("none",)}
    factors = (
        Factor("category", ("lamp", "ball")),
        Factor("color", ("r", "g")),
        Factor("state", ("on", "off", "none"), "", "category", states),
    )
    rows = Design(factors, {"skew": {"state": {"weights": {"on": 9.0}}}}, seed=0).rows(400)
    lamps = [r["state"] for r in rows if r["category"] == "lamp"]
    assert set(lamps) == {"on", "off"} and lamps.count("on") / len(lamps) > 0.8
    with pytest.raises(UsageError, match="already depends on 'category'"):
        Design(factors, {"skew": {"state": {"given": "color", "tied": 0.9}}})
