"""Weak-to-strong: published figures, the confidence loss against its definition, and a small study end to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import seedbed as sb
from seedbed import learn, registry
from seedbed.dataset.digits import load_real_digits
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError
from seedbed.label.confidence_loss import WeakLabels, coefficient, hardened, mixed, quotas
from seedbed.label.students import student_answers
from seedbed.label.weak_to_strong import Role, agreement, performance_gap_recovered, recovered
from seedbed.learn.features import features
from seedbed.learn.settings import Settings
from seedbed.learn.simclr import contrastive_loss, pretrain

DIGITS = [str(k) for k in range(10)]


@pytest.mark.parametrize(
    ("weak", "student", "ceiling", "wanted"),
    [(56.6, 61.9, 64.5, 0.67), (56.6, 60.7, 63.7, 0.577), (56.6, 64.2, 74.9, 0.415)],
)
def test_pgr_of_the_published_vision_experiments(weak: float, student: float, ceiling: float, wanted: float) -> None:
    assert abs(performance_gap_recovered(weak, student, ceiling) - wanted) < 0.0052


def test_pgr_has_no_value_without_a_gap() -> None:
    assert np.isnan(performance_gap_recovered(0.8, 0.9, 0.8))


def roles(count: int, rates: tuple[float, float, float], rows: int = 400) -> list[Role]:
    rng = np.random.default_rng([5, count])
    return [Role(np.arange(rows), *(rng.random(rows) < rate for rate in rates)) for _ in range(count)]


def test_intervals_of_pgr() -> None:
    found = recovered(roles(5, (0.6, 0.75, 0.9)), replicates=400)
    assert found["low"] < 0.5 < found["high"] and 0.0 < found["low"] < found["mean"] < found["high"] < 1.0  # type: ignore[operator]
    assert found == recovered(roles(5, (0.6, 0.75, 0.9)), replicates=400)
    more = recovered(roles(5, (0.6, 0.75, 0.9), rows=6400), replicates=400)
    assert more["high"] - more["low"] < 0.5 * (found["high"] - found["low"])  # type: ignore[operator]
    assert recovered(roles(1, (0.6, 0.75, 0.9)))["low"] is None
    assert recovered(roles(5, (0.9, 0.9, 0.9)), replicates=200)["low"] is None  # half of the replicates have no gap


def test_agreement_with_the_supervisors_errors() -> None:
    truth, weak, student = (np.array(list(word)) for word in ("aaaabb", "aabbbb", "aababa"))
    assert agreement(truth, weak, student) == {"with_errors": 0.5, "corrected": 0.5, "spoilt": 0.25}
    assert agreement(truth, truth, student)["with_errors"] is None


def test_the_coefficient_rises_without_a_jump() -> None:
    assert coefficient(0.0, 0.75, 0.2) == 0 and coefficient(0.1, 0.75, 0.2) == 0.375
    values = [coefficient(k / 1000, 0.75, 0.2) for k in range(1001)]
    assert max(np.diff(values)) < 0.004 and values[200:] == [0.75] * 801
    assert coefficient(0.0, 0.75, 0.0) == 0.75


def test_two_labels_are_hardened_by_the_papers_quantile() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn((40, 2), generator=generator)
    weak = torch.rand((40, 1), generator=generator)
    weak = torch.cat([weak, 1 - weak], dim=1)
    first = int(quotas(weak)[0])
    top = logits.softmax(1)[:, 0].argsort(descending=True)[:first]
    wanted = torch.zeros(40)
    wanted[top] = 1
    assert 0 < first < 40 and torch.equal(hardened(logits, weak)[:, 0], wanted)


def test_many_labels_keep_the_weak_labels_balance() -> None:
    generator = torch.Generator().manual_seed(2)
    weak = (torch.randn((64, 5), generator=generator) * 2 + torch.tensor([2.0, 1, 0, 0, -1])).softmax(1)
    counts = quotas(weak)
    assert counts.sum() == 64 and np.abs(counts - weak.sum(0).numpy()).max() < 1
    made = hardened(torch.randn((64, 5), generator=generator), weak)
    assert torch.equal(made.sum(1), torch.ones(64)) and made.sum(0).tolist() == counts.tolist()
    sure = 30 * torch.eye(5).repeat(13, 1)[:64]  # logits that meet the quotas of their own argmax are not changed
    assert torch.equal(hardened(sure, sure.softmax(1)), sure.softmax(1).round())


def test_the_target_is_the_stated_mixture_and_the_loss_its_cross_entropy() -> None:
    weak = np.array([[0.7, 0.3], [0.4, 0.6]])
    layer = torch.nn.Linear(1, 2)
    objective = WeakLabels(layer, torch.tensor([[1.0], [-1.0]]), weak, most=0.5, warm_up=0.2)
    inputs, targets = objective.batch(np.array([0, 1]))
    logits = layer(inputs)
    wanted = (1 - 0.25) * targets + 0.25 * hardened(logits, targets)
    loss, figures = objective.loss((inputs, targets), 0.1)
    assert torch.allclose(loss, -(wanted * logits.log_softmax(1)).sum(1).mean()) and figures["coefficient"] == 0.25
    assert torch.equal(mixed(logits, targets, 0.0), targets)
    with pytest.raises(UsageError, match="most below 1"):
        WeakLabels(layer, inputs, weak, most=1.0)
    with pytest.raises(UsageError, match="no probabilities"):
        WeakLabels(layer, inputs, weak * 2)


def test_the_contrastive_loss_is_the_papers() -> None:
    views = torch.nn.functional.normalize(torch.randn((6, 4), generator=torch.Generator().manual_seed(0)), dim=1)
    wanted = []
    for k in range(6):
        others = [float(torch.exp(views[k] @ views[j] / 0.5)) for j in range(6) if j != k]
        wanted.append(-np.log(float(torch.exp(views[k] @ views[(k + 3) % 6] / 0.5)) / sum(others)))
    assert abs(float(contrastive_loss(views, 0.5)) - np.mean(wanted)) < 1e-5


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    table = load_real_digits()
    return decode_all(table["image"].to_pylist()), np.array([int(d) for d in table["digit"].to_pylist()])


def test_tree_and_linear_learn_and_are_stored(digits: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    from sklearn.tree import DecisionTreeClassifier

    images, labels = digits
    for name, least in [("tree", 0.7), ("linear", 0.85)]:
        learner = registry.get("learner", name)({"digit": DIGITS})
        learn.fit(learner, images[:1000], {"digit": labels[:1000]}, seed=0, steps=150, threads=1)
        said = learner.probabilities(images[1000:])["digit"]
        assert (said.argmax(1) == labels[1000:]).mean() > least and np.allclose(said.sum(1), 1, atol=1e-5)
        again = learn.load(learner.save(tmp_path / name))
        assert np.array_equal(again.probabilities(images[1000:])["digit"], said)  # type: ignore[attr-defined]
        if name == "tree":
            flat = (images / np.float32(255)).astype(np.float32).reshape(len(images), -1)
            theirs = DecisionTreeClassifier(max_leaf_nodes=32, random_state=0).fit(flat[:1000], labels[:1000])
            wanted = (theirs.predict_proba(flat[1000:]) + 1e-3) / (1 + 10e-3)
            assert np.abs(said - wanted).max() < 1e-5
    with pytest.raises(UsageError, match="leaves is 1"):
        registry.get("learner", "tree")({"digit": DIGITS}, leaves=1)


def test_pretraining_needs_no_labels_and_students_leave_the_learner_alone(
    digits: tuple[np.ndarray, np.ndarray],
) -> None:
    images, labels = digits
    learner = learn.SmallCNN({"digit": DIGITS}, width=8)
    made = pretrain(learner, images[:400], Settings(seed=0, steps=12, batch_size=64), threads=1)
    assert made.history[-1]["loss"] < made.history[0]["loss"]
    before = features(learner, images[:20])
    exact = np.eye(10)[labels[:600]]
    for how in ("probe", "finetune"):
        settings = Settings(seed=0, steps=80, learning_rate=3e-3)
        found = student_answers(learner, "digit", how, images[:600], exact, [images[600:]], settings)[0]  # type: ignore[arg-type]
        assert (found.argmax(1) == labels[600:]).mean() > 0.85
    assert torch.equal(before, features(learner, images[:20]))
    with pytest.raises(UsageError, match="no head 'letter'"):
        student_answers(learner, "letter", "finetune", images[:9], exact[:9], [], Settings(seed=0, steps=1))


RECIPE = """
name: small
each: {seed: [0], pair: [tree, mock]}
stages:
  few: {do: digits, each: [seed], part: train, rows: 100, split: $seed}
  pool: {do: digits, each: [seed], part: audit, split: $seed}
  test: {do: digits, each: [seed], part: test, split: $seed}
  study:
    do: weak_to_strong
    each: [seed, pair]
    weak_data: few
    pool: pool
    test: test
    label: digit
    weak: {$pair: {tree: {learner: tree}, mock: {model: "mock/truth"}}}
    student: {learner: linear, how: finetune, steps: 60}
    seed: $seed
  pgr: {do: weak_to_strong_pgr, of: study, replicates: 100}
  report: {do: weak_to_strong_report, pgr: pgr, of: study, pairs: {tree: a tree, mock: a mock}}
results: [pgr]
"""


def test_a_small_study_runs_with_a_learner_and_with_a_model_as_supervisor(here: Path) -> None:
    (here / "small.yaml").write_text(RECIPE)
    run = sb.run("small.yaml", workers=1)
    accuracy = {(one["pair"], one["role"]): one["mean"] for one in run.results["accuracy"]}
    assert accuracy["mock", "weak"] == 1.0 and accuracy["mock", "plain"] == accuracy["mock", "ceiling"]
    pgr = {(one["pair"], one["loss"]): one for one in run.results["pgr"]}
    assert pgr["mock", "plain"]["mean"] is None and pgr["tree", "plain"]["mean"] is not None
    page = (run.folder / "report.html").read_text()
    assert "no gap to recover" in page and "performance" in page.lower()
