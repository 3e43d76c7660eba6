"""Perceptron, complex cells and neocognitron: what their cells answer to, shifts, real digits, folders."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from seedbed import learn
from seedbed.dataset.digits import load_real_digits, split_digits
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError
from seedbed.learn.counting import counting
from seedbed.learn.early.cells import GAIN, CLayer, Contrast, SLayer, edges
from seedbed.learn.early.gabor import ComplexCells, quadrature_pairs
from seedbed.learn.early.growth import grow_planes
from seedbed.learn.early.readout import fit_logistic, fit_sharpness
from seedbed.learn.settings import Settings
from seedbed.registry import get

NAMES = ("perceptron", "complex_cells", "neocognitron")
DIGITS = [str(k) for k in range(10)]


@pytest.fixture(scope="module")
def digits() -> dict[str, Any]:
    table = load_real_digits()
    images, labels = decode_all(table["image"].to_pylist()), np.array([int(d) for d in table["digit"].to_pylist()])
    parts = split_digits(labels, seed=0)
    pool = np.sort(np.concatenate([parts.train, parts.audit]))
    return {"train": (images[pool], labels[pool]), "test": (images[parts.test][:400], labels[parts.test][:400])}


@pytest.fixture(scope="module")
def fitted(digits: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for name in NAMES:
        made[name] = get("learner", name)(
            {"digit": DIGITS}, **({"retina": 16, "planes": [80]} if "neo" in name else {})
        )
        learn.fit(made[name], digits["train"][0], {"digit": digits["train"][1]}, seed=0, epochs=10)
    return made


def accuracy(learner: Any, images: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(learner.probabilities(images)["digit"].argmax(1) == labels))


def moved(images: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Shifted right and down, zeros coming in."""
    h, w = images.shape[1:3]
    out = np.zeros_like(images)
    out[:, max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = images[
        :, max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
    ]
    return out


def grating(side: int, wavelength: float, angle: float, phase: float) -> torch.Tensor:
    """(side, side), -1..1; `angle` of the bars, counter-clockwise from horizontal."""
    at = torch.arange(side) - side // 2
    across = -at[None, :] * math.sin(angle) - at[:, None] * math.cos(angle)
    return torch.cos(2 * math.pi * across / wavelength + phase)


@pytest.mark.parametrize(("name", "least"), [("perceptron", 0.93), ("complex_cells", 0.975), ("neocognitron", 0.97)])
def test_real_digits(fitted: dict[str, Any], digits: dict[str, Any], name: str, least: float) -> None:
    assert accuracy(fitted[name], *digits["test"]) > least


def test_perceptron_reads_as_well_as_scikit_learns(fitted: dict[str, Any], digits: dict[str, Any]) -> None:
    from sklearn.linear_model import Perceptron

    (x, y), (held, truth) = digits["train"], digits["test"]
    flat = [np.asarray(part, float).reshape(len(part), -1) / 255 for part in (x, held)]
    theirs = Perceptron(max_iter=10, tol=None, random_state=0).fit(flat[0], y).score(flat[1], truth)
    assert accuracy(fitted["perceptron"], held, truth) > theirs - 0.01
    last = get("learner", "perceptron")({"digit": DIGITS}, averaged=False)
    learn.fit(last, x, {"digit": y}, seed=0, epochs=10)
    assert abs(accuracy(last, held, truth) - theirs) < 0.04


def test_a_perceptron_stops_when_a_pass_makes_no_mistake(digits: dict[str, Any]) -> None:
    x, y = digits["train"][0][:100], digits["train"][1][:100]
    learner, ticks = get("learner", "perceptron")({"digit": DIGITS}, averaged=False), []
    history = learn.fit(learner, x, {"digit": y}, seed=0, epochs=200, progress=ticks.append)
    assert len(history) < 200 and history[-1]["mistakes"] == 0 and len(ticks) == len(history)
    assert accuracy(learner, x, y) == 1.0
    assert learn.fit(learner, x, {"digit": y}, seed=1, epochs=5)[0]["mistakes"] == 0  # it goes on from its weights


def test_shifts_of_a_pixel_hurt_pixels_most(fitted: dict[str, Any], digits: dict[str, Any]) -> None:
    images, labels = digits["test"][0][:150], digits["test"][1][:150]
    mean = {
        name: np.mean([accuracy(fitted[name], moved(images, *by), labels) for by in ((1, 0), (0, -1))])
        for name in NAMES
    }
    assert mean["perceptron"] < 0.5 and mean["complex_cells"] > 0.8 and mean["neocognitron"] > 0.85


def test_simple_cells_see_the_phase_and_complex_cells_do_not() -> None:
    cells = ComplexCells(1, [6.0], 8, 1)
    phases = np.arange(12) * 2 * np.pi / 12
    waves = torch.stack([grating(41, 6.0, math.pi / 4, float(phase)) for phase in phases])
    simple = cells.simple(waves, 0)[:, 0, 2, 20, 20].clamp_min(0).double().numpy()  # a rate is not negative
    complex_ = cells.energy(waves, 0)[:, 2, 20, 20].double().numpy()

    def modulation(response: np.ndarray) -> float:
        """F1 / F0 (Skottun et al. 1991): above 1 a cell is called simple, below it complex."""
        return float(2 * abs((response * np.exp(-1j * phases)).mean()) / response.mean())

    assert abs(modulation(simple) - math.pi / 2) < 0.06  # a half-wave rectified cosine
    assert modulation(complex_) < 1e-3 and np.ptp(complex_) < 1e-3 and abs(complex_.mean() - 1) < 1e-3


def test_cells_answer_most_to_their_own_orientation() -> None:
    cells = ComplexCells(1, [6.0], 8, 1)
    angles = [math.pi * k / 16 for k in range(16)]
    tuning = cells.energy(torch.stack([grating(41, 6.0, a, 0.3) for a in angles]), 0)[:, :, 20, 20]
    for k in range(8):
        curve = tuning[:, k]
        assert int(curve.argmax()) == 2 * k
        away = [float(curve[(2 * k + d) % 16] + curve[(2 * k - d) % 16]) / 2 for d in range(9)]
        assert all(a > b for a, b in itertools.pairwise(away[:6])) and away[8] < 0.05


def test_even_and_odd_filters_are_a_pair() -> None:
    even, odd = quadrature_pairs(5.0, 6)
    assert torch.allclose(even, even.flip(1, 2)) and torch.allclose(odd, -odd.flip(1, 2))
    assert even.sum((1, 2)).abs().max() < 1e-5  # blind to light that is the same everywhere
    assert (even * odd).sum((1, 2)).abs().max() < 1e-6


def test_shunting_inhibition_answers_to_likeness() -> None:
    generator = torch.Generator().manual_seed(0)
    pattern, other = torch.rand(2, 1, 3, 5, 5, generator=generator)
    layer = SLayer(pattern, 0.6)
    own, strange = (layer(u)[0, 0, 2, 2] for u in (pattern, other))
    assert own > strange >= 0
    for strength in (0.01, 1.0, 100.0):
        e, v = layer.likeness(pattern * strength)
        assert abs(float(e[0, 0, 2, 2] / v[0, 0, 2, 2]) - 1) < 1e-5
        said = GAIN * float(v[0, 0, 2, 2])
        assert math.isclose(float(layer(pattern * strength)[0, 0, 2, 2]), 0.6 * said / (1 + 0.6 * said), rel_tol=1e-4)
    assert float(SLayer(pattern, 0.999)(other)[0, 0, 2, 2]) == 0


def test_first_layer_knows_the_direction_of_an_edge() -> None:
    contrast = Contrast()
    layer = SLayer(edges(contrast, 16, 5), 0.5, learnt=False)
    for k in range(16):
        at = torch.arange(31) - 15
        angle = 2 * math.pi * k / 16
        step = (at[None, :] * math.cos(angle) + at[:, None] * math.sin(angle) + 0.5).clamp(0, 1)
        assert int(layer(contrast(step[None, None]))[0, :, 15, 15].argmax()) == k


def test_planes_grow_where_nothing_answers_and_then_something_does() -> None:
    u = torch.rand(6, 2, 7, 7, generator=torch.Generator().manual_seed(1)) ** 4
    layer = SLayer(torch.zeros(1, 2, 3, 3), 0.8)
    found = grow_planes(u, layer.window, 0.8, 500)
    grown = SLayer(found, 0.8)
    e, v = grown.likeness(u)
    strongest = float(v.max())
    assert 1 < len(found) < 6 * 49
    assert ((e / v).amax(1, keepdim=True)[v > 0.05 * strongest] >= 0.8 - 1e-5).all()
    assert len(grow_planes(u, layer.window, 0.8, 3)) == 3
    assert len(grow_planes(u, layer.window, 0.5, 500)) < len(found)


def shapes() -> np.ndarray:
    """Four clear 10x10 patterns in the middle of blank 64x64 images."""
    images = np.zeros((4, 64, 64), np.uint8)
    at = slice(27, 37)
    images[0, at, 27:30] = images[0, 34:37, at] = 255  # L
    images[1, 27:30, at] = images[1, at, 31:34] = 255  # T
    images[2, at, at] = 255
    images[2, 30:34, 30:34] = 0  # O
    images[3, 31:34, at] = images[3, at, 31:34] = 255  # +
    return images


def test_the_answer_is_the_same_under_shifts_within_the_blur() -> None:
    learner = get("learner", "neocognitron")({"shape": list("LTO+")}, retina=64)
    learn.fit(learner, shapes(), {"shape": np.arange(4)}, seed=0, epochs=3)
    rigid = get("learner", "perceptron")({"shape": list("LTO+")})
    learn.fit(rigid, shapes(), {"shape": np.arange(4)}, seed=0, epochs=50)

    def own(images: np.ndarray) -> torch.Tensor:
        """Likeness of each pattern to its own label's cell."""
        seen = torch.from_numpy(images).float()[:, None] / 255
        with torch.no_grad():
            return learner.module.heads["shape"].likeness(learner.module.top(seen)).diagonal()

    agree = []
    for dx in (-4, -3, -1, 0, 2, 4):
        for dy in (-4, -2, 0, 1, 3, 4):
            images = moved(shapes(), dx, dy)
            assert learner.predict(images)["shape"]["label"] == list("LTO+"), (dx, dy)
            agree.append(rigid.predict(images)["shape"]["label"] == list("LTO+"))
            if dx % 4 == 0 and dy % 4 == 0:  # whole places of the top layer: the winner answers exactly as before
                assert torch.allclose(own(images), own(shapes()), atol=1e-5)
    assert not all(agree)  # pixels do not have this


def test_blur_hides_a_shift_that_pixels_show() -> None:
    u = torch.zeros(1, 1, 12, 12)
    u[0, 0, 5, 5] = 1
    layer = CLayer(5, 2)
    near, far = (float(torch.cosine_similarity(layer(u).flatten(), layer(u.roll(k, 3)).flatten(), 0)) for k in (1, 4))
    assert near > 0.85 > 0.5 > far


@pytest.mark.parametrize("name", NAMES)
def test_colour_several_heads_and_folders(name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    left, red = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    images = rng.integers(90, 110, (60, 16, 20, 3)).astype(np.uint8)
    for i in range(60):
        images[i, 4:12, slice(2, 9) if left[i] else slice(11, 18), 0 if red[i] else 2] = 230
    heads, targets = {"side": ["right", "left"], "paint": ["blue", "red"]}, {"side": left, "paint": red}
    learner, again = (get("learner", name)(heads) for _ in range(2))
    for one in (learner, again):
        learn.fit(one, images[:40], {h: v[:40] for h, v in targets.items()}, seed=3, epochs=10)
    said = learner.probabilities(images)
    for head, truth in targets.items():
        assert (said[head][40:].argmax(1) == truth[40:]).mean() >= 0.95
        assert np.array_equal(said[head], again.probabilities(images)[head])
    loaded = learn.load(learner.save(tmp_path / "m"))
    assert all(np.array_equal(loaded.probabilities(images)[h], said[h]) for h in heads)  # type: ignore[attr-defined]
    assert loaded.parameters_count == learner.parameters_count > 0  # type: ignore[attr-defined]
    assert np.allclose(learner.probabilities(images[7:8])["side"], said["side"][7:8], atol=1e-5)
    with pytest.raises(UsageError, match="no rows"):
        get("learner", name)(heads).fit_rows(images[:0], {h: v[:0] for h, v in targets.items()}, seed=0, epochs=1)


def test_wrong_options() -> None:
    heads = {"digit": DIGITS}
    for name, options, message in (
        ("complex_cells", {"grid": 0}, "grid from 1"),
        ("complex_cells", {"wavelengths": [1.0]}, "2..64"),
        ("neocognitron", {"planes": []}, "1 to 3"),
        ("neocognitron", {"thresholds": [0.5]}, "two thresholds more"),
        ("neocognitron", {"thresholds": [0.5, 1.0, 0.5]}, "within 0..1"),
        ("neocognitron", {"retina": 4}, "8 or more"),
    ):
        with pytest.raises(UsageError, match=message):
            get("learner", name)(heads, **options)
    with pytest.raises(UsageError, match="nothing to see"):
        learn.fit(get("learner", "neocognitron")(heads), np.zeros((4, 8, 8)), {"digit": np.arange(4)}, seed=0, epochs=1)


def test_read_out_is_at_its_optimum() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(5)
    x = rng.normal(size=(120, 4))
    y = (x @ rng.normal(size=(4, 3)) + rng.normal(size=(120, 3))).argmax(1)
    weight, bias, _ = fit_logistic(torch.from_numpy(x), torch.from_numpy(np.eye(3)[y]), 0.01)
    theirs = LogisticRegression(C=1 / (0.01 * 120), tol=1e-10, max_iter=5000).fit(x, y)
    assert np.allclose(weight.numpy(), theirs.coef_, atol=1e-3)
    assert np.allclose(bias - bias.mean(), theirs.intercept_ - theirs.intercept_.mean(), atol=1e-3)


def test_sharpness_makes_scores_confidences() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(20_000, 4, generator=generator) * 2
    drawn = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]
    made = fit_sharpness(logits / 7, torch.eye(4)[drawn])
    assert 6 < made < 7.5  # 7, less a little for the smoothing


@pytest.mark.parametrize("name", NAMES)
def test_the_cost_of_an_answer_can_be_counted(fitted: dict[str, Any], name: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        fitted[name].module(torch.zeros(1, 1, 8, 8))
    found = counter.get_total_flops()
    assert found == 2 * 64 * 10 if name == "perceptron" else found > 2 * 64 * 10


def test_what_a_rule_of_its_own_costs_and_does_not_take() -> None:
    with counting() as counter:
        torch.ones(3, 4) @ torch.ones(4)  # one product and one sum for each weight
    assert counter.get_total_flops() == 24
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 1), dtype=np.uint8)
    labels = {"a": np.array([0, 1, 0, 1, 1, 0])}
    learner = get("learner", "perceptron")({"a": ["x", "y"]})
    made = learn.train(learner, images, labels, Settings(seed=0, epochs=3))
    passes, mistakes = len(made.history), sum(entry["mistakes"] for entry in made.history)
    scores, corrections, confidence = 2 * 17 * 2 * 6 * passes, 2 * 17 * 4 * mistakes, 2 * 17 * 2 * 6
    assert made.flop == scores + corrections + confidence
    for how, said in (({"augment": "classical"}, "without augmentation"), ({"weights": np.ones(6)}, "without weights")):
        with pytest.raises(UsageError, match=said):
            learn.train(learner, images, labels, Settings(seed=0, epochs=1), **how)
