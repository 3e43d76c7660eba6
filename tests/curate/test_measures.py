"""The kernels against plain Python, number for number; rule vectors; sketches; the fast classifier's features."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from text_by_hand import by_hand, norm

from seedbed.curate.policy import built_in, load_rules
from seedbed.curate.text.measures import MEASURES, measure
from seedbed.curate.text.scan import Scanned, hash_of, parts
from seedbed.errors import UsageError

PLAIN = (
    "The river runs to the sea, and the boats that have sails go with it. People stand on the bank and look. "
    "Some of them wave to the crew; others read, or eat what they have brought with them from the town. "
    "It will be evening before the last boat is home, and the lamps of the harbour are lit one by one."
)
PIECES = st.sampled_from(
    ["the", "of", "a", "x y", "x y z w v", "\n", "\n\n", "\n \n", ".", "...", "…", "!", "\"", "«é»", "Ünï", "日本語", "#", "{",
     "lorem ipsum", "http://a.b", "JavaScript", "use cookies", "- ", "•", "\t", "\u2028", "٣٤", "(Terms of Use)", "'", "\r\n", "😀"]
)  # fmt: skip


def agrees(texts: list[str]) -> None:
    found = measure(texts).to_pydict()
    assert list(found) == list(MEASURES)
    for row, text in enumerate(texts):
        for name, value in by_hand(text).items():
            got = found[name][row]
            assert (got is None) == (value is None), (name, text)
            if value is not None:
                assert got == pytest.approx(value, rel=1e-6, abs=1e-7), (name, text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "  "])), max_size=60), min_size=1, max_size=4))
def test_kernels_agree_with_plain_python(made: list[list[tuple[str, str]]]) -> None:
    agrees(["".join(a + b for a, b in text) for text in made])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab \n.", max_size=300), min_size=1, max_size=3))
def test_kernels_agree_on_texts_full_of_repeats(texts: list[str]) -> None:
    agrees(texts)


def test_kernels_agree_on_real_text() -> None:
    files = sorted(Path(np.__file__).parent.rglob("*.py"))[:60]
    agrees([f.read_text(encoding="utf-8")[:4000] for f in files])


def test_empty_null_and_damaged() -> None:
    table = measure(pa.array(["", None, " \n ", "a"]))
    assert table["words"].to_pylist() == [0, None, 0, 1]
    assert table["mean_word_length"].to_pylist() == [None, None, None, 1]
    assert measure([]).num_rows == 0 and measure([]).column_names == list(MEASURES)


def test_slices_chunks_and_types_do_not_matter() -> None:
    texts = [PLAIN[k:] for k in range(40)]
    whole = measure(texts)
    assert measure(pa.array(["x", *texts])[1:]).equals(whole)
    assert measure(pa.chunked_array([texts[:7], texts[7:]])).equals(whole)
    assert measure(pa.array(texts, pa.string())).equals(whole)
    array = pa.array(texts, pa.large_string())
    assert [len(p) for p in parts(array, 700)] and sum(len(p) for p in parts(array, 700)) == 40


# one text a rule that breaks this rule, made from the paper's words: the published thresholds are at work
VECTORS = {
    "gopher_quality.words": "The end of it.",
    "gopher_quality.mean_word_length": PLAIN.replace(" ", ""),
    "gopher_quality.hash_ratio": " #".join(PLAIN.split()),
    "gopher_quality.ellipsis_ratio": "... ".join(PLAIN.split()),
    "gopher_quality.bullet_lines": "\n".join(f"- {w}" for w in PLAIN.split()),
    "gopher_quality.ellipsis_lines": "...\n".join(PLAIN.split()),
    "gopher_quality.alpha_words": " ".join(f"{w} 12" for w in PLAIN.split()),
    "gopher_quality.stop_words": " ".join(f"stone{k} river{k}" for k in range(60)),
    "gopher_repetition.dup_lines": "\n".join(["a line that is here again"] * 5 + PLAIN.split(". ")),
    "gopher_repetition.dup_paragraphs": "\n\n".join(["again"] * 5 + PLAIN.split(". ")),
    "gopher_repetition.dup_line_chars": "\n".join([PLAIN] * 2),
    "gopher_repetition.dup_paragraph_chars": "\n\n".join([PLAIN] * 2),
    "gopher_repetition.top_2_gram": "for ever " * 20 + PLAIN,
    "gopher_repetition.top_3_gram": "for ever more " * 20 + PLAIN,
    "gopher_repetition.top_4_gram": "for ever and more " * 20 + PLAIN,
    **{f"gopher_repetition.dup_{n}_gram": f"{PLAIN} {PLAIN}" for n in range(5, 11)},
    "c4.c4_sentences": "Home | About | Contact\n" + PLAIN.split(". ")[0] + ".",
    "c4.lorem_ipsum": PLAIN + " Lorem ipsum dolor sit amet.",
    "c4.curly_brackets": PLAIN + " function () { return }",
    "fineweb.end_lines": "\n".join(w for w in PLAIN.replace(".", "").replace(",", "").split()),
    "fineweb.short_lines": "\n".join(PLAIN.split()),
    "fineweb.dup_line_chars": "\n".join([*PLAIN.split(". "), PLAIN.split(". ")[0]]),
    "fineweb.newline_ratio": "\n".join(PLAIN.split()),
}


def test_every_published_rule_has_a_text_that_breaks_it_and_plain_prose_breaks_none() -> None:
    rules = load_rules(["gopher_quality", "gopher_repetition", "c4", "fineweb"])
    assert {rule.reason for rule in rules} == set(VECTORS)
    prose = PLAIN + "\n" + "A second paragraph has other words. It ends here! Does it? Yes, it does."
    texts = [*VECTORS.values(), prose]
    table = measure(texts)
    table = table.rename_columns([f"score.{n}" for n in table.column_names])
    for rule in rules:
        lost = rule.breaks(table)
        assert lost[list(VECTORS).index(rule.reason)], rule
        assert not lost[-1], rule


def test_rules_say_what_is_wrong_with_them(tmp_path: Path) -> None:
    assert built_in() == ["c4", "fineweb", "gopher_quality", "gopher_repetition", "image_quality"]
    for wanted, message in (
        ("gopher", "no rules 'gopher'"),
        ({"mine": {"words": {"lest": 3}}}, "unknown key 'lest'; did you mean 'least'"),
        ({"mine": {"words": {"least": "a"}}}, "least is no number"),
        ({"mine": {"words": 3}}, "a rule needs bounds"),
        ("none.yaml", "cannot be read"),
    ):
        with pytest.raises(UsageError, match=message):
            load_rules([wanted])
    changed = load_rules(["gopher_quality", {"gopher_quality": {"words": {"least": 5}}}])
    assert (changed[0].least, changed[0].most) == (5, 100000)
    (tmp_path / "own.yaml").write_text("language: {one_of: [en]}\n")
    rule = load_rules(["own.yaml"], folder=tmp_path)[0]
    assert rule.breaks(pa.table({"language": ["en", "de", None]})).tolist() == [False, True, False]
    with pytest.raises(UsageError, match="no score 'words'"):
        changed[0].breaks(pa.table({"score.word": [1.0]}))


def test_sketches_estimate_the_similarity_of_shingles() -> None:
    rng = np.random.default_rng(0)
    words = [f"w{k}" for k in rng.integers(0, 5000, 600)]
    for share in (0.0, 0.01, 0.05, 0.2):
        other = [f"x{k}" if rng.random() < share else w for k, w in enumerate(words)]
        bins, bands = Scanned([" ".join(words), " ".join(other).upper()]).sketches()
        sets = [{tuple(norm(w) for w in x[k : k + 5]) for k in range(len(x) - 4)} for x in (words, other)]
        exact = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        assert (bins[0] == bins[1]).mean() == pytest.approx(exact, abs=0.1)
        if exact > 0.8 or exact < 0.1:  # between them it is a matter of chance
            assert (bands[0] == bands[1]).any() == (exact > 0.8)
    assert not Scanned([""]).sketches()[1].any()


def test_features_and_their_weights_agree() -> None:
    scanned = Scanned([PLAIN, "", "one"])
    found, starts = scanned.features(12)
    words = [norm(w) for w in PLAIN.split()]
    assert starts.tolist() == [0, 2 * len(words) - 1, 2 * len(words) - 1, 2 * len(words)]
    weights = np.random.default_rng(0).standard_normal(1 << 12).astype(np.float32)
    by_features = [0.5 + weights[found[a:b]].sum() / max(1, b - a) ** 0.5 for a, b in pairwise(starts)]
    assert scanned.weigh(weights, 0.5) == pytest.approx(by_features, rel=1e-4)
    light = Scanned([PLAIN, "", "one"], only_words=True)
    assert np.array_equal(light.features(12)[0], found) and light.counts[:, 1].tolist() == scanned.counts[:, 1].tolist()
    assert hash_of("River,") == hash_of("river") != 0 == hash_of("--")
