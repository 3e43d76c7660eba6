"""Evidence leads to its number, whatever the keys on the way are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.lineage import at, evidence_in, numbers, pointed, pointer

PLAIN = st.recursive(
    st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a/~1.0", max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(PLAIN)
def test_every_number_can_be_opened_by_its_pointer(content: object) -> None:
    made = evidence_in(content, prefix=["cell"], stage="s", key="k", seeds=[1], file="f.json", under="/result")
    assert [at({"result": content}, e.pointer) for e in made] == [value for _, value in numbers(content)]
    assert all(e.id.startswith("cell") and e.seeds == [1] for e in made)


@given(st.lists(st.text("a/~01", max_size=5)))
def test_a_pointer_and_its_keys_are_each_others_inverse(path: list[str]) -> None:
    assert list(pointed(pointer(path))) == path


def test_keys_with_signs_of_the_pointer_itself() -> None:
    [made] = evidence_in({"a/b": {"~": [0.5]}}, stage="s", key="k", seeds=[], file="f", under="/result")
    assert (made.id, made.pointer) == ("a/b.~.0", "/result/a~1b/~0/0")
    with pytest.raises(KeyError):
        at({"a": {"b": 1}}, made.pointer)
