"""Counts, truths, and how they combine (Kleene's three values: what is not certain may still not matter)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from seedbed.language import masks
from seedbed.language.functions.base import Context, Number, Objects, Truth, function


@function("count", ("objects",), "number", "how many there are")
def count(cx: Context, objects: Objects) -> Number:
    return Number(masks.size(objects.sure), objects.sure == objects.maybe)


@function("exist", ("objects",), "truth", "whether there is any")
def exist(cx: Context, objects: Objects) -> Truth:
    found = objects.sure != masks.NONE
    return Truth(found, found | (objects.maybe == masks.NONE))


@function("negate", ("truth",), "truth", "not")
def negate(cx: Context, value: Truth) -> Truth:
    return Truth(~value.value, value.ok)


@function("both", ("truth", "truth"), "truth", "and")
def both(cx: Context, a: Truth, b: Truth) -> Truth:
    denied = (a.ok & ~a.value) | (b.ok & ~b.value)
    return Truth(a.value & b.value & a.ok & b.ok, (a.ok & b.ok) | denied)


@function("either", ("truth", "truth"), "truth", "or")
def either(cx: Context, a: Truth, b: Truth) -> Truth:
    held = (a.ok & a.value) | (b.ok & b.value)
    return Truth(held, (a.ok & b.ok) | held)


def _compare(name: str, check: Callable[[Any, Any], Any], doc: str) -> None:
    @function(name, ("number", "number"), "truth", doc)
    def run(cx: Context, a: Number, b: Number) -> Truth:
        return Truth(check(a.value, b.value), a.ok & b.ok)


_compare("equal", operator.eq, "whether two numbers are equal")
_compare("greater", operator.gt, "whether the first number is greater")
_compare("less", operator.lt, "whether the first number is less")


@function("plus", ("number", "number"), "number", "the sum")
def plus(cx: Context, a: Number, b: Number) -> Number:
    return Number(a.value + b.value, a.ok & b.ok)


@function("more_by", ("number", "number"), "number", "by how much the first is greater; no answer where it is less")
def more_by(cx: Context, a: Number, b: Number) -> Number:
    return Number(np.maximum(a.value - b.value, 0), a.ok & b.ok & (a.value >= b.value))
