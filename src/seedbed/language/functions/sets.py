"""Sets of objects: filters, relations, union; and one object of a set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from seedbed.language.functions.base import Context, Object, Objects, Word, function
from seedbed.language.lexicon import ATTRIBUTES, NOTHING, PREDICATES, code
from seedbed.language.masks import ALL, BIT, NONE, lowest, packed


@function("scene", (), "objects", "the objects that can be seen well")
def scene(cx: Context) -> Objects:
    return Objects(cx.scenes.masks.clear[cx.of], cx.scenes.masks.maybe[cx.of])


@function("all", (), "objects", "every object of the scene, hidden ones too")
def everything(cx: Context) -> Objects:
    there = cx.scenes.masks.there[cx.of]
    return Objects(there, there)


@function("hidden", (), "objects", "the objects of which no pixel can be seen")
def hidden(cx: Context) -> Objects:
    unseen = cx.scenes.masks.hidden[cx.of]
    return Objects(unseen, unseen)


def _filters(name: str) -> None:
    @function(f"filter_{name}", ("objects", "word"), "objects", f"those whose {name} is the word")
    def keep(cx: Context, objects: Objects, word: Word) -> Objects:
        exact, broad = cx.scenes.masks.having(name, cx.of, word.code)
        return Objects(objects.sure & exact, objects.maybe & broad)

    @function(f"without_{name}", ("objects", "word"), "objects", f"those whose {name} is not the word")
    def drop(cx: Context, objects: Objects, word: Word) -> Objects:
        masks = cx.scenes.masks
        exact, broad = masks.having(name, cx.of, word.code)
        known = masks.known(name)[cx.of]
        return Objects(objects.sure & known & ~broad, objects.maybe & known & ~exact)

    @function(f"same_{name}", ("object",), "objects", f"the other objects of the same {name}, among those seen")
    def same(cx: Context, thing: Object) -> Objects:
        fits = np.where(thing.index >= 0, cx.at(cx.scenes.masks.alike(name), thing.index), NONE)
        return _others(cx, thing, np.where(thing.ok, fits, NONE), np.where(thing.ok, fits, ALL))


for _name in ATTRIBUTES:
    _filters(_name)


def _others(cx: Context, thing: Object, sure: Any, maybe: Any) -> Objects:
    masks, other = cx.scenes.masks, ~BIT[thing.index]
    return Objects(sure & other & masks.clear[cx.of], maybe & other & masks.maybe[cx.of])


@function(
    "relate", ("object", "word:relation"), "objects", "those seen that stand in the relation to the object", PREDICATES
)
def relate(cx: Context, thing: Object, predicate: Word) -> Objects:
    return _related(cx, thing, predicate, backwards=False)


@function(
    "relate_from",
    ("object", "word:relation"),
    "objects",
    "those seen that the object stands in the relation to",
    PREDICATES,
)
def relate_from(cx: Context, thing: Object, predicate: Word) -> Objects:
    return _related(cx, thing, predicate, backwards=True)


def _related(cx: Context, thing: Object, predicate: Word, backwards: bool) -> Objects:
    masks, known = cx.scenes.masks, thing.ok & (thing.index >= 0)
    sure, maybe = masks.related(cx.of, predicate.code, np.maximum(thing.index, 0), backwards)
    anything = masks.maybe[cx.of] & ~BIT[thing.index]
    return Objects(np.where(known, sure, NONE), np.where(known, maybe, anything))


@function("between", ("object", "object"), "objects", "those seen that stand between two objects")
def between(cx: Context, one: Object, two: Object) -> Objects:
    a, b = np.maximum(one.index, 0), np.maximum(two.index, 0)
    masks, sure = cx.scenes.masks, cx.scenes.between[cx.of, a, b]
    xy = cx.scenes.position[..., :2]
    start, end = xy[cx.of, a][:, None], xy[cx.of, b][:, None]
    way, here = end - start, xy[cx.of] - start
    with np.errstate(invalid="ignore", divide="ignore"):
        length = np.linalg.norm(way, axis=-1)
        along = (here * way).sum(-1) / length**2
        aside = np.abs(here[..., 0] * way[..., 1] - here[..., 1] * way[..., 0]) / length**2
        near = packed((along > 0.1) & (along < 0.9) & (aside < 0.35))
    known, other = one.ok & two.ok, ~(BIT[a] | BIT[b])
    possible = np.where(known, sure | near, ALL)
    return Objects(np.where(known, sure, NONE) & other & masks.clear[cx.of], possible & other & masks.maybe[cx.of])


@function("union", ("objects", "objects"), "objects", "in one set or the other")
def union(cx: Context, a: Objects, b: Objects) -> Objects:
    return Objects(a.sure | b.sure, a.maybe | b.maybe)


@function("intersect", ("objects", "objects"), "objects", "in both sets")
def intersect(cx: Context, a: Objects, b: Objects) -> Objects:
    return Objects(a.sure & b.sure, a.maybe & b.maybe)


@function("difference", ("objects", "objects"), "objects", "in the first set and not in the second")
def difference(cx: Context, a: Objects, b: Objects) -> Objects:
    return Objects(a.sure & ~b.maybe, a.maybe & ~b.sure)


@function("others", ("object",), "objects", "every other object that can be seen")
def others(cx: Context, thing: Object) -> Objects:
    return _others(cx, thing, ALL, ALL)


@function("unique", ("objects",), "object", "the only object of the set; no answer where there are none or several")
def unique(cx: Context, objects: Objects) -> Object:
    ok = (np.bitwise_count(objects.sure) == 1) & (np.bitwise_count(objects.maybe) == 1)
    return Object(np.where(ok, lowest(objects.sure), -1), ok)


@function(
    "sole", ("objects",), "object", "the only object, or none where the set is empty; no answer where there are several"
)
def sole(cx: Context, objects: Objects) -> Object:
    one = unique(cx, objects)
    return Object(one.index, one.ok | (objects.maybe == NONE))


@function("set_of", ("object",), "objects", "the set of one object")
def set_of(cx: Context, thing: Object) -> Objects:
    member = BIT[thing.index]
    return Objects(np.where(thing.ok, member, NONE), np.where(thing.ok, member, cx.scenes.masks.every))


def as_word(word: str) -> Callable[[Context], Word]:
    """A constant."""
    return lambda cx: Word(np.full(cx.count, code(word)), np.ones(cx.count, bool))


__all__ = ["NOTHING", "as_word", "unique"]
