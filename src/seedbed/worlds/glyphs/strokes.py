"""Ten digits as pen strokes: four ways of writing each, one block a digit.

A stroke is a list of control points (x, y) in a unit square, x right and y down, in the order in which a
pen draws them. `curve` is smooth through its points (Catmull-Rom), `line` turns sharply at them. Both are
linear in the control points, so a whole glyph is one matrix: samples = basis @ control points.

To add a way of writing, add a block; every digit must have the same styles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

STYLES = ("a", "b", "c", "d")
SAMPLES = 36  # points along each glyph's strokes
POINTS = 16  # control points, the most that a glyph has

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """Control points and whether the pen goes smoothly through them."""

    points: tuple[Point, ...]
    smooth: bool


def curve(*points: Point) -> Stroke:
    """A smooth stroke through the points."""
    return Stroke(points, smooth=True)


def line(*points: Point) -> Stroke:
    """Straight pieces from point to point."""
    return Stroke(points, smooth=False)


GLYPHS: dict[tuple[str, str], tuple[Stroke, ...]] = {
    # 0: an oval; a wide one; one that overlaps at the top; one that leaves a gap
    ("0", "a"): (curve((.30, .00), (.08, .18), (.02, .50), (.10, .84), (.30, 1.0), (.50, .84), (.58, .50), (.50, .16), (.30, .00)),),
    ("0", "b"): (curve((.34, .00), (.06, .26), (.00, .60), (.18, .95), (.40, .97), (.60, .68), (.62, .32), (.50, .06), (.34, .00)),),
    ("0", "c"): (curve((.42, .06), (.22, .02), (.05, .28), (.02, .62), (.18, .98), (.42, .96), (.58, .66), (.58, .30), (.44, .06), (.26, .08)),),
    ("0", "d"): (curve((.24, .02), (.06, .22), (.00, .56), (.10, .90), (.30, 1.0), (.52, .82), (.60, .46), (.50, .12), (.34, .04)),),
    # 1: a bar; a flag; a flag and a foot; a long flag
    ("1", "a"): (line((.30, .00), (.30, .50), (.30, 1.0)),),
    ("1", "b"): (line((.10, .26), (.38, .00), (.37, .50), (.36, 1.0)),),
    ("1", "c"): (line((.12, .22), (.34, .00), (.32, .50), (.30, 1.0)), line((.06, .98), (.30, 1.0), (.58, .98))),
    ("1", "d"): (line((.02, .42), (.24, .20), (.46, .00), (.42, .50), (.38, 1.0)),),
    # 2: a round head and a flat base; a loop at the base; like a z; like a swan
    ("2", "a"): (curve((.06, .22), (.22, .02), (.46, .06), (.50, .32), (.30, .66), (.04, .98)), line((.04, .98), (.32, .98), (.60, .96))),
    ("2", "b"): (curve((.08, .18), (.30, .00), (.50, .16), (.42, .46), (.18, .84), (.04, .94), (.06, .78), (.24, .80), (.40, .96), (.62, .94)),),
    ("2", "c"): (curve((.06, .10), (.30, .02), (.50, .08), (.46, .34)), line((.46, .34), (.24, .68), (.04, .98)), line((.04, .98), (.34, 1.0), (.62, .98))),
    ("2", "d"): (curve((.04, .30), (.16, .04), (.40, .02), (.52, .22), (.40, .54), (.16, .82), (.06, .98), (.30, .94), (.60, 1.0)),),
    # 3: two bows; a flat top; a waist that comes far in; a large lower bow
    ("3", "a"): (curve((.06, .12), (.28, .00), (.50, .14), (.44, .38), (.24, .48)), curve((.24, .48), (.50, .56), (.56, .78), (.32, 1.0), (.04, .90))),
    ("3", "b"): (line((.06, .02), (.32, .02), (.54, .02), (.28, .40)), curve((.28, .40), (.54, .52), (.54, .84), (.28, 1.0), (.02, .90))),
    ("3", "c"): (curve((.06, .06), (.34, .00), (.54, .14), (.46, .36), (.14, .48)), curve((.14, .48), (.50, .56), (.54, .84), (.34, .98), (.04, .98))),
    ("3", "d"): (curve((.10, .16), (.30, .00), (.48, .12), (.40, .34), (.26, .40)), curve((.26, .40), (.52, .46), (.60, .72), (.36, 1.0), (.00, .84))),
    # 4: open; closed; a stem to the right; a slanted stem
    ("4", "a"): (line((.24, .00), (.14, .28), (.02, .58), (.32, .60), (.62, .56)), line((.46, .20), (.42, .60), (.38, 1.0))),
    ("4", "b"): (line((.40, .00), (.20, .32), (.00, .62), (.30, .64), (.62, .62)), line((.40, .00), (.40, .50), (.40, 1.0))),
    ("4", "c"): (curve((.10, .02), (.04, .34), (.14, .54), (.36, .52), (.54, .44)), line((.52, .04), (.50, .50), (.46, 1.0))),
    ("4", "d"): (line((.34, .00), (.18, .30), (.04, .56), (.34, .58), (.60, .52)), line((.50, .26), (.36, .64), (.24, 1.0))),
    # 5: a bow and a top bar; a short top; sharp corners; like an s
    ("5", "a"): (line((.58, .02), (.34, .02), (.12, .04), (.08, .42)), curve((.08, .42), (.34, .36), (.56, .60), (.40, .94), (.04, .96))),
    ("5", "b"): (line((.50, .00), (.16, .06), (.10, .46)), curve((.10, .46), (.40, .40), (.54, .70), (.34, 1.0), (.02, .88))),
    ("5", "c"): (line((.60, .04), (.08, .00), (.06, .46), (.40, .44)), curve((.40, .44), (.56, .56), (.54, .84), (.32, 1.0), (.02, .98))),
    ("5", "d"): (curve((.58, .02), (.30, .02), (.14, .12), (.14, .36), (.38, .48), (.54, .70), (.40, .96), (.06, .98)),),
    # 6: a bent stem; a straight one; a wide loop; a loop that is closed high
    ("6", "a"): (curve((.44, .00), (.20, .20), (.06, .54), (.10, .86), (.32, 1.0), (.54, .84), (.50, .60), (.28, .54), (.10, .72)),),
    ("6", "b"): (curve((.26, .00), (.14, .28), (.06, .60), (.14, .94), (.40, .98), (.56, .80), (.46, .60), (.26, .60), (.08, .78)),),
    ("6", "c"): (curve((.36, .02), (.10, .30), (.02, .66), (.16, .96), (.44, .98), (.60, .74), (.46, .52), (.22, .56), (.06, .76)),),
    ("6", "d"): (curve((.50, .04), (.30, .02), (.10, .30), (.04, .66), (.22, 1.0), (.48, .90), (.54, .60), (.34, .42), (.08, .58)),),
    # 7: plain; with a bar; a bent stem and a bar; a hook at the left and a bar
    ("7", "a"): (line((.04, .04), (.30, .02), (.58, .02), (.42, .46), (.26, 1.0)),),
    ("7", "b"): (line((.08, .04), (.32, .02), (.56, .02), (.40, .46), (.26, 1.0)), line((.08, .52), (.34, .50), (.60, .48))),
    ("7", "c"): (curve((.04, .12), (.26, .02), (.52, .06), (.46, .34), (.32, .66), (.26, 1.0)), line((.14, .52), (.36, .52), (.58, .50))),
    ("7", "d"): (line((.04, .22), (.08, .04), (.34, .04), (.58, .00), (.42, .40), (.22, 1.0)), line((.12, .54), (.34, .50), (.56, .46))),
    # 8: an s that closes; two loops; a small upper loop; open at the top
    ("8", "a"): (curve((.46, .10), (.26, .00), (.10, .16), (.24, .42), (.46, .64), (.48, .90), (.26, 1.0), (.08, .86), (.20, .58), (.42, .36), (.50, .14), (.34, .00)),),
    ("8", "b"): (curve((.30, .00), (.10, .12), (.12, .36), (.30, .46), (.50, .34), (.50, .12), (.30, .00)), curve((.30, .46), (.06, .62), (.08, .90), (.30, 1.0), (.54, .88), (.54, .62), (.30, .46))),
    ("8", "c"): (curve((.30, .00), (.14, .14), (.16, .32), (.30, .38), (.44, .28), (.44, .10), (.30, .00)), curve((.30, .38), (.06, .60), (.08, .88), (.32, 1.0), (.56, .86), (.54, .60), (.30, .38))),
    ("8", "d"): (curve((.52, .04), (.28, .04), (.08, .20), (.26, .44), (.46, .66), (.44, .92), (.22, .98), (.08, .82), (.24, .54), (.44, .30), (.58, .06)),),
    # 9: a straight stem; a bent tail; a hooked tail; a wide head
    ("9", "a"): (curve((.50, .14), (.28, .00), (.06, .20), (.10, .46), (.34, .50), (.50, .28)), line((.50, .10), (.48, .54), (.46, 1.0))),
    ("9", "b"): (curve((.50, .20), (.32, .00), (.08, .14), (.08, .42), (.30, .50), (.50, .30), (.50, .20), (.50, .62), (.36, .92), (.08, .98)),),
    ("9", "c"): (curve((.50, .14), (.26, .00), (.06, .20), (.14, .44), (.38, .44), (.50, .20), (.54, .54), (.48, .88), (.26, 1.0), (.04, .90)),),
    ("9", "d"): (curve((.54, .10), (.28, .00), (.04, .22), (.08, .46), (.32, .50), (.54, .28), (.54, .12), (.48, .52), (.30, 1.0)),),
}  # fmt: skip

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
    """All glyphs stacked in the order digit, style: control (40, POINTS, 2), basis (40, SAMPLES, POINTS),
    pen_down (40, SAMPLES - 1)."""
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
        max(len(stroke.points), round(SAMPLES * length / sum(lengths)))
        for stroke, length in zip(strokes, lengths)
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
