"""Sets of objects: filters, relations, union; and one object of a set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from seedbed.language.functions.base import Context, Object, Objects, Word, function
from seedbed.language.lexicon import ATTRIBUTES, NOTHING, PREDICATES, code


@function("scene", (), "objects", "the objects that can be seen well")
def scene(cx: Context) -> Objects:
    return Objects(cx.scenes.clear[cx.of], cx.scenes.maybe[cx.of])


@function("all", (), "objects", "every object of the scene, hidden ones too")
def everything(cx: Context) -> Objects:
    there = cx.scenes.there[cx.of]
    return Objects(there, there)


@function("hidden", (), "objects", "the objects of which no pixel can be seen")
def hidden(cx: Context) -> Objects:
    unseen = (cx.scenes.there & ~cx.scenes.maybe)[cx.of]
    return Objects(unseen, unseen)


def _filters(name: str) -> None:
    @function(f"filter_{name}", ("objects", "word"), "objects", f"those whose {name} is the word")
    def keep(cx: Context, objects: Objects, word: Word) -> Objects:
        fits = cx.scenes.attribute[name][cx.of] == word.code[:, None]
        return Objects(objects.sure & fits, objects.maybe & fits)

    @function(f"without_{name}", ("objects", "word"), "objects", f"those whose {name} is not the word")
    def drop(cx: Context, objects: Objects, word: Word) -> Objects:
        column = cx.scenes.attribute[name][cx.of]
        fits = (column != word.code[:, None]) & (column >= 0)
        return Objects(objects.sure & fits, objects.maybe & fits)

    @function(f"same_{name}", ("object",), "objects", f"the other objects of the same {name}, among those seen")
    def same(cx: Context, thing: Object) -> Objects:
        column = cx.scenes.attribute[name]
        mine = cx.at(column, thing.index)[:, None]
        fits = (column[cx.of] == mine) & (mine >= 0) & thing.ok[:, None]
        return _others(cx, thing, fits, fits | ~thing.ok[:, None])


for _name in ATTRIBUTES:
    _filters(_name)


def _others(cx: Context, thing: Object, sure: Any, maybe: Any) -> Objects:
    other = np.arange(cx.scenes.width) != thing.index[:, None]
    return Objects(sure & other & cx.scenes.clear[cx.of], maybe & other & cx.scenes.maybe[cx.of])


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
    sure = np.zeros((cx.count, cx.scenes.width), bool)
    maybe = sure.copy()
    at = np.maximum(thing.index, 0)
    for name in PREDICATES:
        rows = np.flatnonzero(predicate.code == code(name))
        if len(rows):
            yes, open_ = cx.scenes.relation(name)
            key = (cx.of[rows], at[rows]) if backwards else (cx.of[rows], slice(None), at[rows])
            sure[rows], maybe[rows] = yes[key], open_[key]
    known = (thing.ok & (thing.index >= 0))[:, None]
    return _others(cx, thing, sure & known, maybe | ~known)


@function("between", ("object", "object"), "objects", "those seen that stand between two objects")
def between(cx: Context, one: Object, two: Object) -> Objects:
    a, b = np.maximum(one.index, 0), np.maximum(two.index, 0)
    sure = cx.scenes.between[cx.of, :, a, b]
    xy = cx.scenes.position[..., :2]
    start, end = xy[cx.of, a][:, None], xy[cx.of, b][:, None]
    way, here = end - start, xy[cx.of] - start
    with np.errstate(invalid="ignore", divide="ignore"):
        length = np.linalg.norm(way, axis=-1)
        along = (here * way).sum(-1) / length**2
        aside = np.abs(here[..., 0] * way[..., 1] - here[..., 1] * way[..., 0]) / length**2
        near = (along > 0.1) & (along < 0.9) & (aside < 0.35)
    known = (one.ok & two.ok)[:, None]
    number = np.arange(cx.scenes.width)
    other = (number != a[:, None]) & (number != b[:, None])
    clear, seen = cx.scenes.clear[cx.of], cx.scenes.maybe[cx.of]
    return Objects(sure & known & other & clear, (sure | near | ~known) & other & seen)


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
    every = np.ones((cx.count, cx.scenes.width), bool)
    return _others(cx, thing, every, every)


@function("unique", ("objects",), "object", "the only object of the set; no answer where there are none or several")
def unique(cx: Context, objects: Objects) -> Object:
    ok = (objects.sure.sum(1) == 1) & (objects.maybe.sum(1) == 1)
    return Object(np.where(ok, objects.sure.argmax(1), -1), ok)


@function(
    "sole", ("objects",), "object", "the only object, or none where the set is empty; no answer where there are several"
)
def sole(cx: Context, objects: Objects) -> Object:
    one = unique(cx, objects)
    return Object(one.index, one.ok | ~objects.maybe.any(1))


@function("set_of", ("object",), "objects", "the set of one object")
def set_of(cx: Context, thing: Object) -> Objects:
    mask = (np.arange(cx.scenes.width) == thing.index[:, None]) & thing.ok[:, None]
    return Objects(mask, mask | ~thing.ok[:, None])


def as_word(word: str) -> Callable[[Context], Word]:
    """A constant."""
    return lambda cx: Word(np.full(cx.count, code(word)), np.ones(cx.count, bool))


__all__ = ["NOTHING", "as_word", "unique"]
