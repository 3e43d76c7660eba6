"""COCO's compressed run-length encoding of binary masks (pycocotools `rleToString`): runs in column order,
starting with zeros; each run, minus the run two before it, in groups of five bits.
"""

from __future__ import annotations

import numpy as np


def counts(mask: np.ndarray) -> list[int]:
    """Lengths of the runs of a bool (h, w) mask, down the columns, the first one of zeros (maybe 0 long)."""
    flat = np.asarray(mask, bool).ravel(order="F")
    change = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], change, [len(flat)]])
    runs = np.diff(edges).tolist()
    return [0, *runs] if len(flat) and flat[0] else runs


def rle(mask: np.ndarray) -> str:
    """A bool (h, w) mask as COCO's text."""
    text: list[str] = []
    runs = counts(mask)
    for i, run in enumerate(runs):
        value = run - runs[i - 2] if i > 2 else run
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != (-1 if bits & 0x10 else 0)
            text.append(chr(bits + (0x20 if more else 0) + 48))
    return "".join(text)


def unrle(text: str, height: int, width: int) -> np.ndarray:
    """The bool (height, width) mask of COCO's text."""
    runs: list[int] = []
    place = 0
    while place < len(text):
        value, shift, more = 0, 0, True
        while more:
            code = ord(text[place]) - 48
            value |= (code & 0x1F) << shift
            more = bool(code & 0x20)
            place, shift = place + 1, shift + 5
            if not more and code & 0x10:
                value |= -1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return flat.reshape(width, height).T
