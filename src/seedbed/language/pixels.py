"""Answers derived again from the rendered buffers, by other code than that which made the questions.

An object is there if the instance mask shows enough of it; left and right come from the columns of its mask, nearer
from the depths under it, its box and middle from the mask, its colour from the picture under the mask. Kinds, materials
and sizes are the scene graph's: no pixel tells them. What the buffers do not decide is counted as undecided.
"""

from __future__ import annotations

import colorsys
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.language.lexicon import ATTRIBUTES, CANNOT_TELL, NO_SUCH
from seedbed.language.programs import Call, parse

LEAST_SHARE, LEAST = 0.0015, 16
APART = 0.015  # of the picture's width: columns nearer than that decide nothing
HUES = {"red": 0.0, "orange": 0.075, "yellow": 0.145, "green": 0.36, "blue": 0.61, "purple": 0.76}
PLAIN = ("rubber", "plastic", "ceramic", "fabric", "paper")  # materials whose look is their colour


class Undecided(Exception):
    """The buffers do not decide this."""


class Seen:
    """What the buffers of one picture show of each object."""

    def __init__(
        self, scene: Mapping[str, Any], mask: np.ndarray, depth: np.ndarray | None, image: np.ndarray | None
    ) -> None:
        self.objects: Sequence[Mapping[str, Any]] = scene["objects"]
        number = np.asarray(mask).squeeze().astype(int) - 1
        self.height, self.width = number.shape
        self.pixels = np.bincount(number[number >= 0], minlength=len(self.objects))
        least = max(LEAST_SHARE * number.size, min(LEAST, number.size))
        self.clear = [bool(p >= least and o["visibility"] >= 0.25) for p, o in zip(self.pixels, self.objects)]
        self.box: dict[int, tuple[int, int, int, int]] = {}
        self.range: dict[int, tuple[float, float]] = {}
        self.color: dict[int, str | None] = {}
        for k in range(len(self.objects)):
            if self.pixels[k]:
                here = number == k
                rows, columns = np.flatnonzero(here.any(1)), np.flatnonzero(here.any(0))
                self.box[k] = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
                if depth is not None:
                    under = np.asarray(depth).squeeze()[here].astype(float)
                    self.range[k] = (float(np.quantile(under, 0.02)), float(np.quantile(under, 0.98)))
                if image is not None and self.objects[k]["material"] in PLAIN and self.pixels[k] >= 60:
                    self.color[k] = hue_name(image[here][:, :3])

    def visible(self) -> set[int]:
        """Objects that can be seen well; Undecided when one is on the edge of that."""
        if any(p and not c for p, c in zip(self.pixels, self.clear)):
            raise _Borderline
        return {k for k, c in enumerate(self.clear) if c}

    def across(self, k: int) -> float:
        if k not in self.box:
            raise Undecided
        return (self.box[k][0] + self.box[k][2]) / 2 / self.width

    def down(self, k: int) -> float:
        return (self.box[k][1] + self.box[k][3]) / 2 / self.height

    def left_of(self, a: int, b: int) -> bool:
        gap = self.across(b) - self.across(a)
        if abs(gap) < APART:
            raise Undecided
        return gap > 0

    def nearer(self, a: int, b: int) -> bool:
        if a not in self.range or b not in self.range:
            raise Undecided
        if self.range[a][1] < self.range[b][0]:
            return True
        if self.range[b][1] < self.range[a][0]:
            return False
        raise Undecided


class _Borderline(Undecided):
    pass


def hue_name(pixels: np.ndarray) -> str | None:
    """The basic colour of pixels (n, 3) uint8, where hue and saturation leave no doubt; else None."""
    red, green, blue = (float(v) / 255 for v in np.median(pixels, axis=0))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < 0.55 or value < 0.3:
        return None
    far = {name: min(abs(hue - h), 1 - abs(hue - h)) for name, h in HUES.items()}
    best = min(far, key=lambda name: far[name])
    # brown is dark orange: the light decides which of the two it looks like
    return best if far[best] < 0.02 and best != "orange" else None


def recheck(
    scene: Mapping[str, Any],
    questions: Sequence[Mapping[str, Any]],
    mask: np.ndarray,
    depth: np.ndarray | None = None,
    image: np.ndarray | None = None,
) -> dict[str, Counter[str]]:
    """Per family how many questions of one row `agree`, `disagree`, are `undecided`.

    `mask`: (height, width) 0 background, k + 1 object k; `depth` (height, width) any unit; `image` uint8 (height,
    width, 3). Without depth nothing about nearness is decided.
    """
    seen = Seen(scene, mask, depth, image)
    made: dict[str, Counter[str]] = defaultdict(Counter)
    for q in questions:
        try:
            found = told(value_of(parse(q["program"]), seen))
        except Undecided:
            made[q["family"]]["undecided"] += 1
            continue
        stored = q.get("value") or q["answer"]
        made[q["family"]]["agree" if found == stored else "disagree"] += 1
    return dict(made)


def told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def value_of(program: Call, seen: Seen) -> Any:
    """The value of a program from what is seen; sets are sets of object numbers."""
    name, args = program.name, program.args
    attribute = name.partition("_")[2]
    if name == "scene":
        return seen.visible()
    if name == "all":
        return set(range(len(seen.objects)))
    if name == "relate":
        return _related(seen, value_of(_call(args[0]), seen), str(args[1]))
    values = [value_of(arg, seen) if isinstance(arg, Call) else str(arg) for arg in args]
    if attribute in ATTRIBUTES:
        return _attribute(name.partition("_")[0], attribute, values, seen)
    if name in PLAINLY:
        return PLAINLY[name](seen, *values)
    raise Undecided


def _call(arg: Any) -> Call:
    assert isinstance(arg, Call)
    return arg


def _attribute(verb: str, attribute: str, values: list[Any], seen: Seen) -> Any:
    def word(k: int) -> str | None:
        value = seen.objects[k].get(attribute)
        return None if value in (None, "none") else str(value)

    if verb == "filter":
        return {k for k in values[0] if word(k) == values[1]}
    if verb == "without":
        return {k for k in values[0] if word(k) not in (None, values[1])}
    if verb == "same":
        return {k for k in seen.visible() if k != values[0] and word(k) == word(values[0])}
    if verb == "alike":
        return word(values[0]) == word(values[1])
    thing = values[0]
    if thing is None:
        return NO_SUCH
    if not seen.pixels[thing]:
        return CANNOT_TELL
    told_ = word(thing)
    if attribute == "color" and seen.color.get(thing) is not None:
        told_ = seen.color[thing]
    return told_ if verb == "query" else "yes" if told_ == values[1] else "no"


def _related(seen: Seen, anchor: int, predicate: str) -> set[int]:
    checks: dict[str, Callable[[int], bool]] = {
        "left_of": lambda k: seen.left_of(k, anchor),
        "right_of": lambda k: not seen.left_of(k, anchor),
        "in_front_of": lambda k: seen.nearer(k, anchor),
        "behind": lambda k: not seen.nearer(k, anchor),
    }
    if predicate not in checks:
        raise Undecided
    return {k for k in seen.visible() if k != anchor and checks[predicate](k)}


def _unique(seen: Seen, objects: set[int]) -> int:
    if len(objects) != 1:
        raise Undecided
    return next(iter(objects))


def _sole(seen: Seen, objects: set[int]) -> int | None:
    return None if not objects else _unique(seen, objects)


def _first(before: Callable[[Seen, int, int], bool]) -> Callable[[Seen, set[int]], int]:
    def run(seen: Seen, objects: set[int]) -> int:
        found = [k for k in objects if all(before(seen, k, j) for j in objects if j != k)]
        if len(found) != 1:
            raise Undecided
        return found[0]

    return run


def _half(value: float, low: str, high: str) -> str:
    if abs(value - 0.5) < APART:
        raise Undecided
    return high if value > 0.5 else low


def _somewhere(seen: Seen, thing: int | None, name: Callable[[int], str]) -> str:
    if thing is None:
        return NO_SUCH
    return name(thing) if seen.pixels[thing] else CANNOT_TELL


def _sight(seen: Seen, thing: int) -> str:
    if seen.pixels[thing]:
        return "seen"
    if not seen.objects[thing]["amodal_pixels"]:
        return "outside"
    return "hidden"


def _nth(seen: Seen, objects: set[int], number: str, side: str) -> int:
    if side == "front":
        raise Undecided
    order = sorted(objects, key=seen.across, reverse=side == "right")
    for one, two in itertools.pairwise(order):
        seen.left_of(one, two)
    if len(order) < int(number):
        raise Undecided
    return order[int(number) - 1]


def _centre(seen: Seen, thing: int) -> list[int]:
    x0, y0, x1, y1 = seen.box[thing]
    return [(x0 + x1) // 2, (y0 + y1) // 2]


PLAINLY: dict[str, Callable[..., Any]] = {
    "union": lambda seen, a, b: a | b,
    "intersect": lambda seen, a, b: a & b,
    "difference": lambda seen, a, b: a - b,
    "others": lambda seen, k: seen.visible() - {k},
    "set_of": lambda seen, k: {k},
    "unique": _unique,
    "sole": _sole,
    "count": lambda seen, objects: len(objects),
    "several": lambda seen, objects: len(objects) > 1,
    "exist": lambda seen, objects: bool(objects),
    "negate": lambda seen, value: not value,
    "both": lambda seen, a, b: a and b,
    "either": lambda seen, a, b: a or b,
    "equal": lambda seen, a, b: a == b,
    "greater": lambda seen, a, b: a > b,
    "less": lambda seen, a, b: a < b,
    "plus": lambda seen, a, b: a + b,
    "more_by": lambda seen, a, b: a - b,
    "leftmost": _first(lambda seen, a, b: seen.left_of(a, b)),
    "rightmost": _first(lambda seen, a, b: not seen.left_of(a, b)),
    "nearest": _first(lambda seen, a, b: seen.nearer(a, b)),
    "farthest": _first(lambda seen, a, b: not seen.nearer(a, b)),
    "further": lambda seen, a, b: not seen.nearer(a, b),
    "side": lambda seen, a, b: "left" if seen.left_of(a, b) else "right",
    "before_or_behind": lambda seen, a, b: "in front" if seen.nearer(a, b) else "behind",
    "half": lambda seen, k: _somewhere(seen, k, lambda j: _half(seen.across(j), "left", "right")),
    "quarter": lambda seen, k: _somewhere(
        seen, k, lambda j: f"{_half(seen.down(j), 'top', 'bottom')} {_half(seen.across(j), 'left', 'right')}"
    ),
    "sight": _sight,
    "nth": _nth,
    "point": _centre,
    "box": lambda seen, k: list(seen.box[k]),
}
