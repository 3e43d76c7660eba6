"""The label model: the paper's own figures, closed forms, planted truth, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.label import ABSTAIN, Votes, answers, decide, fit_dawid_skene, majority
from seedbed.label.dawid_skene import DawidSkene, accuracies, one_label

# Dawid and Skene 1979, table 1: 45 patients; anaesthetist 1 answered three times, the others once. One word a patient.
PATIENTS = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111 "
    "1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121 "
    "1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222 "
)
OBSERVERS = [0, 0, 0, 1, 2, 3, 4]


def anaesthetists() -> np.ndarray:
    counts = np.zeros((45, 5, 4))
    for patient, word in enumerate(PATIENTS.split()):
        for observer, answer in zip(OBSERVERS, word, strict=True):
            counts[patient, observer, int(answer) - 1] += 1
    return counts


def planted(rows: int, priors: list[float], confusion: np.ndarray, silent: float = 0.0) -> tuple[np.ndarray, Votes]:
    """Truth (rows,) and independent votes drawn from confusion matrices (functions, labels, labels)."""
    rng = np.random.default_rng([7, rows])
    truth = rng.choice(len(priors), rows, p=priors)
    edges = confusion[:, truth].cumsum(axis=2)
    matrix = (rng.random((len(confusion), rows))[:, :, None] > edges).sum(axis=2).T
    matrix[rng.random(matrix.shape) < silent] = ABSTAIN
    names = [f"f{j}" for j in range(len(confusion))]
    return truth, Votes(matrix, names, [f"l{k}" for k in range(len(priors))])


def diagonal(*rights: float, labels: int = 3) -> np.ndarray:
    """Functions that are right with the given probabilities and else give any other label."""
    return np.stack([np.full((labels, labels), (1 - p) / (labels - 1)) + np.eye(labels) * (p - (1 - p) / (labels - 1))
                     for p in rights])  # fmt: skip


def test_the_papers_own_data_give_the_papers_own_figures() -> None:
    model = fit_dawid_skene(anaesthetists(), smoothing=0.0)
    assert np.allclose(model.priors, [0.40, 0.42, 0.11, 0.07], atol=0.005)
    first, second = model.confusion[0], model.confusion[1]
    assert np.allclose(first[:3], [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0]], atol=0.005)
    assert np.allclose(first[3], [0, 0, 0.56, 0.44], atol=0.005)
    assert np.allclose(second, [[0.83, 0.17, 0, 0], [0.05, 0.63, 0.31, 0], [0, 0, 1, 0], [0, 0, 0, 1]], atol=0.006)
    assert np.allclose(model.confusion[2, 2], [0, 0.40, 0.20, 0.40], atol=0.005)
    assert np.allclose(model.confusion[4, 1], [0.16, 0.73, 0.11, 0], atol=0.006)
    assert model.converged


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 2.0])
def test_the_objective_never_falls(smoothing: float) -> None:
    _, votes = planted(400, [0.5, 0.3, 0.2], diagonal(0.8, 0.6, 0.5, 0.4), silent=0.4)
    for counts, possible in [(anaesthetists(), None), answers(votes), answers(votes, "answer")]:
        model = fit_dawid_skene(counts, possible, smoothing=smoothing)
        steps = np.diff(model.objective)
        assert len(steps) > 5 and steps.min() > -1e-8 and model.objective[-1] > model.objective[0]


def test_the_posterior_is_bayes_rule_for_known_accuracies() -> None:
    priors, rights = np.array([0.7, 0.3]), [0.9, 0.8, 0.6]
    confusion = np.stack([[[p, 1 - p], [1 - p, p]] for p in rights])
    _, votes = planted(64, [0.7, 0.3], confusion, silent=0.3)
    counts, _ = answers(votes, "missing")
    wide = np.concatenate([confusion, np.zeros((3, 2, 1))], axis=2)
    found = DawidSkene(priors, wide, [], True).posterior(counts)
    for row, given in zip(votes.matrix, found):
        odds = np.log(0.7 / 0.3)
        for vote, p in zip(row, rights):
            odds += {0: np.log(p / (1 - p)), 1: -np.log(p / (1 - p)), ABSTAIN: 0.0}[int(vote)]
        wanted = np.nan if (row == ABSTAIN).all() else 1 / (1 + np.exp(-odds))
        assert np.allclose(given[0], wanted, atol=1e-12, equal_nan=True)


def test_planted_confusion_matrices_are_recovered() -> None:
    confusion = diagonal(0.9, 0.75, 0.7, 0.55)
    confusion[1, 0] = [0.5, 0.4, 0.1]  # a function with a bias of its own
    priors = [0.5, 0.3, 0.2]
    truth, votes = planted(20_000, priors, confusion, silent=0.3)
    model = fit_dawid_skene(*answers(votes))
    assert np.abs(model.confusion[:, :, :3] - confusion).max() < 0.03
    assert np.abs(model.priors - priors).max() < 0.015
    learned = accuracies(model)
    for j in range(4):
        voted = votes.voted[:, j]
        assert abs(learned[j] - (votes.matrix[voted, j] == truth[voted]).mean()) < 0.02


def test_it_beats_the_majority_where_one_function_knows_more() -> None:
    truth, votes = planted(4000, [0.4, 0.3, 0.3], diagonal(0.95, 0.5, 0.5, 0.5))
    by_model = decide(fit_dawid_skene(*answers(votes)).posterior(answers(votes)[0]))
    by_votes = majority(votes)
    assert (by_model.label == truth).mean() > 0.93
    assert (by_votes.label == truth).mean() < 0.85


def test_confidence_is_calibrated_where_functions_are_independent() -> None:
    truth, votes = planted(20_000, [0.5, 0.5], diagonal(0.8, 0.7, 0.65, labels=2))
    found = decide(fit_dawid_skene(*answers(votes)).posterior(answers(votes)[0]))
    assert abs(found.confidence.mean() - (found.label == truth).mean()) < 0.02


def test_a_function_of_one_label_tells_by_its_silence() -> None:
    rng = np.random.default_rng(3)
    truth = rng.choice(3, 6000)
    matrix = np.full((6000, 6), ABSTAIN)
    for j in range(6):  # two functions for each label: they fire on 80 % of its rows and on 10 % of the others
        fires = rng.random(6000) < np.where(truth == j % 3, 0.8, 0.1)
        matrix[fires, j] = j % 3
    votes = Votes(matrix, [f"f{j}" for j in range(6)], ["a", "b", "c"])
    assert one_label(votes) == votes.functions
    right = {}
    for silence in ("auto", "missing"):
        counts, possible = answers(votes, silence)  # type: ignore[arg-type]
        found = decide(fit_dawid_skene(counts, possible).posterior(counts))
        kept = votes.covered
        right[silence] = (found.label == truth)[kept].mean()
    assert right["auto"] > right["missing"] and right["auto"] > 0.8
    model = fit_dawid_skene(*answers(votes))
    assert np.abs(model.confusion[0, 0, [0, 3]] - [0.8, 0.2]).max() < 0.05


def test_rows_without_votes_get_nothing_and_change_nothing() -> None:
    _, votes = planted(300, [0.6, 0.4], diagonal(0.8, 0.7, 0.6, labels=2), silent=0.2)
    empty = np.full((50, 3), ABSTAIN)
    more = Votes(np.concatenate([votes.matrix, empty]), votes.functions, votes.labels)
    one, two = fit_dawid_skene(*answers(votes)), fit_dawid_skene(*answers(more))
    assert np.allclose(one.confusion, two.confusion)
    found = decide(two.posterior(answers(more)[0]))
    assert np.isnan(found.confidence[-50:]).all() and (found.label[-50:] == ABSTAIN).all()


def test_what_it_refuses() -> None:
    silent = Votes(np.full((4, 2), ABSTAIN), ["f", "g"], ["a", "b"])
    with pytest.raises(UsageError, match="no function voted"):
        fit_dawid_skene(*answers(silent))
    same = Votes(np.zeros((4, 3), int), ["f", "g", "h"], ["a", "b"])
    with pytest.raises(UsageError, match="every vote gives the same label"):
        fit_dawid_skene(*answers(same))
    with pytest.raises(UsageError, match="one label"):
        fit_dawid_skene(np.ones((3, 2, 1)))
    with pytest.raises(UsageError, match="smoothing is -1"):
        fit_dawid_skene(anaesthetists(), smoothing=-1)
