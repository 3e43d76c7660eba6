"""Metrics against scikit-learn, sacrebleu and fairlearn; intervals against simulation."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import seedbed as sb
from seedbed import registry
from seedbed.audit import Audit
from seedbed.audit.intervals import mean_interval_of
from seedbed.errors import UsageError

N = 1500


@pytest.fixture(scope="module")
def answers() -> pa.Table:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, N)
    score = np.clip(0.5 + (y - 0.5) * 0.5 + rng.normal(0, 0.3, N), 0.001, 0.999).round(2)
    return pa.table({
        "sex": np.array(["f", "m"])[rng.integers(0, 2, N)], "race": np.array(list("abc"))[rng.integers(0, 3, N)],
        "y": y, "p": (score > 0.6).astype(int), "s": score, "cost": rng.normal(10, 3, N), "guess": rng.normal(10, 4, N),
    })  # fmt: skip


def by_slice(made: Audit, metric: str) -> dict[tuple[str | None, str | None], dict]:
    return {(r["sex"], r["race"]): r for r in made.table.to_pylist() if r["metric"] == metric}


def parts(table: pa.Table) -> dict[tuple[str | None, str | None], dict[str, np.ndarray]]:
    columns = {name: np.asarray(table[name]) for name in table.column_names}
    keys = [(s, r) for s in (None, "f", "m") for r in (None, "a", "b", "c")]
    made = {}
    for s, r in keys:
        keep = np.ones(N, bool) if s is None else columns["sex"] == s
        keep &= True if r is None else columns["race"] == r
        made[s, r] = {name: column[keep] for name, column in columns.items()}
    return made


def test_every_slice_equals_scikit_learn(answers: pa.Table) -> None:
    import sklearn.metrics as sk

    oracles = {
        "roc_auc": lambda c: sk.roc_auc_score(c["y"], c["s"]),
        "average_precision": lambda c: sk.average_precision_score(c["y"], c["s"]),
        "log_loss": lambda c: sk.log_loss(c["y"], c["s"]),
        "brier_score": lambda c: sk.brier_score_loss(c["y"], c["s"]),
        "balanced_accuracy": lambda c: sk.balanced_accuracy_score(c["y"], c["p"]),
        "f1": lambda c: sk.f1_score(c["y"], c["p"]),
        "negative_predictive_value": lambda c: sk.precision_score(c["y"], c["p"], pos_label=0),
        "false_omission_rate": lambda c: 1 - sk.precision_score(c["y"], c["p"], pos_label=0),
    }
    made = sb.audit(answers, label="y", prediction="p", by=["sex", "race"], score="s", positive=1,
                    metrics=list(oracles), replicates=50)  # fmt: skip
    for metric, oracle in oracles.items():
        found = by_slice(made, metric)
        for key, columns in parts(answers).items():
            row = found[key]
            assert row["value"] == pytest.approx(oracle(columns), abs=1e-12), (metric, key)
            assert row["low"] < row["value"] < row["high"], (metric, key)
    gaps = {(g["metric"], g["by"]): g for g in made.gaps.to_pylist()}
    assert all(g["state"] == "ok" and g["p_value"] > 0.001 for g in gaps.values())  # groups are alike by construction
    assert made.reliability is not None and set(made.reliability["slice"].to_pylist()) >= {"", "sex == 'f'"}


def test_numbers_equal_scikit_learn(answers: pa.Table) -> None:
    import sklearn.metrics as sk

    oracles = {
        "mean_absolute_error": sk.mean_absolute_error, "mean_squared_error": sk.mean_squared_error,
        "root_mean_squared_error": sk.root_mean_squared_error, "r2": sk.r2_score,
        "mean_error": lambda y, p: (p - y).mean(), "mean_prediction": lambda y, p: p.mean(),
    }  # fmt: skip
    made = sb.audit(answers, label="cost", prediction="guess", by=["sex", "race"], metrics=list(oracles), replicates=50)
    for metric, oracle in oracles.items():
        found = by_slice(made, metric)
        for key, columns in parts(answers).items():
            assert found[key]["value"] == pytest.approx(oracle(columns["cost"], columns["guess"]), abs=1e-9)
            assert found[key]["low"] < found[key]["value"] < found[key]["high"]
    with pytest.raises(UsageError, match="holds no numbers"):
        sb.audit({"y": ["a"], "p": ["b"], "g": ["x"]}, label="y", prediction="p", by=["g"], metrics=["r2"])


def test_text_equals_sacrebleu() -> None:
    import sacrebleu

    truth = ["the cat sat on the mat", "a dog barks", "it rains in the north today", "we go home"] * 6
    said = ["the cat sat on a mat", "a dog barked", "it rains in the north", "We go home "] * 6
    table = {"g": ["a", "a", "b", "b"] * 6, "y": truth, "p": said}
    made = sb.audit(table, label="y", prediction="p", by=["g"], metrics=["bleu", "chrf", "exact_match"], replicates=40)
    whole = {r["metric"]: r for r in made.table.to_pylist() if r["depth"] == 0}
    assert whole["bleu"]["value"] == pytest.approx(sacrebleu.corpus_bleu(said, [truth]).score)
    assert whole["chrf"]["value"] == pytest.approx(sacrebleu.corpus_chrf(said, [truth]).score)
    assert whole["exact_match"]["value"] == 0.25 and whole["bleu"]["low"] < whole["bleu"]["high"]
    never = next(r for r in made.table.to_pylist() if r["metric"] == "exact_match" and r["g"] == "a")
    assert never["value"] == 0 and never["high"] > 0.2  # Wilson: no match in 12 is not certainty


def test_equals_fairlearn_to_the_last_digits(answers: pa.Table) -> None:
    from fairlearn import metrics as fl
    from sklearn.metrics import accuracy_score

    own = [
        "accuracy",
        "selection_rate",
        "true_positive_rate",
        "false_positive_rate",
        "false_negative_rate",
        "true_negative_rate",
    ]
    made = sb.audit(answers, label="y", prediction="p", by=["sex", "race"], metrics=own, positive=1)
    frame = answers.to_pandas()
    theirs = fl.MetricFrame(
        metrics={name: accuracy_score if name == "accuracy" else getattr(fl, name) for name in own},
        y_true=frame["y"], y_pred=frame["p"], sensitive_features=frame[["sex", "race"]],
    )  # fmt: skip
    for metric in own:
        found = by_slice(made, metric)
        for (sex, race), value in theirs.by_group[metric].items():
            assert found[sex, race]["value"] == pytest.approx(value, abs=1e-12)
        gap = next(g for g in made.gaps.to_pylist() if g["metric"] == metric and g["by"] == "sex, race")
        assert gap["difference"] == pytest.approx(theirs.difference()[metric], abs=1e-12)
        assert gap["ratio"] == pytest.approx(theirs.ratio()[metric], abs=1e-12)


def test_intervals_cover_what_they_say() -> None:
    """300 tables of two groups of 60 with a known F1, balanced accuracy, mean error and difference of accuracies."""
    rng, hits = (
        np.random.default_rng(8),
        {"f1": 0, "balanced_accuracy": 0, "accuracy": 0, "difference": 0, "mean_error": 0},
    )
    rounds = 300
    truth = {"f1": 2 * 0.4 / (2 * 0.4 + 0.1 + 0.1), "balanced_accuracy": 0.8, "accuracy": 0.8, "mean_error": 1.0}
    for k in range(rounds):
        y, right = rng.integers(0, 2, 120), rng.random(120) < 0.8
        table = {"g": ["a", "b"] * 60, "y": y, "p": np.where(right, y, 1 - y)}
        made = sb.audit(
            table,
            label="y",
            prediction="p",
            by=["g"],
            positive=1,
            metrics=["f1", "balanced_accuracy", "accuracy"],
            replicates=10,
            seed=k,
        )
        numbers = sb.audit(
            {"g": ["a"] * 30, "y": np.zeros(30), "p": rng.normal(1, 2, 30)},
            label="y",
            prediction="p",
            by=["g"],
            metrics=["mean_error"],
            replicates=10,
        )
        for row in [*made.table.to_pylist(), *numbers.table.to_pylist()]:
            if row["depth"] == 0:
                hits[row["metric"]] += row["low"] <= truth[row["metric"]] <= row["high"]
        d = next(d for d in made.differences.to_pylist() if d["metric"] == "accuracy")
        hits["difference"] += d["low"] <= 0 <= d["high"]
    for name, count in hits.items():
        assert 0.91 <= count / rounds <= 0.985, (name, count / rounds)


def test_intervals_of_skewed_figures_cover_what_they_say() -> None:
    """600 groups of 40, one trial each: squared errors, their root, r2, Brier score, average precision."""
    from sklearn.metrics import average_precision_score

    rng, groups, size = np.random.default_rng(3), 600, 40
    y = rng.normal(0, 2, (groups, size))
    names = np.repeat([f"g{k:03d}" for k in range(groups)], size)
    numbers = {"g": names, "y": y.ravel(), "p": (y + rng.normal(0.5, 1, y.shape)).ravel()}
    score = 1 / (1 + np.exp(-rng.normal(0, 1.5, (groups, size))))
    outcome = (rng.random(score.shape) < score).astype(int)
    scores = {"g": names, "y": outcome.ravel(), "p": outcome.ravel(), "s": score.ravel()}
    truth = {"mean_squared_error": 1.25, "root_mean_squared_error": 1.25**0.5, "r2": 1 - 1.25 / 4}
    many = 1 / (1 + np.exp(-rng.normal(0, 1.5, 1_000_000)))
    truth["brier_score"] = float((many * (1 - many)).mean())
    drawn = np.random.default_rng(4).random(len(many)) < many
    truth["average_precision"] = float(average_precision_score(drawn, many))
    how = {"label": "y", "prediction": "p", "by": ["g"], "replicates": 2}
    first = sb.audit(numbers, metrics=list(truth)[:3], **how)
    second = sb.audit(scores, metrics=list(truth)[3:], score="s", positive=1, **how)
    rows = [row for made in (first, second) for row in made.table.to_pylist() if row["depth"] == 1]
    for name, value in truth.items():
        ends = [(row["low"], row["high"]) for row in rows if row["metric"] == name]
        share = np.mean([low <= value <= high for low, high in ends])
        assert len(ends) == groups and 0.92 <= share <= (1.0 if name == "average_precision" else 0.98), (name, share)


def test_the_interval_of_a_mean_is_students_without_skewness_and_leans_with_it() -> None:
    from scipy import stats

    even = np.array([1.0, 2, 3, 4, 5])
    low, high = mean_interval_of(even)
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 4, 3, stats.sem(even)))
    tail = np.array([0.0] * 20 + [1, 2, 4, 8, 16])
    low, high = mean_interval_of(tail)
    assert high - tail.mean() > 1.5 * (tail.mean() - low) > 0  # the long side is the one where the tail is
    assert np.isnan(mean_interval_of(np.ones(9))).all() and np.isnan(mean_interval_of(np.array([1.0]))).all()


def test_a_perfect_ranking_is_not_certain() -> None:
    table = {"g": ["a"] * 12, "y": [1] * 4 + [0] * 8, "p": [1] * 4 + [0] * 8, "s": np.linspace(0.9, 0.1, 12)}
    made = sb.audit(
        table, label="y", prediction="p", by=["g"], score="s", positive=1, metrics=["average_precision"]
    ).table.to_pylist()[0]
    assert made["value"] == 1 and made["high"] == 1 and made["low"] == pytest.approx(4 / (4 + 1.96**2), abs=1e-3)


def test_perfect_groups_are_not_certain() -> None:
    table = {"g": ["a"] * 20 + ["b"] * 20, "y": [0, 1] * 20, "p": [0, 1] * 20}

    def agreement(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        return float((y_true == y_pred).mean())

    made = sb.audit(
        table, label="y", prediction="p", by=["g"], positive=1, metrics=["f1", "balanced_accuracy", agreement]
    )
    for row in made.table.to_pylist():
        if row["metric"] == "agreement":  # resampling equal rows says nothing of their spread, and claims nothing
            assert row["value"] == 1 and row["low"] is None and row["high"] is None
        else:
            assert row["value"] == 1 and row["low"] < 0.95 and row["high"] == 1
    gap = made.gaps.to_pylist()[0]
    assert gap["difference"] == 0 and gap["high"] > 0.05


def test_user_functions_get_numbers_as_numbers() -> None:
    def mean_cost(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        return float((y_pred - y_true).mean())

    rng = np.random.default_rng(1)
    table = {"g": ["a", "b"] * 40, "y": np.arange(80), "p": np.arange(80) + rng.normal(2, 1, 80)}
    made = sb.audit(table, label="y", prediction="p", by=["g"], metrics=[mean_cost, "mean_error"])
    assert made.overall("mean_cost").value == pytest.approx(made.overall("mean_error").value)

    def broken(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        raise KeyError("x")

    with pytest.raises(UsageError, match="the metric failed"):
        sb.audit(table, label="y", prediction="p", by=["g"], metrics=[broken])


def test_a_planted_gap_is_found_for_every_kind_of_metric() -> None:
    rng = np.random.default_rng(2)
    n, g = 600, np.array(["a", "b"] * 300)
    y = rng.integers(0, 2, n)
    keep = rng.random(n) < np.where(g == "a", 0.95, 0.65)
    p = np.where(keep, y, 1 - y)
    score = np.where(p == 1, 0.8, 0.2) + rng.normal(0, 0.05, n)
    made = sb.audit({"g": g, "y": y, "p": p, "s": score.clip(0, 1)}, label="y", prediction="p", by=["g"], positive=1, score="s",
                    metrics=["accuracy", "f1", "brier_score", "roc_auc"], replicates=200)  # fmt: skip
    for gap in made.gaps.to_pylist():
        assert gap["p_value"] < 0.02 and gap["difference"] > gap["null_95"], gap["metric"]
    rows = {(d["metric"], d["slice"]): d for d in made.differences.to_pylist()}
    told = rows["accuracy", "g == 'b'"]
    assert told["high"] < 0 and told["ratio_high"] < 1 and told["p_adjusted"] < 1e-6


@pytest.mark.parametrize("metric", registry.names("metric"))
def test_every_metric_survives_one_row_none_and_a_bad_row(metric: str) -> None:
    fn = registry.get("metric", metric)
    numbers = getattr(fn, "reads", "") == "numbers"
    for size in (0, 1, 12):
        y = pa.array([1.0, 0.0] * 6 if numbers else ["1", "0"] * 6)[:size]
        table = {
            "g": pa.array(["a", None] * 6, pa.string())[:size],
            "y": y,
            "p": y,
            "s": pa.array([0.5] * 12, pa.float64())[:size],
        }
        options = {"score": "s", "positive": None if numbers else "1", "metrics": [metric], "replicates": 10}
        made, again = (sb.audit(table, label="y", prediction="p", by=["g"], **options) for _ in range(2))
        assert {r["state"] for r in made.table.to_pylist()} <= {"ok", "not enough data", "undefined"}
        assert made.table.equals(again.table) and made.gaps.equals(again.gaps)
