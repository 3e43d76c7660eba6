"""Parts of language models that need no network: packing, n-grams, the choice of a token, windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.errors import UsageError
from seedbed.learn.text.ngrams import NGram
from seedbed.learn.text.packing import pack, unpack
from seedbed.learn.text.perplexity import _windows
from seedbed.learn.text.sampling import _choose

BOS, EOS, PAD = 0, 1, 2
documents = st.lists(st.lists(st.integers(3, 30), max_size=20), max_size=12)


@given(documents, st.integers(2, 17))
@settings(max_examples=200, deadline=None)
def test_packing_loses_no_document_and_counts_exactly(given_: list[list[int]], block: int) -> None:
    packed = pack(given_, block, bos=BOS, eos=EOS, pad=PAD)
    assert unpack(packed, bos=BOS, eos=EOS) == given_
    assert packed.documents == len(given_) and packed.tokens == sum(len(d) + 2 for d in given_)
    assert packed.blocks.shape[1] == block + 1
    targets = packed.blocks[:, 1:].ravel()
    told = targets[targets != PAD]
    assert told.tolist() == packed.stream()[1:].tolist()  # each token but the first is predicted once
    assert packed.predicted == len(told)
    assert packed.padding == pytest.approx((targets == PAD).mean() if len(targets) else 0.0)
    assert (targets == PAD).sum() < block
    assert (packed.blocks[1:, 0] == packed.blocks[:-1, -1]).all()


def test_blocks_of_one_token_are_refused() -> None:
    with pytest.raises(UsageError, match="blocks of 1 tokens"):
        pack([[3]], 1, bos=BOS, eos=EOS, pad=PAD)


@given(st.integers(1, 60), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_windows_ask_for_every_token_once_from_at_least_half_a_window(length: int, most: int) -> None:
    text = tuple(range(length + 1))
    asked: list[int] = []
    for row, first in _windows(text, 1, most):
        assert 1 <= len(row) - 1 <= most and first >= 1
        assert first >= min(row[first], most // 2)  # tokens read before the first that is asked for
        asked += row[first:]
    assert asked == list(range(1, length + 1))


def test_a_bigram_model_is_witten_and_bells() -> None:
    model = NGram(2, 6, bos=BOS, eos=EOS).fit([[3, 4], [3, 5], [3, 4]])
    # unigrams: 9 tokens (3 of 3, 2 of 4, 1 of 5, 3 ends), 4 kinds; after 3: 4 twice, 5 once
    one = lambda count: (count + 4 / 6) / (9 + 4)  # noqa: E731
    assert model.probability(4, [BOS, 3]) == pytest.approx((2 + 2 * one(2)) / (3 + 2))
    assert model.probability(EOS, [BOS, 3]) == pytest.approx((0 + 2 * one(3)) / (3 + 2))
    assert model.loss([3, 5]) == pytest.approx(-np.log((3 + one(3)) / (3 + 1)) - np.log((1 + 2 * one(1)) / (3 + 2)))
    assert model.probability(2, [7]) == pytest.approx(one(0))  # a history that was not seen


@given(documents, st.integers(1, 4), st.lists(st.integers(0, 30), max_size=5))
@settings(max_examples=50, deadline=None)
def test_ngram_probabilities_add_up_to_one(given_: list[list[int]], order: int, history: list[int]) -> None:
    model = NGram(order, 31, bos=BOS, eos=EOS).fit(given_)
    told = model.distribution(history)
    assert told.sum() == pytest.approx(1)
    assert [model.probability(k, history) for k in range(31)] == pytest.approx(told.tolist())


def test_ngram_samples_follow_their_counts() -> None:
    model = NGram(3, 6, bos=BOS, eos=EOS).fit([[3, 4, 5]] * 50)
    drawn = [model.sample(np.random.default_rng([0, k]), 10) for k in range(200)]
    assert sum(row == [3, 4, 5] for row in drawn) > 120
    assert max(map(len, drawn)) <= 10


def test_tokens_are_chosen_by_their_probabilities() -> None:
    p = np.array([0.1, 0.4, 0.2, 0.3])
    logits = np.repeat(np.log(p)[None], 10_000, 0)
    u = (np.arange(10_000) + 0.5) / 10_000
    count = lambda *options: np.bincount(_choose(logits, u, *options), minlength=4) / len(u)  # noqa: E731
    assert count(1.0, None, None) == pytest.approx(p, abs=2e-4)
    assert count(0.0, None, None).tolist() == [0, 1, 0, 0]
    assert count(0.5, None, None) == pytest.approx(p**2 / (p**2).sum(), abs=2e-4)
    assert count(1.0, 2, None) == pytest.approx([0, 4 / 7, 0, 3 / 7], abs=2e-4)
    assert count(1.0, None, 0.5) == pytest.approx([0, 4 / 7, 0, 3 / 7], abs=2e-4)  # .4 is less than .5, so .3 is in
    assert count(1.0, None, 0.4) == pytest.approx([0, 1, 0, 0])
    assert _choose(logits[:1], np.array([1 - 1e-17]), 1.0, 2, None).tolist() == [3]
