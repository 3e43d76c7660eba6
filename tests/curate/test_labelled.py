"""Label errors, outliers, near-duplicates and coresets: exact answers where there are any, and every refusal."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from seedbed.curate import apply
from seedbed.curate.labelled import plant
from seedbed.curate.labelled.coreset import METHODS, coreset, herding, k_centre
from seedbed.curate.labelled.draws import stream
from seedbed.curate.labelled.features import hashed_text, standardised, thumbnail, vector_column, vectors
from seedbed.curate.labelled.label_errors import out_of_fold, review_labels, stratified_folds
from seedbed.curate.labelled.near_duplicates import clusters, near_duplicates
from seedbed.curate.labelled.neighbours import nearest_rows
from seedbed.curate.labelled.outliers import neighbour_distance, typicality
from seedbed.curate.operator import build
from seedbed.dataset.dataset import Dataset
from seedbed.dataset.images import encode
from seedbed.errors import UsageError

OPERATORS = ("label_errors", "outliers", "coreset")


def blobs(rows: int = 120, classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Well separated classes in the plane."""
    rng = np.random.default_rng(seed)
    codes = np.arange(rows) % classes
    angle = 2 * np.pi * codes / classes
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * 5 + rng.normal(0, 0.5, (rows, 2)), codes


def table_of(found: np.ndarray, labels: list, **more: object) -> pa.Table:
    ids = [f"r{k}" for k in range(len(labels))]
    embedding = pa.array(found.tolist(), pa.list_(pa.float64()))
    return pa.table({"id": pa.array(ids, pa.string()), "embedding": embedding, "label": labels, **more})


def run(name: str, table: pa.Table, **options: object) -> dict:
    return {key: value.to_pylist() for key, value in build(name, **options).run(table).items()}


# -- vectors ------------------------------------------------------------------------------------------


def test_vectors_of_images_are_block_means() -> None:
    blocks = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3
    large = np.kron(blocks, np.ones((4, 4), np.uint8))
    assert np.allclose(thumbnail(encode(large)) * 255, blocks.ravel())
    colour = np.zeros((16, 16, 3), np.uint8)
    colour[..., 1] = 255
    assert np.allclose(thumbnail(encode(colour)), 0.7152, atol=0.005)


def test_vectors_of_text_and_which_column_they_come_from() -> None:
    same, other = hashed_text("A red  mug"), hashed_text("two blue bowls there")
    assert np.array_equal(same, hashed_text("a RED mug")) and np.linalg.norm(same) == pytest.approx(1)
    assert abs(same @ other) < 0.5 and not hashed_text("").any()
    assert vector_column(["id", "image", "embedding"]) == "embedding" and vector_column(["caption", "image"]) == "image"
    assert vectors(pa.table({"caption": pa.array([], pa.string())})).shape == (0, 256)
    assert vectors(pa.table({"image": pa.array([], pa.binary())})).shape == (0, 64)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array([[1.0, 2.0], [1.0]]), r"embedding: vectors of different lengths \(1 to 2\)"),
        (pa.array([[1.0], [float("nan")]]), r"1 of 2 rows have no finite vector \(first: b\)"),
        (pa.array([[1.0], [None]], pa.list_(pa.float32())), r"no finite vector \(first: b\)"),
        (pa.array([None, [1.0]]), r"no finite vector \(first: a\)"),
        (pa.array([1.0, 2.0]), "holds double; lists of numbers"),
    ],
)
def test_rows_without_a_vector_are_refused_in_one_line(column: pa.Array, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        vectors(pa.table({"id": ["a", "b"], "embedding": column}))


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'embedding'"):
        vector_column(["embedding"], "embeding")
    with pytest.raises(UsageError, match="no column to make vectors from"):
        vector_column(["id"])


def test_nearest_rows_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(700, 3)), rng.normal(size=(90, 3))
    pairs = np.linalg.norm(a[:, None] - b[None], axis=2)
    distance, position = nearest_rows(a, b, 4)
    assert np.array_equal(position, np.argsort(pairs, axis=1)[:, :4]) and np.allclose(distance, np.sort(pairs)[:, :4])
    twice = np.concatenate([b, b])
    assert (nearest_rows(twice, twice, 1, same=True)[0] == 0).all()
    assert nearest_rows(b[:1], b[:1], 5, same=True)[0].shape == (1, 0)


def test_one_seed_gives_each_use_its_own_draws() -> None:
    """Rows dropped at random once were the planted ones: both took the seed's first permutation."""
    assert np.array_equal(stream(1, "a").permutation(9), stream(1, "a").permutation(9))
    table = table_of(*[f(blobs()[0]) for f in (np.asarray, lambda x: ["a", "b"] * (len(x) // 2))])
    planted = np.array(plant.labels(table, "label", 0.2, stream(3, "plant labels"))["planted"].to_pylist())
    dropped = stream(3, "drop at random").permutation(120)[:24]
    assert planted[dropped].sum() < 12


# -- label errors -------------------------------------------------------------------------------------


def test_planted_label_errors_are_found_and_named() -> None:
    found, codes = blobs()
    clean = table_of(found, [f"c{k}" for k in codes])
    noisy = plant.labels(clean, "label", 0.1, np.random.default_rng(1))
    made = run("label_errors", noisy)
    planted, issue = noisy["planted"].to_pylist(), made["label_issue"]
    assert sum(planted) == 12 and issue == planted
    assert [s for s in made["suggested_label"] if s] == [
        t for t, p in zip(noisy["true_label"].to_pylist(), planted) if p
    ]
    quality = np.array(made["score.label_quality"])
    assert quality.min() >= 0 and quality.max() <= 1 and quality[planted].max() < quality[~np.array(planted)].min()
    assert run("label_errors", noisy) == made


def test_the_noise_matrix_is_the_planted_one() -> None:
    """A third of class 1 is labelled 0; probabilities that are sure give back that matrix."""
    true = np.repeat([0, 1], 300)
    given = np.where((true == 1) & (np.arange(600) % 3 == 0), 0, true)
    review = review_labels(given, np.where(true[:, None] == [0, 1], 0.95, 0.05))
    assert np.allclose(review.noise, [[1, 1 / 3], [0, 2 / 3]], atol=0.01)
    assert np.array_equal(np.flatnonzero(review.issue), np.flatnonzero(given != true))


def test_the_users_own_probabilities_are_used() -> None:
    found, codes = blobs(60)
    given = codes.copy()
    given[[0, 7]] = (given[[0, 7]] + 1) % 3
    sure = np.full((60, 3), 0.02) + 0.94 * np.eye(3)[codes]
    table = table_of(found, given.tolist(), mine=pa.array(sure.tolist()))
    made = run("label_errors", table.drop_columns(["embedding"]), probabilities="mine")
    assert np.flatnonzero(made["label_issue"]).tolist() == [0, 7] and made["suggested_label"][7] == codes[7]
    with pytest.raises(UsageError, match="2 probabilities a row for 3 classes"):
        run("label_errors", table, probabilities="embedding")
    bad = table.set_column(3, "mine", pa.array((sure * 2).tolist()))
    with pytest.raises(UsageError, match="does not add up to 1"):
        run("label_errors", bad, probabilities="mine")


def test_folds_spread_every_class() -> None:
    codes = np.repeat([0, 1, 2], [50, 11, 5])
    part = stratified_folds(codes, 5, seed=0)
    for k in range(3):
        count = np.bincount(part[codes == k], minlength=5)
        assert count.max() - count.min() <= 1
    assert not np.array_equal(part, stratified_folds(codes, 5, seed=1))


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (["a"] * 12, {}, "all rows have one label"),
        (["a"] * 9 + ["b"] * 3, {}, "a class has 3 rows, fewer than the 5 folds"),
        (["a", "b"] * 6, {"folds": 1}, "1 folds"),
        (["a", None] * 6, {}, "6 of 12 rows have no label"),
        (["a", "b"] * 6, {"label": "lable"}, "no label column 'lable'; did you mean 'label'"),
    ],
)
def test_labels_that_cannot_be_reviewed(labels: list, options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run("label_errors", table_of(np.random.default_rng(0).normal(size=(12, 2)), labels), **options)


def test_constant_vectors_say_nothing_and_do_not_fail() -> None:
    codes = np.arange(30) % 2
    assert np.allclose(out_of_fold(np.ones((30, 4)), codes), 0.5, atol=0.05)


@pytest.mark.parametrize(("missing", "name"), [("cleanlab", "cleanlab"), ("sklearn.linear_model", "scikit-learn")])
def test_a_missing_package_is_named(missing: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=rf"{name} is not installed; pip install 'seedbed\[curate\]'"):
        run("label_errors", table_of(*blobs(30)))


# -- outliers -----------------------------------------------------------------------------------------


def test_odd_rows_are_found_within_their_class() -> None:
    found, codes = blobs(90)
    found[0], found[1] = found[1].copy(), [40, 40]  # row 0 sits in the middle of another class
    table = table_of(found, codes.tolist())
    assert set(np.flatnonzero(run("outliers", table, label="label")["outlier"])) >= {0, 1}
    plain = run("outliers", table)["outlier"]
    assert plain[1] and not plain[0]


def test_typicality_is_calibrated_on_normal_logs() -> None:
    distance = np.exp(np.random.default_rng(0).normal(2, 0.3, 20_000))
    score = typicality(distance)
    assert np.mean(score < 0.05) == pytest.approx(0.05, abs=0.006) and np.median(score) == pytest.approx(0.5, abs=0.01)
    assert np.allclose(score, typicality(distance * 1000))  # no unit


def test_neighbour_distance_on_a_line() -> None:
    line = np.array([[0.0], [1], [2], [3], [10]])
    assert neighbour_distance(line, 2).tolist() == [1.5, 1.0, 1.0, 1.5, 7.5]
    assert np.isnan(neighbour_distance(line[:4], 2)).all()
    assert (typicality(np.ones(9)) == 0.5).all()


def test_outliers_options() -> None:
    for options, message in (({"k": 0}, "k is 0"), ({"threshold": 2.0}, "threshold is 2.0")):
        with pytest.raises(UsageError, match=message):
            build("outliers", **options)
    with pytest.raises(UsageError, match="operator outliers: unknown option 'lable'; did you mean 'label'"):
        build("outliers", lable="x")


# -- near-duplicates ----------------------------------------------------------------------------------


def test_copies_across_splits_are_found() -> None:
    rng = np.random.default_rng(0)
    training = rng.normal(size=(200, 16))
    copied = training[[3, 50]] * 1.0 + rng.normal(0, 0.01, (2, 16))
    held_out = np.concatenate([copied, rng.normal(size=(100, 16)), training[[9]]])
    found = near_duplicates(held_out, training, [f"t{k}" for k in range(200)])
    assert [found.leak_of[k] for k in (0, 1, -1)] == ["t3", "t50", "t9"]
    assert sum(row is not None for row in found.leak_of) <= 3 + 5 and found.similarity[-1] == 1
    assert found.cluster[200] == found.cluster[3] >= 0 and found.cluster[201] == found.cluster[50]
    strict = near_duplicates(held_out, training, [f"t{k}" for k in range(200)], threshold=1.0)
    assert [k for k, row in enumerate(strict.leak_of) if row] == [102]


def test_chains_make_one_cluster() -> None:
    line = np.array([[0.0], [1], [2], [9], [20], [20.5]])
    assert clusters(line, 1.0).tolist() == [0, 0, 0, -1, 1, 1]


def test_near_duplicates_of_nothing_and_refusals() -> None:
    some, none = np.eye(3), np.empty((0, 3))
    assert near_duplicates(none, some, ["a", "b", "c"]).leak_of == []
    assert near_duplicates(some, none, []).leak_of == [None] * 3
    with pytest.raises(UsageError, match="3 training rows are too few"):
        near_duplicates(some, some, ["a", "b", "c"])
    with pytest.raises(UsageError, match="vectors of 3 and 2 numbers"):
        near_duplicates(some, some[:, :2], ["a", "b", "c"])
    with pytest.raises(UsageError, match="threshold is 2"):
        near_duplicates(some, some, ["a", "b", "c"], threshold=2)


# -- coresets -----------------------------------------------------------------------------------------


def test_k_centre_on_a_line() -> None:
    """From the middle to the far ends, then the middles of the gaps."""
    line = np.arange(9.0)[:, None]
    assert k_centre(line, 5).tolist() == [4, 0, 8, 2, 6]
    radius = np.abs(line - line[k_centre(line, 3)].T).min(axis=1).max()
    assert radius == 2  # the best three centres have 1: greedy is within twice the best
    assert sorted(k_centre(np.zeros((4, 2)), 9)) == [0, 1, 2, 3]


def test_herding_comes_nearer_to_the_mean_than_chance() -> None:
    found, _ = blobs(300, seed=2)
    chosen = found[herding(found, 15)].mean(axis=0)
    chance = [found[np.random.default_rng(s).permutation(300)[:15]].mean(axis=0) for s in range(200)]
    gap = np.linalg.norm(np.array(chance) - found.mean(axis=0), axis=1)
    assert np.linalg.norm(chosen - found.mean(axis=0)) < np.quantile(gap, 0.05)


@pytest.mark.parametrize("method", METHODS)
def test_every_prefix_is_the_smaller_coreset(method: str) -> None:
    found, codes = blobs(60)
    large = coreset(found, codes, 30, method, seed=4)
    assert len(set(large.tolist())) == 30
    assert np.array_equal(coreset(found, codes, 12, method, seed=4), large[:12])
    assert len(coreset(found[:0], codes[:0], 5, method)) == 0 and len(coreset(found, codes, 99, method)) == 60
    if method in ("prototypes", "random_by_class"):
        assert np.bincount(codes[large[:12]]).tolist() == [4, 4, 4]


def test_a_rare_class_leaves_its_turns_to_the_others() -> None:
    found, codes = blobs(60)
    rare = np.where(np.arange(60) < 57, codes % 2, 2)
    assert len(coreset(found, rare, 40, "prototypes")) == 40


def test_coreset_refusals() -> None:
    with pytest.raises(UsageError, match="did you mean 'herding'"):
        coreset(np.eye(2), None, 1, "herdin")
    with pytest.raises(UsageError, match="prototypes needs labels"):
        coreset(np.eye(2), None, 1, "prototypes")
    with pytest.raises(UsageError, match="rows is 0"):
        build("coreset", rows=0)


# -- every operator -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_on_no_rows_and_one_row(name: str) -> None:
    empty = table_of(np.empty((0, 2)), pa.array([], pa.string()))
    made = build(name).run(empty)
    assert set(made) == set(build(name).writes) and all(len(column) == 0 for column in made.values())
    full = build(name).run(table_of(*blobs(30)))
    assert [c.type for c in full.values()] == [c.type for c in made.values()] or name == "label_errors"
    one = table_of(np.ones((1, 2)), ["a"])
    if name == "label_errors":
        with pytest.raises(UsageError, match="one label"):
            build(name).run(one)
    else:
        assert all(len(column) == 1 for column in build(name).run(one).values())


def test_an_operator_adds_its_columns_to_a_dataset(tmp_path: Path) -> None:
    found, codes = blobs(45)
    dataset = Dataset.from_table(tmp_path / "d", table_of(found, [f"c{k}" for k in codes]))
    apply("outliers", dataset, label="label")
    apply("coreset", dataset, rows=5)
    assert len(dataset.where("coreset_rank < 3")) == 3 and dataset.table(["score.typicality"]).num_rows == 45
    with pytest.raises(UsageError, match="no column 'digit'"):
        apply("label_errors", dataset, label="digit")


def test_planting_leaves_the_rest_as_it_was() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (20, 8, 8), dtype=np.uint8)
    table = pa.table({"id": [str(k) for k in range(20)], "image": [encode(p) for p in pixels], "label": [0, 1] * 10})
    for change in plant.CHANGES.values():
        made = plant.images(table, 0.25, change, np.random.default_rng(1))
        differs = [a != b for a, b in zip(made["image"].to_pylist(), table["image"].to_pylist())]
        assert differs == made["planted"].to_pylist() and sum(differs) == 5
        assert made.drop_columns(["planted", "image"]) == table.drop_columns(["image"])
    more = plant.copies(table, table, 0.5, plant.speckled, np.random.default_rng(1))
    assert more.num_rows == 30 and more["id"].to_pylist()[-1].endswith("/copy")
    few = plant.skewed(table, "label", 0.0, np.random.default_rng(1))
    assert set(few["label"].to_pylist()) == {0}
    with pytest.raises(UsageError, match="share is 2"):
        plant.labels(table, "label", 2, np.random.default_rng(1))


def test_standardising_keeps_dead_numbers_dead() -> None:
    found = np.array([[0.0, 1.0], [0.0, 3.0]])
    assert standardised(found).tolist() == [[0, -1], [0, 1]] and standardised(found[:0]).shape == (0, 2)
    assert standardised(np.ones((3, 2))).tolist() == [[0, 0]] * 3
