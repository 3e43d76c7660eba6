"""Ten digits as pen strokes: six ways of writing each, one block a digit.

A stroke is a list of control points x,y in hundredths of a unit square, x right and y down, in the order
in which a pen draws them. `curve` is smooth through its points (Catmull-Rom), `line` turns at them. Both are
linear in the control points, so a whole glyph is one matrix: samples = basis @ control points.

To add a way of writing, add a block; every digit must have the same styles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

STYLES = ("a", "b", "c", "d", "e", "f")
SAMPLES = 36  # points along each glyph's strokes
POINTS = 16  # control points, the most that a glyph has

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """Control points and whether the pen goes smoothly through them."""

    points: tuple[Point, ...]
    smooth: bool


def curve(points: str) -> Stroke:
    """A smooth stroke through points written "x,y x,y ..." in hundredths."""
    return Stroke(_read(points), smooth=True)


def line(points: str) -> Stroke:
    """Straight pieces from point to point."""
    return Stroke(_read(points), smooth=False)


def _read(points: str) -> tuple[Point, ...]:
    pairs = (pair.split(",") for pair in points.split())
    return tuple((int(x) / 100, int(y) / 100) for x, y in pairs)


GLYPHS: dict[tuple[str, str], tuple[Stroke, ...]] = {
    # 0: an oval; a wide one; one that overlaps at the top; one that leaves a gap; a narrow one; one that leans
    ("0", "a"): (curve("30,0 8,18 2,50 10,84 30,100 50,84 58,50 50,16 30,0"),),
    ("0", "b"): (curve("34,0 6,26 0,60 18,95 40,97 60,68 62,32 50,6 34,0"),),
    ("0", "c"): (curve("42,6 22,2 5,28 2,62 18,98 42,96 58,66 58,30 44,6 26,8"),),
    ("0", "d"): (curve("24,2 6,22 0,56 10,90 30,100 52,82 60,46 50,12 34,4"),),
    ("0", "e"): (curve("30,0 14,20 12,50 16,82 30,100 44,82 48,50 44,18 30,0"),),
    ("0", "f"): (curve("46,4 24,10 6,44 8,84 26,100 48,80 58,44 50,14 40,2"),),
    # 1: a bar; a flag; a flag and a foot; a long flag; a steep flag; a block, as a bar of equal ink becomes
    ("1", "a"): (line("30,0 30,50 30,100"),),
    ("1", "b"): (line("10,26 38,0 37,50 36,100"),),
    ("1", "c"): (line("12,22 34,0 32,50 30,100"), line("6,98 30,100 58,98")),
    ("1", "d"): (line("2,42 24,20 46,0 42,50 38,100"),),
    ("1", "e"): (line("12,50 34,2 34,50 32,100"),),
    ("1", "f"): (line("24,0 24,100 36,100 36,2 28,2 30,98"),),
    # 2: a round head and a flat base; a loop at the base; like a z; like a swan; upright; with a short base
    ("2", "a"): (curve("6,22 22,2 46,6 50,32 30,66 4,98"), line("4,98 32,98 60,96")),
    ("2", "b"): (curve("8,18 30,0 50,16 42,46 18,84 4,94 6,78 24,80 40,96 62,94"),),
    ("2", "c"): (curve("6,10 30,2 50,8 46,34"), line("46,34 24,68 4,98"), line("4,98 34,100 62,98")),
    ("2", "d"): (curve("4,30 16,4 40,2 52,22 40,54 16,82 6,98 30,94 60,100"),),
    ("2", "e"): (curve("10,20 26,2 44,14 36,44 14,78"), line("14,78 4,98 60,92")),
    ("2", "f"): (curve("10,24 26,2 38,18 36,50 28,84"), line("24,92 42,96 62,94")),
    # 3: two bows; a flat top; a waist that comes far in; a large lower bow; angles only; a small upper bow
    ("3", "a"): (curve("6,12 28,0 50,14 44,38 24,48"), curve("24,48 50,56 56,78 32,100 4,90")),
    ("3", "b"): (line("6,2 32,2 54,2 28,40"), curve("28,40 54,52 54,84 28,100 2,90")),
    ("3", "c"): (curve("6,6 34,0 54,14 46,36 14,48"), curve("14,48 50,56 54,84 34,98 4,98")),
    ("3", "d"): (curve("10,16 30,0 48,12 40,34 26,40"), curve("26,40 52,46 60,72 36,100 0,84")),
    ("3", "e"): (line("8,6 50,4 26,42 50,62 40,94 8,98"),),
    ("3", "f"): (curve("12,6 40,0 46,22 22,44"), curve("22,44 48,50 52,76 34,98 8,96 2,84")),
    # 4: open; closed; a stem to the right; a slanted stem; a low right stem; a triangle
    ("4", "a"): (line("24,0 14,28 2,58 32,60 62,56"), line("46,20 42,60 38,100")),
    ("4", "b"): (line("40,0 20,32 0,62 30,64 62,62"), line("40,0 40,50 40,100")),
    ("4", "c"): (curve("10,2 4,34 14,54 36,52 54,44"), line("52,4 50,50 46,100")),
    ("4", "d"): (line("34,0 18,30 4,56 34,58 60,52"), line("50,26 36,64 24,100")),
    ("4", "e"): (curve("30,0 10,34 6,60 24,66 46,56"), line("48,30 42,66 36,100")),
    ("4", "f"): (line("42,6 4,62 60,58"), line("42,4 36,52 30,100")),
    # 5: a bow and a top bar; a short top; sharp corners; like an s; narrow; a short lower bow
    ("5", "a"): (line("58,2 34,2 12,4 8,42"), curve("8,42 34,36 56,60 40,94 4,96")),
    ("5", "b"): (line("50,0 16,6 10,46"), curve("10,46 40,40 54,70 34,100 2,88")),
    ("5", "c"): (line("60,4 8,0 6,46 40,44"), curve("40,44 56,56 54,84 32,100 2,98")),
    ("5", "d"): (curve("58,2 30,2 14,12 14,36 38,48 54,70 40,96 6,98"),),
    ("5", "e"): (line("48,4 20,4 16,40"), curve("16,40 40,40 50,62 36,90 10,100")),
    ("5", "f"): (line("56,2 24,2 20,40 34,48"), curve("34,48 44,62 40,84 14,98")),
    # 6: a bent stem; a straight one; a wide loop; a loop that is closed high; a small low loop; a large one
    ("6", "a"): (curve("44,0 20,20 6,54 10,86 32,100 54,84 50,60 28,54 10,72"),),
    ("6", "b"): (curve("26,0 14,28 6,60 14,94 40,98 56,80 46,60 26,60 8,78"),),
    ("6", "c"): (curve("36,2 10,30 2,66 16,96 44,98 60,74 46,52 22,56 6,76"),),
    ("6", "d"): (curve("50,4 30,2 10,30 4,66 22,100 48,90 54,60 34,42 8,58"),),
    ("6", "e"): (curve("40,0 18,30 8,62 14,92 36,98 48,80 38,62 16,72"),),
    ("6", "f"): (curve("34,0 16,24 8,58 10,86 30,100 50,90 52,68 32,60 12,76"),),
    # 7: plain; with a bar; a bent stem and a bar; a hook at the left and a bar; bent, a bar; a serif
    ("7", "a"): (line("4,4 30,2 58,2 42,46 26,100"),),
    ("7", "b"): (line("8,4 32,2 56,2 40,46 26,100"), line("8,52 34,50 60,48")),
    ("7", "c"): (curve("4,12 26,2 52,6 46,34 32,66 26,100"), line("14,52 36,52 58,50")),
    ("7", "d"): (line("4,22 8,4 34,4 58,0 42,40 22,100"), line("12,54 34,50 56,46")),
    ("7", "e"): (line("10,10 34,4 56,8"), curve("56,8 40,40 30,70 26,100"), line("16,48 36,46 56,46")),
    ("7", "f"): (line("6,18 10,4 54,2 34,50 20,100"), line("14,56 52,52")),
    # 8: an s that closes; two loops; a small upper loop; open at the top; a small lower loop; two narrow ones
    ("8", "a"): (curve("46,10 26,0 10,16 24,42 46,64 48,90 26,100 8,86 20,58 42,36 50,14 34,0"),),
    ("8", "b"): (
        curve("30,0 10,12 12,36 30,46 50,34 50,12 30,0"),
        curve("30,46 6,62 8,90 30,100 54,88 54,62 30,46"),
    ),
    ("8", "c"): (
        curve("30,0 14,14 16,32 30,38 44,28 44,10 30,0"),
        curve("30,38 6,60 8,88 32,100 56,86 54,60 30,38"),
    ),
    ("8", "d"): (curve("52,4 28,4 8,20 26,44 46,66 44,92 22,98 8,82 24,54 44,30 58,6"),),
    ("8", "e"): (curve("30,0 12,10 12,36 32,48 48,34 48,10 30,0"), curve("32,48 20,64 22,90 32,100 42,88 42,64 32,48")),
    ("8", "f"): (curve("30,0 18,14 20,36 32,46 44,32 42,12 30,0"), curve("32,46 20,64 22,90 32,100 44,86 42,62 32,46")),
    # 9: a straight stem; a bent tail; a hooked tail; a wide head; a tail to the left; a small head on a long bow
    ("9", "a"): (curve("50,14 28,0 6,20 10,46 34,50 50,28"), line("50,10 48,54 46,100")),
    ("9", "b"): (curve("50,20 32,0 8,14 8,42 30,50 50,30 50,20 50,62 36,92 8,98"),),
    ("9", "c"): (curve("50,14 26,0 6,20 14,44 38,44 50,20 54,54 48,88 26,100 4,90"),),
    ("9", "d"): (curve("54,10 28,0 4,22 8,46 32,50 54,28 54,12 48,52 30,100"),),
    ("9", "e"): (curve("46,10 24,4 10,24 22,42 44,32 48,12 50,44 46,78 28,98 6,90"),),
    ("9", "f"): (curve("40,4 20,0 10,14 18,30 34,28 36,14 44,40 58,66 50,92 20,100"),),
}

DIGITS = tuple(str(value) for value in range(10))


@dataclass(frozen=True)
class Program:
    """One glyph ready for drawing.

    `control` (POINTS, 2); `basis` (SAMPLES, POINTS) maps control points to samples along the strokes;
    `pen_down` (SAMPLES - 1,) is 1 where samples i and i + 1 belong to one stroke, 0 where the pen is up.
    """

    control: np.ndarray
    basis: np.ndarray
    pen_down: np.ndarray


@lru_cache(maxsize=1)
def programs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All glyphs stacked in the order digit, style: control (60, POINTS, 2), basis (60, SAMPLES, POINTS),
    pen_down (60, SAMPLES - 1)."""
    made = [_program(GLYPHS[digit, style]) for digit in DIGITS for style in STYLES]
    return (
        np.stack([program.control for program in made]),
        np.stack([program.basis for program in made]),
        np.stack([program.pen_down for program in made]),
    )


def _program(strokes: Sequence[Stroke]) -> Program:
    control, basis = np.zeros((POINTS, 2)), np.zeros((SAMPLES, POINTS))
    pen_down = np.ones(SAMPLES - 1)
    point = sample = 0
    for stroke, count in zip(strokes, _shares(strokes)):
        size = len(stroke.points)
        control[point : point + size] = stroke.points
        weights = _smooth_basis(size, count) if stroke.smooth else _straight_basis(size, count)
        basis[sample : sample + count, point : point + size] = weights
        point, sample = point + size, sample + count
        pen_down[sample - 1 : sample] = 0  # the slice is empty after the last stroke
    return Program(control, basis, pen_down)


def _shares(strokes: Sequence[Stroke]) -> list[int]:
    """Samples for each stroke, in proportion to its length and at least its number of points."""
    lengths = [float(np.linalg.norm(np.diff(stroke.points, axis=0), axis=1).sum()) for stroke in strokes]
    counts = [
        max(len(stroke.points), round(SAMPLES * length / sum(lengths))) for stroke, length in zip(strokes, lengths)
    ]
    longest = int(np.argmax(counts))
    counts[longest] += SAMPLES - sum(counts)
    return counts


def _straight_basis(points: int, samples: int) -> np.ndarray:
    """(samples, points): linear interpolation that hits every control point exactly."""
    place = np.linspace(0, points - 1, samples)
    inner = np.searchsorted(place, np.arange(1, points - 1)) if points > 2 else np.array([], dtype=int)
    place[inner] = np.arange(1, points - 1)
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(points)))


def _smooth_basis(points: int, samples: int) -> np.ndarray:
    """(samples, points): uniform Catmull-Rom splines (Catmull and Rom 1974), ends mirrored."""
    place = np.linspace(0, points - 1, samples)
    left = np.minimum(place.astype(int), points - 2)
    t = place - left
    weights = 0.5 * np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1
    )
    padded = np.zeros((samples, points + 2))
    for offset in range(4):
        padded[np.arange(samples), left + offset] += weights[:, offset]
    basis = padded[:, 1:-1]
    basis[:, 0] += 2 * padded[:, 0]  # the point before the first is 2 p0 - p1
    basis[:, 1] -= padded[:, 0]
    basis[:, -1] += 2 * padded[:, -1]
    basis[:, -2] -= padded[:, -1]
    return basis
