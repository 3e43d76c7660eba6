"""Scaling laws: exact identities, published constants, parameters that come back, doublings, held-out checks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.learn import scaling
from seedbed.learn.scaling import Law, Point, Price

HOFFMANN = Law(1.69, 406.4, 410.7, 0.34, 0.28)
REFIT = Law(1.8172, 482.01, 2085.43, 0.3478, 0.3658)  # Besiroglu et al. 2024
COMPUTE = 5.76e23  # Chinchilla's


def grid(law: Law, noise: float = 0.0, seed: int = 0) -> scaling.Points:
    n, d = (values.ravel() for values in np.meshgrid(np.geomspace(1e7, 1e10, 6), np.geomspace(1e9, 1e12, 6)))
    rng = np.random.default_rng(seed)
    return scaling.points(n, d, law.loss(n, d) * np.exp(noise * rng.standard_normal(len(n))))


def repeated(law: Law, noise: float = 0.0, seed: int = 0) -> tuple[scaling.Points, np.ndarray]:
    n, u, e = (v.ravel() for v in np.meshgrid([1e3, 4e3, 16e3, 64e3], np.geomspace(200, 6400, 5), [1, 3, 9, 27]))
    rng = np.random.default_rng(seed)
    loss = law.loss(n, u, e) * np.exp(noise * rng.standard_normal(len(n)))
    return scaling.points(n, u, loss, e), 6 * n * u * e


@pytest.mark.parametrize(
    ("law", "parameters", "tokens", "ratio"), [(REFIT, 72e9, 1.33e12, 18.4), (HOFFMANN, 32e9, None, 93)]
)
def test_published_constants_give_the_published_allocations(
    law: Law, parameters: float, tokens: float | None, ratio: float
) -> None:
    found = scaling.allocate(law, COMPUTE)
    assert found.parameters == pytest.approx(parameters, rel=0.01)
    assert found.rows / found.parameters == pytest.approx(ratio, rel=0.01)
    if tokens is not None:
        assert found.rows == pytest.approx(tokens, rel=0.01)


@pytest.mark.parametrize("law", [HOFFMANN, REFIT])
def test_allocation_is_the_closed_form_and_the_true_minimum(law: Law) -> None:
    a, b = scaling.exponents(law)
    g = (law.alpha * law.a / (law.beta * law.b)) ** (1 / (law.alpha + law.beta))
    for flop in (1e18, COMPUTE):
        found = scaling.allocate(law, flop)
        assert found.parameters == pytest.approx(g * (flop / 6) ** a, rel=1e-9)
        assert found.rows == pytest.approx((flop / 6) ** b / g, rel=1e-9)
        assert 6 * found.parameters * found.rows == pytest.approx(flop, rel=1e-9)
    assert a == pytest.approx(law.beta / (law.alpha + law.beta)) and a + b == pytest.approx(1)


def test_allocation_at_another_price_is_a_minimum() -> None:
    price = Price(k=40.0, g=1.3)
    found = scaling.allocate(REFIT, 1e20, price)
    assert price.flop(found.parameters, found.rows) == pytest.approx(1e20)
    for factor in (0.7, 0.95, 1.05, 1.4):
        n = found.parameters * factor
        assert found.loss < REFIT.loss(n, 1e20 / (price.k * n**price.g))


def test_a_law_that_is_flat_has_no_best_allocation() -> None:
    flat = Law(0.1, 1, 2, 0.0, 0.4)
    assert np.isnan(scaling.allocate(flat, 1e9).parameters)
    assert scaling.best_use(flat, [flat], 1e9, Price()) is None


def test_price_is_fitted_from_counts() -> None:
    n = np.array([1e3, 1e4, 1e5])
    price = scaling.fit_price(n, 40 * n**1.3)
    assert (price.k, price.g) == (pytest.approx(40), pytest.approx(1.3))
    assert scaling.fit_price([10, 10], [600, 600]) == Price(pytest.approx(60), 1.0)


@pytest.mark.parametrize("law", [HOFFMANN, REFIT])
def test_constants_come_back_from_a_grid_without_noise(law: Law) -> None:
    found = scaling.fit_law(grid(law), starts=6).law.to_dict()
    wanted = law.to_dict()
    for name in ("E", "A", "B", "alpha", "beta"):
        assert found[name] == pytest.approx(wanted[name], rel=1e-4), name


def test_constants_come_back_from_noise_within_their_intervals_and_an_outlier_does_not_bend_them() -> None:
    given = grid(REFIT, noise=0.002, seed=3)
    loss = given.loss.copy()
    loss[5] *= 1.5
    bad = scaling.points(given.parameters, given.rows, loss)
    fitted = scaling.fit_law(bad, starts=6)
    laws = scaling.bootstrap(bad, fitted, replicates=40, seed=1)
    for name in ("floor", "alpha", "beta"):
        low, high = scaling.interval(laws, lambda law, n=name: getattr(law, n))
        assert low <= getattr(REFIT, name) <= high and high - low < 0.3, name


def test_repetition_comes_back_and_means_what_the_paper_says() -> None:
    law = Law(0.1, 30, 40, 0.5, 0.6, 6.0)
    found = scaling.fit_law(repeated(law)[0], repetition=True, starts=6).law
    assert found.repeats == pytest.approx(6.0, rel=1e-3) and found.beta == pytest.approx(0.6, rel=1e-3)
    assert scaling.effective_rows(100, 1, 6.0) == 100
    assert scaling.effective_rows(100, 1e6, 6.0) == pytest.approx(100 * 7)  # at most U (1 + R*)
    assert scaling.effective_rows(100, 4, 15.39) == pytest.approx(100 * (1 + 15.39 * (1 - np.exp(-3 / 15.39))))
    assert scaling.effective_rows(100, 5, float("inf")) == 500


def test_bootstrap_is_seeded() -> None:
    given = grid(REFIT, noise=0.01)
    fitted = scaling.fit_law(given, starts=4)
    one, two, other = (scaling.bootstrap(given, fitted, replicates=3, seed=s) for s in (0, 0, 1))
    assert one == two and one != other


def test_the_check_holds_for_a_law_and_not_for_noise() -> None:
    given, flop = repeated(Law(0.1, 30, 40, 0.5, 0.6, 6.0), noise=0.02)
    found = scaling.check(given, flop, 0.2, repetition=True, starts=4)
    assert found.holds and found.error < 0.05 < found.nearest
    assert flop[scaling.largest(flop, 0.2)].min() > np.quantile(flop, 0.6)
    rng = np.random.default_rng(2)
    part = given.take(slice(0, 40))
    # one loss for all, and noise: what is measured nearby is as good a guess as any law
    nonsense = scaling.points(part.parameters, part.rows, 1 + 0.2 * rng.random(40), part.epochs)
    assert scaling.check(nonsense, flop[:40], 0.2, starts=2).error > 0.03


@pytest.mark.parametrize(
    ("law", "wanted"),
    [
        (Law(0.1, 300, 0.1, 0.5, 0.6, 6.0), "model"),
        (Law(0.1, 1, 400, 0.5, 0.6, 1.0), "data"),
    ],
)
def test_the_bottleneck_is_the_one_that_was_planted(law: Law, wanted: str) -> None:
    given, _ = repeated(law, noise=0.01)
    fitted = scaling.fit_law(given, repetition=True, starts=3)
    laws = scaling.bootstrap(given, fitted, repetition=True, replicates=25)
    point = Point(8e3, 800, 5)
    assert scaling.bottleneck(fitted.law, laws, point)["verdict"] == wanted
    rows = {row["doubled"]: row for row in scaling.doublings(fitted.law, laws, point, Price())}
    here = point.flop(Price())
    assert all(row["flop"] == pytest.approx(2 * here) for row in rows.values())
    assert rows["data"]["new_rows"] == 800 and rows["model"]["new_rows"] == 0
    assert sum(scaling.terms(law, point).values()) == pytest.approx(point.loss(law))


def test_no_verdict_where_two_doublings_buy_the_same() -> None:
    law = Law(0.1, 30, 40, 0.5, 0.6)  # without R* further epochs and further rows are worth the same
    laws = [law] * 5
    found = scaling.bottleneck(law, laws, Point(1e9, 500, 2))
    assert found["verdict"] == scaling.NOT_SHOWN and found["first"] in ("data", "compute")


def test_too_little_is_refused() -> None:
    with pytest.raises(UsageError, match="5 points for 5 constants"):
        scaling.fit_law(grid(REFIT).take(slice(0, 5)))
    given = grid(REFIT)
    with pytest.raises(UsageError, match="too few levels of parameters"):
        scaling.fit_law(scaling.points(np.ones(len(given)), given.rows, given.loss))
    with pytest.raises(UsageError, match="no row was read twice"):
        scaling.fit_law(given, repetition=True)
    with pytest.raises(UsageError, match="loss must be one number above 0"):
        scaling.points([1.0], [1.0], [float("nan")])
    with pytest.raises(UsageError, match="held_out is 1.5"):
        scaling.largest([1.0, 2.0], 1.5)


def test_a_law_survives_json() -> None:
    for law in (HOFFMANN, Law(0.1, 1, 2, 0.3, 0.4, 5.0)):
        assert Law.from_dict(json.loads(json.dumps(law.to_dict()))) == law


# -- data efficiency ------------------------------------------------------------------------------------------
CURVE = {100: 0.5, 200: 0.7, 400: 0.9}


def test_rows_are_read_off_the_curve_over_log_rows() -> None:
    assert scaling.crossing(CURVE, 0.7) == (pytest.approx(200), "reached")
    assert scaling.crossing(CURVE, 0.8) == (pytest.approx(200 * 2**0.5), "reached")
    assert scaling.crossing(CURVE, 0.95) == (None, "not reached")
    assert scaling.crossing(CURVE, 0.4) == (100.0, "at most")
    assert scaling.crossing({100: 0.8, 200: 0.6, 400: 0.9}, 0.75)[0] == pytest.approx(200 * 2**0.5)  # where it stays


def test_rows_needed_have_a_t_interval_on_logs_and_say_who_misses() -> None:
    slower = {size * 2: value for size, value in CURVE.items()}
    need = scaling.rows_needed([CURVE, slower], 0.7)
    assert need.rows == pytest.approx(200 * 2**0.5) and need.low is not None and need.high is not None
    half = 12.7062 * np.log(2) / 2  # t(0.975, 1) x sd / sqrt(2), sd = log(2) / sqrt(2)
    assert np.log(need.high / need.rows) == pytest.approx(half, rel=1e-4)
    missed = scaling.rows_needed([CURVE, {100: 0.1, 400: 0.2}], 0.7)
    assert (missed.rows, missed.missed) == (None, 1) and missed.text() == "not reached by 1 of 2 seeds with 400"
    assert scaling.rows_needed([CURVE], 0.95).text() == "not reached with 400"
    assert scaling.rows_needed([CURVE, CURVE], 0.4).text() == "at most 100"


def test_savings_are_paired() -> None:
    halves = [{size // 2: value for size, value in CURVE.items()}] * 3
    found = scaling.saving(halves, [CURVE] * 3, 0.8)
    assert found["ratio"] == pytest.approx(0.5) and found["verdict"] == "fewer rows"
    assert scaling.saving([CURVE] * 3, halves, 0.8)["verdict"] == "more rows"
    assert scaling.saving([CURVE], [CURVE], 0.99)["verdict"] == "not shown"
