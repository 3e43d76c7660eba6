"""Audits against published figures, and against the faults of other tools."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seedbed as sb
from seedbed.audit import check_gate, discover_slices
from seedbed.audit.gaps import adjust, permuted_gaps
from seedbed.audit.intervals import (
    clopper_pearson,
    multinomial_draws,
    over_seeds,
    paired_difference,
    ratio_over_seeds,
    wilson,
)
from seedbed.audit.result import Audit
from seedbed.errors import GateError, UsageError
from seedbed.slices import Slice

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "published_audits.json").read_text())


def repeat(rows: list[tuple[dict, int]]) -> pa.Table:
    return pa.Table.from_pylist([row for row, n in rows for _ in range(n)])


def value(audit: Audit, metric: str, **levels: str) -> dict:
    wanted = str(Slice.of(levels))
    return next(r for r in audit.table.to_pylist() if r["metric"] == metric and r["slice"] == wanted)


@pytest.fixture(scope="module")
def compas() -> pa.Table:
    rows = []
    for race in ("African-American", "Caucasian"):
        c = PUBLISHED["compas"][race]
        for (y, p), name in (((0, 0), "tn"), ((0, 1), "fp"), ((1, 0), "fn"), ((1, 1), "tp")):
            rows.append(({"race": race, "y": y, "p": p}, c[name]))
    return repeat(rows)


def test_compas_rates_to_the_digit(compas: pa.Table) -> None:
    made = sb.audit(compas, label="y", prediction="p", by=["race"], positive=1,
                    metrics=["false_positive_rate", "false_negative_rate", "balanced_accuracy"])  # fmt: skip
    for race in ("African-American", "Caucasian"):
        for metric, name in (("false_positive_rate", "FPR"), ("false_negative_rate", "FNR")):
            found = value(made, metric, race=race)
            assert round(100 * found["value"], 2) == PUBLISHED["compas"][race][name]
            assert found["low"] < found["value"] < found["high"] and found["state"] == "ok"
    gap = made.gaps.to_pylist()[0]
    assert gap["highest"] == "race == 'African-American'" and gap["p_adjusted"] < 0.01 and gap["null_mean"] < 0.03
    assert made.reconciled


def test_gender_shades_cells_and_marginals() -> None:
    sizes, errors = PUBLISHED["gender_shades_cell_sizes_from_memory"], PUBLISHED["gender_shades_error_pct"]["IBM"]
    rows, wrong = [], {}
    for cell, n in sizes.items():
        wrong[cell] = round(errors[cell] / 100 * n)
        base = {"skin": "darker" if cell[0] == "D" else "lighter", "gender": "female" if cell[1] == "F" else "male"}
        other = "male" if base["gender"] == "female" else "female"
        rows += [({**base, "said": other}, wrong[cell]), ({**base, "said": base["gender"]}, n - wrong[cell])]
    made = sb.audit(repeat(rows), label="gender", prediction="said", by=["skin", "gender"], metrics=["error_rate"])
    darker_female = value(made, "error_rate", skin="darker", gender="female")
    assert round(100 * darker_female["value"], 1) == errors["DF"] and darker_female["n"] == 271
    darker = value(made, "error_rate", skin="darker")
    assert darker["value"] == pytest.approx((wrong["DF"] + wrong["DM"]) / (271 + 318))
    assert made.worst("error_rate", 1, depth=2)[0].levels == {"skin": "darker", "gender": "female"}


def test_four_fifths_example() -> None:
    example = PUBLISHED["four_fifths"]
    rows = []
    for group, rate in example["rates"].items():
        rows += [
            ({"g": group, "y": "x", "p": "hired"}, round(rate * 100)),
            ({"g": group, "y": "x", "p": "not"}, 100 - round(rate * 100)),
        ]
    made = sb.audit(repeat(rows), label="y", prediction="p", by=["g"], metrics=["selection_rate"], positive="hired")
    rates = {r.levels["g"]: r.value for r in made.slices("selection_rate")}
    for group, ratio in example["ratios"].items():
        assert rates[group] / max(rates.values()) == pytest.approx(ratio)
    assert made.gaps.to_pylist()[0]["ratio"] == pytest.approx(0.75)
    with pytest.raises(UsageError, match="no worse side"):
        made.worst("selection_rate")


def test_intervals_against_published_values() -> None:
    low, high = wilson(0, 385)
    assert low == 0 and high == pytest.approx(0.0099, abs=5e-5)
    assert np.allclose(wilson(81, 263), (0.2553, 0.3662), atol=5e-4)  # Newcombe 1998, table I
    assert np.allclose(clopper_pearson(81, 263), (0.2527, 0.3676), atol=5e-4)
    assert np.allclose(clopper_pearson(0, 10), (0, 0.3085), atol=5e-4)
    assert np.isnan(wilson(0, 0)[0])
    assert over_seeds([1.0, 2.0, 3.0]).to_dict() == pytest.approx(
        {"mean": 2, "low": -0.4841, "high": 4.4841, "n": 3}, abs=1e-3
    )
    assert over_seeds([0.5]).low is None and over_seeds([]).mean is None
    assert over_seeds([0.0, 0.1], bounds=(0, 1)).low == 0
    assert paired_difference([3, 5], [1, 3]).mean == 2
    found = ratio_over_seeds([0.2, 0.22, 0.21], [0.4, 0.44, 0.41])
    assert found.low < found.mean < found.high and found.mean == pytest.approx(0.504)  # type: ignore[operator]
    assert ratio_over_seeds([1, 2, 3], [-1, 0.1, 1.2]).low is None


def test_wilson_covers_what_it_says() -> None:
    rng = np.random.default_rng(0)
    for p in (0.02, 0.2, 0.5):
        low, high = wilson(rng.binomial(60, p, 4000), 60)
        assert 0.92 < ((low <= p) & (p <= high)).mean() < 0.99


def test_equal_groups_show_a_gap_by_chance_and_the_null_knows() -> None:
    rng = np.random.default_rng(1)
    successes, trials = np.array([42, 43] * 6), np.full(12, 50)
    assert permuted_gaps(successes, trials, trials, 4000, rng).mean() == pytest.approx(0.163, abs=0.006)
    rejected = 0
    for k in range(60):
        right = rng.random(600) < 0.85
        table = {"g": [str(i // 50) for i in range(600)], "y": ["a"] * 600, "p": ["a" if r else "b" for r in right]}
        made = sb.audit(table, label="y", prediction="p", by=["g"], replicates=200, seed=k)
        rejected += made.gaps.to_pylist()[0]["p_value"] < 0.05
    assert rejected <= 8  # 5 % of 60 is 3


def test_equal_rates_at_unequal_base_rates_are_no_gap() -> None:
    """Both groups have a false positive rate of 0.3, over 20 and 480 negatives of 500 rows each."""
    rng, rejected = np.random.default_rng(4), 0
    negatives = {"a": 20, "b": 480}
    for k in range(60):
        rows = {"g": [], "y": [], "p": []}
        for g, n in negatives.items():
            rows["g"] += [g] * 500
            rows["y"] += [0] * n + [1] * (500 - n)
            rows["p"] += [int(v) for v in rng.random(n) < 0.3] + [1] * (500 - n)
        made = sb.audit(
            rows,
            label="y",
            prediction="p",
            by=["g"],
            metrics=["false_positive_rate"],
            positive=1,
            replicates=200,
            seed=k,
        )
        rejected += made.gaps.to_pylist()[0]["p_value"] <= 0.05
    assert rejected <= 8  # 5 % of 60 is 3


def test_gates_that_check_nothing_do_not_pass_and_order_does_not_matter() -> None:
    table = {"g": ["a"] * 20, "h": ["x"] * 20, "y": [1] * 20, "p": [1] * 20}
    made = sb.audit(table, label="y", prediction="p", by=["g", "h"], metrics=["accuracy", "f1"], positive=1)
    with pytest.raises(GateError):
        check_gate(made, "accuracy[h == 'x' and g == 'a'] > 0.5")
    for gate in ("gap:f1 > 0.1", "gap:accuracy > 0.1"):
        with pytest.raises(UsageError, match="no figure with enough data"):
            check_gate(made, gate)
    assert sb.audit(table, label="y", prediction="p", by=["g"], depth=0).table.num_rows == 1
    with pytest.raises(UsageError, match="called 'n' too"):
        sb.audit({**table, "n": ["a"] * 20}, label="y", prediction="p", by=["n"])


def test_undefined_stays_undefined_and_zero_errors_are_not_certain() -> None:
    table = {"g": ["a"] * 20 + ["b"] * 20, "y": [0] * 20 + [0, 1] * 10, "p": [0] * 20 + [0, 1] * 10}
    made = sb.audit(
        table, label="y", prediction="p", by=["g"], metrics=["true_positive_rate", "error_rate", "f1"], positive=1
    )
    missing = value(made, "true_positive_rate", g="a")
    assert missing["value"] is None and missing["state"] == "undefined" and missing["n"] == 0
    assert value(made, "f1", g="a")["state"] == "undefined"
    perfect = value(made, "error_rate", g="b")
    assert perfect["value"] == 0 and perfect["low"] == 0 and perfect["high"] > 0.1
    assert "not enough data" in [g["state"] for g in made.gaps.to_pylist() if g["metric"] == "true_positive_rate"]


def test_count_bootstrap_is_the_row_bootstrap() -> None:
    rng = np.random.default_rng(2)
    counts = np.array([[50, 8], [12, 30]])
    rows = np.repeat(np.arange(4), counts.ravel())

    def recall(c: np.ndarray) -> np.ndarray:
        return c[..., 1, 1] / c[..., 1, :].sum(-1)

    by_counts = recall(multinomial_draws(counts, 4000, rng))
    drawn = rows[rng.integers(len(rows), size=(4000, len(rows)))]
    by_rows = recall(np.stack([np.bincount(d, minlength=4).reshape(2, 2) for d in drawn]))
    widths = [np.ptp(np.quantile(x, [0.025, 0.975])) for x in (by_counts, by_rows)]
    assert widths[0] / widths[1] == pytest.approx(1, abs=0.08)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans(), st.booleans()), min_size=1, max_size=60
    ),
    st.randoms(),
)
@settings(max_examples=40, deadline=None)
def test_row_order_changes_nothing_and_cells_add_up(rows: list[tuple], random: object) -> None:
    def run(items: list[tuple]) -> Audit:
        columns = dict(zip(("g", "h", "y", "p"), map(list, zip(*items))))
        return sb.audit(columns, label="y", prediction="p", by=["g", "h"], min_count=1, replicates=20)

    made, mixed = run(rows), list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert made.table.equals(run(mixed).table) and made.reconciled
    body = made.table.to_pylist()
    for depth in (1, 2):
        assert sum(r["n"] for r in body if r["depth"] == depth) == len(rows) * (2 if depth == 1 else 1)
    for r in body:
        assert r["low"] <= r["value"] <= r["high"]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from(["it's", 'a "b"', "c"])), min_size=1, max_size=40
    )
)
@settings(max_examples=40, deadline=None)
def test_a_slice_selects_its_own_rows(rows: list[tuple]) -> None:
    columns = dict(zip(("number", "flag", "text"), map(list, zip(*rows))))
    table = pa.table({**columns, "y": ["a"] * len(rows)})
    made = sb.audit(table, label="y", prediction="y", by=["number", "flag", "text"], min_count=1, replicates=5)
    for r in made.table.to_pylist():
        assert Slice.parse(r["slice"]).mask(table).sum() == r["n"], r["slice"]


def test_missing_values_are_counted_and_named() -> None:
    table = {"g": ["a", None, "b", "b"], "y": ["1", "1", None, "1"], "p": ["1", "0", "1", None]}
    made = sb.audit(table, label="y", prediction="p", by=["g"], min_count=1)
    assert made.about["rows"] == 2 and made.about["rows_without_label_or_prediction"] == 2
    assert "(missing)" in [r["g"] for r in made.table.to_pylist()]


def test_small_slices_and_small_tables() -> None:
    table = {"g": ["a"] * 12 + ["b"] * 3, "y": ["1"] * 15, "p": ["1"] * 14 + ["0"]}
    made = sb.audit(table, label="y", prediction="p", by=["g"])
    assert value(made, "accuracy", g="b")["state"] == "not enough data"
    assert [r.slice for r in made.worst("accuracy")] == ["g == 'a'"]
    empty = sb.audit(
        {"g": pa.array([], pa.string()), "y": pa.array([], pa.string())}, label="y", prediction="y", by=["g"]
    )
    assert empty.table.to_pylist()[0]["state"] == "undefined"
    one = sb.audit({"g": ["a"], "y": ["1"], "p": ["1"]}, label="y", prediction="p", by=["g"])
    assert one.table.num_rows == 2


def test_scores_user_functions_and_many_classes() -> None:
    rng = np.random.default_rng(3)
    n = 600
    label = rng.integers(0, 100, n).astype(str)
    said = np.where(rng.random(n) < 0.7, label, "0")
    table = {"g": ["a", "b"] * (n // 2), "y": label, "p": said, "c": np.full(n, 0.7)}

    def half(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        return 0.5 * float((y_true == y_pred).mean())

    made = sb.audit(
        table, label="y", prediction="p", by=["g"], score="c", metrics=["accuracy", half, "expected_calibration_error"]
    )
    assert made.overall("half").value == pytest.approx(made.overall("accuracy").value / 2)
    assert made.overall("expected_calibration_error").value == pytest.approx(
        abs(made.overall("accuracy").value - 0.7), abs=1e-6
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": "yy"}, "no column 'yy'"),
        ({"metrics": ["acuracy"]}, "did you mean 'accuracy'"),
        ({"metrics": ["recall_of"]}, "unknown metric"),
        ({"metrics": ["true_positive_rate"]}, "needs the positive class"),
        ({"metrics": ["expected_calibration_error"]}, "needs a confidence column"),
        ({"positive": "maybe"}, "no class 'maybe'"),
        ({"by": "g"}, "give a list"),
        ({"depth": 3}, "depth is 3"),
        ({"confidence": 95}, "confidence is 95"),
        ({"correction": "holmes"}, "did you mean 'holm'"),
    ],
)
def test_wrong_input_names_what_is_wrong(options: dict, message: str) -> None:
    call = {"label": "y", "prediction": "p", "by": ["g"], **options}
    with pytest.raises(UsageError, match=message):
        sb.audit({"g": ["a"], "y": ["1"], "p": ["1"]}, **call)


def test_files_that_cannot_be_audited(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.parquet").write_text("x")
    for path, message in [("a.txt", "unknown format"), ("b.parquet", "cannot be read"), ("c.csv", "no such file")]:
        with pytest.raises(UsageError, match=message):
            sb.audit(tmp_path / path, label="y", prediction="p", by=["g"])
    with pytest.raises(UsageError, match="cannot audit a int"):
        sb.audit(3, label="y", prediction="p", by=["g"])


def test_adjusted_p_values() -> None:
    assert adjust([0.01, 0.04, 0.03], "holm") == pytest.approx([0.03, 0.06, 0.06])
    assert adjust([0.01, 0.04, 0.03], "benjamini-hochberg") == pytest.approx([0.03, 0.04, 0.04])
    assert adjust([0.01, 0.5], "none") == [0.01, 0.5]


def test_gates(compas: pa.Table) -> None:
    made = sb.audit(compas, label="y", prediction="p", by=["race"], metrics=["accuracy"])
    check_gate(made, "accuracy < 0.5")
    check_gate(made, "accuracy[race == 'Caucasian'] < 0.6")
    for gate in ("accuracy < 0.65", "accuracy[race == 'Caucasian'] > 0.6", "gap:accuracy > 0.001"):
        with pytest.raises(GateError):
            check_gate(made, gate)
    for gate, message in [
        ("accuracy", "not a gate"),
        ("recal < 1", "was not measured"),
        ("accuracy[race == 'x'] < 1", "no slice"),
    ]:
        with pytest.raises(UsageError, match=message):
            check_gate(made, gate)


def test_discovery_finds_a_planted_slice_and_measures_it_on_other_rows() -> None:
    rng = np.random.default_rng(5)
    n = 4000
    g, h = rng.integers(0, 6, n), rng.integers(0, 6, n)
    wrong = rng.random(n) < np.where((g == 2) & (h == 4), 0.6, 0.1)
    table = {"g": g.astype(str), "h": h.astype(str), "y": ["a"] * n, "p": np.where(wrong, "b", "a")}
    found = discover_slices(table, label="y", prediction="p", by=["g", "h"], k=5)
    assert found[0].slice == "g == '2' and h == '4'" and found[0].low < 0.6 < found[0].high
    assert found[0].n < 90


def test_save_and_load(tmp_path: Path, compas: pa.Table) -> None:
    made = sb.audit(compas, label="y", prediction="p", by=["race"])
    again = Audit.load(made.save(tmp_path / "a"))
    assert again.table.equals(made.table) and again.gaps.equals(made.gaps) and again.about == made.about
    assert json.loads((tmp_path / "a" / "audit.json").read_text())["schema_version"] == 1
    shown = sb.audit({"g": ["<b>"] * 20, "y": ["1"] * 20}, label="y", prediction="y", by=["g"])._repr_html_()
    assert "<b>" not in shown and len(shown) < 200_000
