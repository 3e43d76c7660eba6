"""What an object is: its attributes as words, and comparisons of two objects' attributes."""

from __future__ import annotations

import numpy as np

from seedbed.language.functions.base import Array, Context, Object, Truth, Word, function
from seedbed.language.lexicon import ATTRIBUTES, CANNOT_TELL, NO_SUCH, NOTHING, code


def told(cx: Context, thing: Object, value: Array, known: Array) -> Word:
    """A word about an object: `no such thing` where there is none, `cannot tell` where it is hidden."""
    none = thing.index < 0
    seen, maybe = cx.at(cx.scenes.clear, thing.index), cx.at(cx.scenes.maybe, thing.index)
    found = np.where(none, code(NO_SUCH), np.where(maybe, value, code(CANNOT_TELL)))
    return Word(found, thing.ok & (none | ~maybe | (seen & known)))


def _about(name: str) -> None:
    @function(f"query_{name}", ("object",), "word", f"its {name}; `cannot tell` where it is hidden")
    def query(cx: Context, thing: Object) -> Word:
        value = cx.at(cx.scenes.attribute[name], thing.index)
        return told(cx, thing, value, value >= 0)

    @function(f"is_{name}", ("object", "word"), "word", f"yes or no: whether its {name} is the word; or `cannot tell`")
    def check(cx: Context, thing: Object, word: Word) -> Word:
        value = cx.at(cx.scenes.attribute[name], thing.index)
        return told(cx, thing, np.where(value == word.code, code("yes"), code("no")), value >= 0)

    @function(f"alike_{name}", ("object", "object"), "truth", f"whether two objects are of the same {name}")
    def alike(cx: Context, a: Object, b: Object) -> Truth:
        one, two = (cx.at(cx.scenes.attribute[name], o.index) for o in (a, b))
        return Truth(one == two, _both(a, b) & (one >= 0) & (two >= 0))


for _name in ATTRIBUTES:
    _about(_name)


def _both(a: Object, b: Object) -> Array:
    return a.ok & b.ok & (a.index >= 0) & (b.index >= 0) & (a.index != b.index)


@function("background", (), "word", "what the objects stand on")
def background(cx: Context) -> Word:
    found = cx.scenes.background[cx.of]
    return Word(found, found != code(NOTHING))


@function("carrier", ("object",), "word", "the category of what carries it, or `the ground` or `the wall`")
def carrier(cx: Context, thing: Object) -> Word:
    by = cx.at(cx.scenes.carrier, thing.index)
    kind = cx.at(cx.scenes.attribute["category"], by)
    clear = (by < 0) | cx.at(cx.scenes.clear, by)
    found = np.where(by == -1, code("the ground"), np.where(by == -2, code("the wall"), kind))
    return told(cx, thing, found, clear & (thing.index >= 0))


@function("sight", ("object",), "word", "`seen`, `hidden` (behind others) or `outside` (the picture)")
def sight(cx: Context, thing: Object) -> Word:
    seen, maybe = cx.at(cx.scenes.clear, thing.index), cx.at(cx.scenes.maybe, thing.index)
    away = cx.at(cx.scenes.outside, thing.index)
    found = np.where(maybe, code("seen"), np.where(away, code("outside"), code("hidden")))
    return Word(found, thing.ok & (thing.index >= 0) & (seen | ~maybe))
