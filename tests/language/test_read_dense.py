"""Dense captions read again without their scene: broken ones are found (tests/language/test_text.py: real ones are not)."""

from __future__ import annotations

import pytest

from seedbed.language.read_dense import DenseReader

WORDS = {
    "category": ["mug", "hat", "bookshelf"],
    "color": ["red", "blue"],
    "size": ["small", "large"],
    "material": ["wood"],
}
TWO = "There are two objects here, one of them a small red mug. A large blue hat is to the left of the mug. They rest on a cloth."


@pytest.mark.parametrize(
    ("old", "new", "formed", "consistent"),
    [
        ("", "", True, True),
        ("two objects", "three objects", True, False),  # one is missing
        ("of the mug", "of the red mug", True, True),
        ("of the mug", "of the blue mug", True, False),  # nobody named it
        ("A large", "An large", False, False),
        ("There are", "there are", False, False),
        ("blue hat", "blue dog", False, False),  # a word that captions do not have
        ("on a cloth.", "on a cloth", False, False),
        ("They rest", "The picture holds two wooden bookshelves as well. They rest", True, False),
        ("two objects here", "4 objects here", True, False),
    ],
)
def test_what_is_broken_is_found(old: str, new: str, formed: bool, consistent: bool) -> None:
    told = DenseReader(WORDS).read(TWO.replace(old, new) if old else TWO)
    assert (told.well_formed, told.consistent) == (formed, consistent)


def test_several_things_at_once_are_counted() -> None:
    text = "4 objects can be seen; one is a red mug. There are also two blue mugs. Further there is a wooden bookshelf. They rest on a cloth."
    told = DenseReader(WORDS).read(text)
    assert (told.said, told.named, told.consistent) == (4, 4, True)
    assert DenseReader(WORDS).read("An empty picture of a cloth.").consistent
    assert not DenseReader(WORDS).read("").consistent
