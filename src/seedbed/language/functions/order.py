"""Order: extremes, the nth from one side, comparisons of size and distance. Each needs a margin."""

from __future__ import annotations

import numpy as np

from seedbed.language.functions.base import Array, Context, Number, Object, Objects, Truth, Word, function
from seedbed.language.lexicon import code
from seedbed.language.masks import BIT, NONE, unpacked
from seedbed.language.relations import ASIDE, DEEPER

TALLER = 1.2  # ratio of heights
LARGER = 1.6  # ratio of volumes
CLOSER = 1.3  # ratio of distances
SIDES = ("left", "right", "front")
NUMBERS = ("1", "2", "3", "4", "5", "6")


def _best(objects: Objects, value: Array, margin: float, slack: Array | None = None) -> Object:
    """The object of the least value, which must be sure and less than any other possible one by the margin, and by how
    much the two differ in `slack` (B, N).
    """
    maybe, unknown = unpacked(objects.maybe, value.shape[1]), np.isnan(value)
    seen = np.where(maybe & ~unknown, value, np.inf)
    first = seen.argmin(1)
    rows = np.arange(len(first))
    least = seen[rows, first].copy()
    seen[rows, first] = np.inf
    if slack is not None:
        seen = seen - np.abs(slack - slack[rows, first][:, None])
    with np.errstate(invalid="ignore"):
        ok = (objects.sure & BIT[first] != NONE) & np.isfinite(least) & (seen.min(1) - least >= margin)
    known = ~(maybe & unknown).any(1)
    return Object(np.where(ok & known, first, -1), ok & known)


def _extremes(low: str, high: str, low_doc: str, high_doc: str, value: str, margin: float) -> None:
    @function(low, ("objects",), "object", low_doc)
    def least(cx: Context, objects: Objects) -> Object:
        return _best(objects, _measure(cx, value), margin, _slack(cx, value))

    @function(high, ("objects",), "object", high_doc)
    def most(cx: Context, objects: Objects) -> Object:
        return _best(objects, -_measure(cx, value), margin, _slack(cx, value))


def _slack(cx: Context, name: str) -> Array | None:
    """Of two things' depths: what is seen of them is in the order of their centres only beyond their sizes."""
    return np.nan_to_num(cx.scenes.radius)[cx.of] if name == "depth" else None


def _measure(cx: Context, name: str) -> Array:
    return cx.scenes.measure[name][cx.of]


_extremes("leftmost", "rightmost", "the one farthest left in the picture", "farthest right", "across", ASIDE)
_extremes("nearest", "farthest", "the one nearest to the camera", "farthest from the camera", "depth", DEEPER)
_extremes(
    "shortest", "tallest", "the one of the least height", "of the greatest height", "height", float(np.log(TALLER))
)
_extremes(
    "smallest", "largest", "the one of the least volume", "of the greatest volume", "volume", float(np.log(LARGER))
)


def _far(cx: Context, thing: Object) -> Array:
    """Logarithms of the distances between centres on the ground from an object to every other (B, N)."""
    return cx.scenes.far[cx.of, np.maximum(thing.index, 0)]


@function("closest_to", ("objects", "object"), "object", "the one whose centre is closest to an object's")
def closest_to(cx: Context, objects: Objects, thing: Object) -> Object:
    found = _best(_except(objects, thing), _far(cx, thing), float(np.log(CLOSER)))
    return Object(found.index, found.ok & thing.ok)


@function("farthest_from", ("objects", "object"), "object", "the one whose centre is farthest from an object's")
def farthest_from(cx: Context, objects: Objects, thing: Object) -> Object:
    found = _best(_except(objects, thing), -_far(cx, thing), float(np.log(CLOSER)))
    return Object(found.index, found.ok & thing.ok)


def _except(objects: Objects, thing: Object) -> Objects:
    other = ~BIT[thing.index]
    return Objects(objects.sure & other, objects.maybe & other)


@function(
    "nth",
    ("objects", "word:number", "word:side"),
    "object",
    "the nth from the left, the right or the front",
    (*NUMBERS, *SIDES),
)
def nth(cx: Context, objects: Objects, number: Word, side: Word) -> Object:
    across, depth = _measure(cx, "across"), _measure(cx, "depth")
    front, right = (side.code == code("front"))[:, None], (side.code == code("right"))[:, None]
    value = np.where(front, depth, np.where(right, -across, across))
    margin = np.where(side.code == code("front"), DEEPER, ASIDE)
    maybe = unpacked(objects.maybe, cx.scenes.width)
    certain = (objects.sure == objects.maybe) & ~(maybe & np.isnan(value)).any(1)
    value = np.where(maybe, value, np.inf)
    order = np.argsort(value, axis=1, kind="stable")
    ranked = np.take_along_axis(value, order, 1)
    place = sum((k * (number.code == code(str(k + 1))) for k in range(len(NUMBERS))), np.zeros(cx.count, int))
    place = np.minimum(place, value.shape[1] - 1)
    rows = np.arange(cx.count)
    mine = ranked[rows, place]
    with np.errstate(invalid="ignore"):
        before = np.where(place > 0, mine - ranked[rows, np.maximum(place - 1, 0)], np.inf)
        after = np.where(
            place + 1 < value.shape[1], ranked[rows, np.minimum(place + 1, value.shape[1] - 1)] - mine, np.inf
        )
        ok = certain & np.isfinite(mine) & (before >= margin) & (after >= margin)
    return Object(np.where(ok, order[rows, place], -1), ok)


def _pair(name: str, value: str, margin: float, doc: str) -> None:
    @function(name, ("object", "object"), "truth", doc)
    def run(cx: Context, a: Object, b: Object) -> Truth:
        column = cx.scenes.measure[value]
        gap = cx.at(column, a.index) - cx.at(column, b.index)
        with np.errstate(invalid="ignore"):
            least: Array | float = margin
            if value == "depth":
                extent = np.nan_to_num(cx.scenes.radius)
                least = margin + np.abs(cx.at(extent, a.index) - cx.at(extent, b.index))
            ok = a.ok & b.ok & (np.minimum(a.index, b.index) >= 0) & (np.abs(gap) >= least)
            return Truth(gap > 0, ok)


_pair("taller", "height", float(np.log(TALLER)), "whether the first is taller, by a fifth or more")
_pair("larger", "volume", float(np.log(LARGER)), "whether the first takes more room, by 1.6 times or more")
_pair("further", "depth", DEEPER, "whether the first is further from the camera")


@function(
    "closer", ("object", "object", "object"), "truth", "whether the first is closer to the second than to the third"
)
def closer(cx: Context, thing: Object, one: Object, two: Object) -> Truth:
    far, at = cx.scenes.far, np.maximum(thing.index, 0)
    with np.errstate(invalid="ignore"):
        gap = far[cx.of, at, np.maximum(two.index, 0)] - far[cx.of, at, np.maximum(one.index, 0)]
    different = (thing.index != one.index) & (thing.index != two.index) & (one.index != two.index)
    known = thing.ok & one.ok & two.ok & (np.minimum(np.minimum(thing.index, one.index), two.index) >= 0)
    with np.errstate(invalid="ignore"):
        return Truth(gap > 0, known & different & (np.abs(gap) >= np.log(CLOSER)))


@function(
    "distance",
    ("object", "object"),
    "number",
    "between centres on the ground, in centimetres to the nearest ten; only where it is within 3 cm of that",
)
def distance(cx: Context, a: Object, b: Object) -> Number:
    far = cx.scenes.apart[cx.of, np.maximum(a.index, 0), np.maximum(b.index, 0)] * 100
    known = a.ok & b.ok & (np.minimum(a.index, b.index) >= 0) & (a.index != b.index) & ~np.isnan(far)
    round_ = np.round(np.where(known, far, 0) / 10).astype(int) * 10
    return Number(round_, known & (np.abs(far - round_) <= 3) & (round_ > 0))
