"""Where in the picture, and on which side of something."""

from __future__ import annotations

import numpy as np

from seedbed.language.functions.base import Array, Context, Object, Place, Word, function
from seedbed.language.functions.words import told
from seedbed.language.lexicon import code

MIDDLE = 0.06  # of the picture's width: this near to its middle, neither half is said


def _halves(cx: Context, thing: Object, axis: int, low: str, high: str) -> tuple[Array, Array]:
    at = np.maximum(thing.index, 0)
    one, two = cx.scenes.pixel[cx.of, at][:, axis] - 0.5, cx.scenes.middle[cx.of, at][:, axis] - 0.5
    two = np.where(np.isnan(two), one, two)
    with np.errstate(invalid="ignore"):
        known = (np.minimum(np.abs(one), np.abs(two)) >= MIDDLE) & ((one > 0) == (two > 0))
    return np.where(two > 0, code(high), code(low)), known


@function("half", ("object",), "word", "`left` or `right` half of the picture")
def half(cx: Context, thing: Object) -> Word:
    value, known = _halves(cx, thing, 0, "left", "right")
    return told(cx, thing, value, known & (thing.index >= 0))


@function("quarter", ("object",), "word", "`top left`, `top right`, `bottom left` or `bottom right` of the picture")
def quarter(cx: Context, thing: Object) -> Word:
    across, known = _halves(cx, thing, 0, "left", "right")
    down, known_too = _halves(cx, thing, 1, "top", "bottom")
    names = {(v, h): code(f"{v} {h}") for v in ("top", "bottom") for h in ("left", "right")}
    made = np.full(cx.count, -1)
    for (v, h), number in names.items():
        made[(down == code(v)) & (across == code(h))] = number
    return told(cx, thing, made, known & known_too & (thing.index >= 0))


def _sides(name: str, low: str, high: str, words: tuple[str, str], doc: str) -> None:
    @function(name, ("object", "object"), "word", doc)
    def run(cx: Context, a: Object, b: Object) -> Word:
        i, j = np.maximum(a.index, 0), np.maximum(b.index, 0)
        one, two = cx.scenes.relation(low)[0][cx.of, i, j], cx.scenes.relation(high)[0][cx.of, i, j]
        known = a.ok & b.ok & (np.minimum(a.index, b.index) >= 0) & (one ^ two)
        return Word(np.where(one, code(words[0]), code(words[1])), known)


_sides("side", "left_of", "right_of", ("left", "right"), "`left` or `right`: where the first is, seen from the second")
_sides(
    "before_or_behind", "in_front_of", "behind", ("in front", "behind"), "`in front` or `behind`: where the first is"
)


@function("point", ("object",), "point", "the centre of its visible box, pixels (x, y)")
def point(cx: Context, thing: Object) -> Place:
    box = cx.scenes.box[cx.of, np.maximum(thing.index, 0)]
    centre = (box[:, :2] + box[:, 2:]) / 2
    return Place(np.floor(np.nan_to_num(centre)).astype(int), thing.ok & (thing.index >= 0) & ~np.isnan(box).any(1))


@function("box", ("object",), "box", "the box of its visible pixels [x0, y0, x1, y1)")
def box(cx: Context, thing: Object) -> Place:
    found = cx.scenes.box[cx.of, np.maximum(thing.index, 0)]
    return Place(np.nan_to_num(found).astype(int), thing.ok & (thing.index >= 0) & ~np.isnan(found).any(1))
