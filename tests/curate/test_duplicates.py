"""Duplicates against brute force: exact copies, near pairs, shared runs, clusters, chosen similarities."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.curate.duplicates.clusters import clusters_of, kept_of, sizes_of
from seedbed.curate.duplicates.contamination import Runs
from seedbed.curate.duplicates.exact import first_copies, first_of
from seedbed.curate.duplicates.near import similar_pairs
from seedbed.curate.duplicates.planted import jaccard, plant
from seedbed.curate.duplicates.semantic import choose, close_pairs
from seedbed.curate.text.scan import Scanned


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(alphabet="abé", max_size=30), st.sampled_from(["x" * 40, "x" * 39 + "y"])))
)
def test_exact_copies_are_those_of_a_dictionary(texts: list[str | None]) -> None:
    seen: dict[str, int] = {}
    wanted = [k if t is None else seen.setdefault(t, k) for k, t in enumerate(texts)]
    assert first_copies(pa.array(texts, pa.large_string())).tolist() == wanted
    assert first_copies(pa.array(["pad", *texts], pa.string())[1:]).tolist() == wanted


def test_hashes_that_agree_by_half_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    for spread in (3, 1000):
        hashes = rng.integers(0, spread, (400, 2)).astype(np.uint64)
        seen: dict[tuple[int, ...], int] = {}
        assert first_of(hashes).tolist() == [seen.setdefault(tuple(h), k) for k, h in enumerate(hashes.tolist())]
    assert first_of(np.zeros((0, 2), np.uint64)).tolist() == []


def texts_of(count: int, words: int = 120) -> list[str]:
    rng = np.random.default_rng(7)
    return [" ".join(f"w{n}" for n in rng.integers(0, 4000, words)) for _ in range(count)]


def pairs_of(texts: list[str], similarity: float = 0.65) -> tuple[np.ndarray, np.ndarray]:
    bins, bands = Scanned(texts, only_words=True).sketches()
    return similar_pairs(lambda k: bands[:, k], bands.shape[1], bins, similarity)


def test_near_pairs_are_near_and_do_not_depend_on_order() -> None:
    base = texts_of(40)
    planted = plant(base[:12], seed=2)
    texts = base + planted.texts
    pairs, similarity = pairs_of(texts)
    exact = np.array([jaccard(texts[a], texts[b]) for a, b in pairs.tolist()])
    assert np.abs(exact - similarity).max() < 0.15 and (pairs[:, 0] < pairs[:, 1]).all()
    clusters = clusters_of(pairs, len(texts))
    found = clusters[40:] == clusters[planted.of]
    assert found[planted.rate <= 0.01].all() and not found[planted.rate == 0.08].all()
    order = np.random.default_rng(1).permutation(len(texts))
    turned = clusters_of(pairs_of([texts[k] for k in order])[0], len(texts))
    groups = {frozenset(order[turned == c].tolist()) for c in np.unique(turned)}
    assert groups == {frozenset(np.flatnonzero(clusters == c).tolist()) for c in np.unique(clusters)}


def test_rows_without_words_are_nobodys_copy() -> None:
    pairs, _ = pairs_of(["", "--", " ", "a", "a"])
    assert pairs.tolist() == [[3, 4]]


def test_the_best_row_of_a_cluster_is_kept() -> None:
    clusters = clusters_of(np.array([[0, 3], [3, 4], [1, 2]]), 6)
    assert clusters.tolist() == [0, 1, 1, 0, 0, 5] and sizes_of(clusters).tolist() == [3, 2, 2, 3, 3, 1]
    assert kept_of(clusters).tolist() == clusters.tolist()
    rank = np.array([0.1, np.nan, -np.inf, 0.9, 0.9, 0.0])
    assert kept_of(clusters, rank).tolist() == [3, 1, 1, 3, 3, 5]


def test_shared_runs_are_those_of_sets() -> None:
    rng = np.random.default_rng(3)
    held = [" ".join(f"v{n}" for n in rng.integers(0, 30, size)) for size in (40, 13, 9, 7, 60)]
    rows = [" ".join(f"v{n}" for n in rng.integers(0, 30, 80)) for _ in range(20)]
    rows += [f"Before: {held[0].upper()}!", held[2], f"{held[2]} more", held[3], "", held[4][10:]]

    def runs(text: str) -> list[tuple[str, ...]]:
        words = [w for w in ("".join(c for c in x.lower() if c.isalnum()) for x in text.split()) if w]
        size = min(13, len(words))
        return [tuple(words[k : k + size]) for k in range(len(words) - size + 1)] if words else []

    known = {r for text in held if len(text.split()) >= 8 for r in runs(text)}
    shared, whose = Runs(held).shared(pa.array(rows))
    assert shared.tolist() == [sum(r in known for r in runs(row)) for row in rows]
    assert whose[20] == 0 and whose[21] == 2 and whose[22] == -1 and whose[23] == -1  # shorter ones only as a whole
    assert Runs([]).shared(pa.array(["a b c"]))[0].tolist() == [0]


def test_a_similarity_is_chosen_where_pairs_are_precise() -> None:
    chosen = choose(np.array([0.99, 0.95, 0.9, 0.85, 0.8, 0.2]), np.array([True, True, True, False, True, False]))
    assert chosen["similarity"] == 0.9 and chosen["precision"] == 1.0 and chosen["recall"] == 0.75
    none = choose(np.array([0.9, 0.8]), np.array([False, True]))
    assert none["similarity"] == 0.8 and none["precision"] == 0.5


def test_close_vectors_are_paired_within_clusters() -> None:
    rng = np.random.default_rng(5)
    vectors = rng.standard_normal((300, 16)).astype(np.float32)
    vectors[200:250] = vectors[:50] + 0.01 * rng.standard_normal((50, 16))
    vectors[299] = np.nan
    assert close_pairs(vectors, 0.99).tolist() == [[k, 200 + k] for k in range(50)]
    assert close_pairs(vectors[:0], 0.9).shape == (0, 2)


def test_planting_is_the_same_every_time() -> None:
    texts = texts_of(5)
    assert plant(texts, 1).texts == plant(texts, 1).texts != plant(texts, 2).texts
    assert plant(texts, 1).texts[0] == texts[0]
    assert jaccard("a b c d e f", "A, b c d e f!") == 1.0 and jaccard("a", "b") == 0.0
    assert jaccard("", "") == 1.0
