"""Rosenblatt's rule against its theorems: the mistake bound, counted dichotomies, XOR's cycle."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import binomtest

from seedbed.learn.early.perceptron import kesler_examples, learn_many, learn_two

XOR = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)  # with a constant
XOR_SIGNS = np.array([-1, 1, 1, -1])


def separable(x: np.ndarray, signs: np.ndarray) -> bool:
    """Whether a plane through the origin has every point on its sign's side: a linear program decides."""
    return (
        linprog(np.zeros(x.shape[1]), A_ub=-signs[:, None] * x, b_ub=-np.ones(len(x)), bounds=(None, None)).status == 0
    )


def share_separable(points: int, dimensions: int) -> Fraction:
    """Cover 1965, theorem 1: the share of dichotomies of points in general position that a plane makes."""
    return Fraction(sum(comb(points - 1, k) for k in range(dimensions)), 2 ** (points - 1))


whole = st.integers(-9, 9)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 5), st.integers(1, 25))
def test_mistakes_stay_below_novikoffs_bound(data: st.DataObject, d: int, n: int) -> None:
    vector = st.lists(whole, min_size=d, max_size=d)
    direction = np.array(data.draw(vector.filter(any)))
    x = np.array(data.draw(st.lists(vector, min_size=n, max_size=n)))
    margins = x @ direction
    x, signs, margins = x[margins != 0], np.sign(margins[margins != 0]), margins[margins != 0]
    if not len(x):
        return
    radius, margin = int((x**2).sum(1).max()), int(np.abs(margins).min())
    bound = Fraction(radius * int(direction @ direction), margin**2)  # (R / gamma)^2 in whole numbers
    made = learn_two(x.astype(float), signs, passes=int(bound) + 2)
    assert made.converged and sum(made.mistakes) <= bound
    assert (signs * (x @ made.weights) > 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_several_classes_are_two_classes_on_keslers_examples(seed: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    x, truth = rng.integers(-5, 6, (30, 4)).astype(float), rng.integers(-5, 6, (classes, 4)).astype(float)
    scores = x @ truth.T
    best = np.sort(scores, axis=1)
    clear = best[:, -1] > best[:, -2]
    x, y = x[clear], scores[clear].argmax(1)
    if not len(x):
        return
    examples = kesler_examples(x, y, classes)
    margin = int((examples @ truth.ravel()).min())
    bound = Fraction(int((examples**2).sum(2).max()) * int((truth**2).sum()), margin**2)
    made = learn_many(x, y, classes, passes=int(bound) + 2)
    assert made.converged and sum(made.mistakes) <= bound
    assert (examples @ made.weights.ravel() > 0).all()
    plain, mistakes = np.zeros(classes * 4), 0  # the rule for two classes, on the worst of each row's examples
    for _ in made.mistakes:
        for row in examples:
            products = row @ plain
            if products.min() <= 0:
                plain, mistakes = plain + row[products.argmin()], mistakes + 1
    assert np.array_equal(plain, made.weights.ravel()) and mistakes == sum(made.mistakes)


def test_averaged_weights_are_the_mean_over_all_steps() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 3)), rng.integers(0, 3, 12)
    steps = [learn_many(x[: k + 1], y[: k + 1], 3, passes=1).weights for k in range(12)]
    assert np.allclose(learn_many(x, y, 3, passes=1).averaged, np.mean(steps, axis=0))


def test_half_of_the_dichotomies_of_twice_as_many_points_are_separable() -> None:
    for dimensions in range(1, 9):
        assert share_separable(2 * dimensions, dimensions) == Fraction(1, 2)
    x = np.random.default_rng(1).normal(size=(6, 3))  # general position: the count is exact, not a chance
    found = sum(separable(x, np.array(signs)) for signs in itertools.product([-1, 1], repeat=6))
    assert found == share_separable(6, 3) * 2**6 == 32


@pytest.mark.parametrize(("points", "dimensions"), [(16, 8), (12, 8), (20, 8)])
def test_random_dichotomies_follow_covers_count(points: int, dimensions: int) -> None:
    rng, tries = np.random.default_rng([7, points]), 100
    good = sum(separable(rng.normal(size=(points, dimensions)), rng.choice([-1, 1], points)) for _ in range(tries))
    interval = binomtest(good, tries).proportion_ci(0.999)
    assert interval.low <= float(share_separable(points, dimensions)) <= interval.high


def test_the_rule_finds_what_the_linear_program_calls_separable() -> None:
    x = np.random.default_rng(4).integers(-9, 10, (6, 3)).astype(float)
    for signs in itertools.product([-1, 1], repeat=6):
        assert learn_two(x, np.array(signs), passes=5000).converged == separable(x, np.array(signs))


def test_xor_never_converges_its_weights_come_back() -> None:
    made = learn_two(XOR, XOR_SIGNS, passes=1000)
    assert not separable(XOR, XOR_SIGNS) and not made.converged
    assert made.cycle is not None and len(made.mistakes) < 20
    longer = learn_two(XOR, XOR_SIGNS, passes=len(made.mistakes) - made.cycle)  # one round earlier: the same weights
    assert np.array_equal(longer.weights, made.weights)
    for signs in ([-1, -1, -1, 1], [-1, 1, 1, 1]):  # AND, OR
        assert learn_two(XOR, np.array(signs), passes=100).converged
