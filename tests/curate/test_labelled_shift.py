"""The two-sample test: right level under the null, certain where the tables differ, silent where rows are few."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from seedbed.curate.labelled.auc import auc, auc_interval, one_sided_p
from seedbed.curate.labelled.shift import NO_SHIFT, NOT_ENOUGH, SHIFT, column_shift, importance_weights, vector_shift
from seedbed.errors import UsageError


def test_auc_by_hand() -> None:
    first, second = np.array([1.0, 2.0, 2.0]), np.array([2.0, 3.0])
    assert auc(first, second) == 5 / 6
    value, low, high = auc_interval(np.arange(30.0), np.arange(100.0, 130.0))
    assert value == 1 and 0.85 < low < 0.95 and high == 1
    value, low, high = auc_interval(np.arange(100.0, 130.0), np.arange(30.0))
    assert value == 0 and low == 0 and 0.05 < high < 0.15
    assert one_sided_p(np.ones(30), np.ones(30)) == 1
    with pytest.raises(UsageError, match="no scores"):
        auc(np.array([]), second)


def test_the_interval_of_the_auc_covers() -> None:
    """Normal scores 1 apart: the AUC is Phi(1 / sqrt 2) = 0.7602."""
    rng, covered = np.random.default_rng(0), 0
    for _ in range(400):
        _, low, high = auc_interval(rng.normal(0, 1, 40), rng.normal(1, 1, 60))
        covered += low <= 0.7602 <= high
    assert 0.92 <= covered / 400 <= 0.99


def test_p_values_are_uniform_where_nothing_differs() -> None:
    p = []
    for seed in range(200):
        found = np.random.default_rng(seed).normal(size=(160, 3))
        p.append(vector_shift(found[:80], found[80:], seed=seed).test.p)
    values = np.array(p, dtype=float)
    assert 0.01 <= np.mean(values < 0.05) <= 0.10
    assert np.abs(np.sort(values) - (np.arange(200) + 0.5) / 200).max() < 0.115  # Kolmogorov and Smirnov at 1 %


def test_a_shift_is_found_and_its_rows_are_named() -> None:
    rng = np.random.default_rng(0)
    second = rng.normal(2, 1, (100, 4))
    first = np.concatenate([rng.normal(0, 1, (150, 4)), rng.normal(2, 1, (50, 4))])
    found = vector_shift(first, second, seed=1)
    assert found.test.verdict == SHIFT and found.test.low is not None and found.test.low > 0.6
    assert np.mean(np.argsort(-found.first)[:50] >= 150) > 0.9
    weights = importance_weights(found.first, 200, 100)
    assert weights.mean() == pytest.approx(1) and weights[150:].mean() > 5 * weights[:150].mean()
    again = vector_shift(first, second, seed=1)
    assert np.array_equal(again.first, found.first) and again.test == found.test


def test_weights_are_density_ratios() -> None:
    assert importance_weights(np.array([0.5, 0.8]), 10, 10) == pytest.approx([0.4, 1.6])
    assert importance_weights(np.full(3, np.nan), 3, 3).tolist() == [1, 1, 1]


def test_few_rows_are_said_to_be_few() -> None:
    small = np.random.default_rng(0).normal(size=(39, 2))
    found = vector_shift(small, small + 9)
    assert found.test.verdict == NOT_ENOUGH and found.test.p is None and np.isnan(found.first).all()
    for a, b in ((small[:0], small), (small[:1], small[:1]), (small[:0], small[:0])):
        assert vector_shift(a, b).test.verdict == NOT_ENOUGH
    table = pa.table({"x": list(range(10))})
    assert [t.verdict for t in column_shift(table, table, ["x"])] == [NOT_ENOUGH]


def test_columns_with_holm() -> None:
    rng = np.random.default_rng(3)

    def table(size: float, red: float) -> pa.Table:
        numbers = rng.normal(size, 1, 200).tolist()
        return pa.table({
            "size": [None if k % 9 == 0 else v for k, v in enumerate(numbers)],
            "color": rng.choice(["red", "blue"], 200, p=[red, 1 - red]).tolist(),
            "same": [1.0] * 200,
            "flag": (rng.random(200) < 0.5).tolist(),
            "missing": pa.nulls(200, pa.string()),
        })  # fmt: skip

    names = ["size", "color", "same", "flag", "missing"]
    tests = {t.column: t for t in column_shift(table(0, 0.2), table(1.5, 0.7), names, seed=0)}
    assert [n for n in names if tests[n].verdict == SHIFT] == ["size", "color"]
    assert tests["same"].auc == 0.5 and tests["same"].p == 1 and tests["missing"].verdict == NO_SHIFT
    ordered = sorted(tests.values(), key=lambda t: t.p or 0)
    assert ordered[0].p_holm == pytest.approx(5 * (ordered[0].p or 0)) and ordered[1].p_holm >= ordered[0].p_holm
    quiet = column_shift(table(0, 0.5), table(0, 0.5), names, seed=0)
    assert all(t.verdict == NO_SHIFT for t in quiet)


def test_nulls_that_come_more_often_are_a_shift() -> None:
    first, second = [1.0] * 150, [1.0] * 75 + [None] * 75
    assert column_shift(pa.table({"x": first}), pa.table({"x": second}), ["x"])[0].verdict == SHIFT


def test_refusals() -> None:
    table = pa.table({"v": [[1.0]] * 50})
    with pytest.raises(UsageError, match="no column 'x'; both tables"):
        column_shift(table, table, ["x"])
    with pytest.raises(UsageError, match="name it in vectors"):
        column_shift(table, table, ["v"])
    with pytest.raises(UsageError, match="vectors of 2 and 3 numbers"):
        vector_shift(np.ones((50, 2)), np.ones((50, 3)))
