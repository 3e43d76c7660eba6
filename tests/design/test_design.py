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
        ({"where": "color == 'mauve'"}, "no combination of levels"),
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
