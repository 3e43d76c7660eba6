"""Which relations surely hold, and which surely do not: between the two lies a margin, and nothing is asked there.

A stated relation holds; a direction holds for the language only if the picture agrees by a margin as well. A relation
that is not stated is surely false only where the geometry is well beyond the world's own margin for stating it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.language.lexicon import DIRECTIONS, OPPOSITE
from seedbed.language.masks import BIT

if TYPE_CHECKING:
    from seedbed.language.scenes import Scenes

ASIDE = 0.03  # of the picture's width, between centres of things left and right of one another
DEEPER = 0.08  # metres of depth, between things in front and behind
APART = 0.25  # metres between footprints: surely not next to each other (stated up to 0.12)
TURNED = np.cos(np.radians(40.0))  # surely not facing (stated within 20 degrees)


def stated(graphs: Sequence[Mapping[str, Any]], width: int) -> dict[str, np.ndarray]:
    """Relations of the scene graphs: predicate -> bool (S, N, N)."""
    found: dict[str, list[int]] = defaultdict(list)
    for s, graph in enumerate(graphs):
        for r in graph.get("relations") or ():
            if (other := r["object"]) >= 0 and (name := r["predicate"]) != "between":
                found[name].append((s * width + r["subject"]) * width + other)
    made = {}
    for name, places in found.items():
        made[name] = np.zeros((len(graphs), width, width), bool)
        made[name].reshape(-1)[places] = True
    return made


def stated_between(graphs: Sequence[Mapping[str, Any]], width: int) -> np.ndarray:
    """The subjects of `between` of the scene graphs: bits (S, N, N), [scene, one, other], both ways."""
    made = np.zeros((len(graphs), width, width), np.uint64)
    for s, graph in enumerate(graphs):
        for r in graph.get("relations") or ():
            if r["predicate"] == "between" and r.get("other") is not None:
                one, other = r["object"], r["other"]
                made[s, one, other] = made[s, other, one] = made[s, one, other] | BIT[r["subject"]]
    return made


def certain(scenes: Scenes, predicate: str) -> tuple[np.ndarray, np.ndarray]:
    """(surely, possibly): bool (S, N, N), [scene, subject, object]."""
    none = np.zeros((scenes.count, scenes.width, scenes.width), bool)
    said = scenes.stated.get(predicate, none)
    pairs = scenes.there[:, :, None] & scenes.there[:, None, :] & ~np.eye(scenes.width, dtype=bool)
    if predicate in DIRECTIONS:
        agrees, denies = _seen(scenes, predicate)
        against = scenes.stated.get(OPPOSITE[predicate], none)
        return said & agrees & ~against, pairs & ~(against & denies & ~said)
    unsaid = pairs & ~said
    if predicate == "next_to":
        return said, said | (unsaid & (_gap(scenes) < APART))
    if predicate == "facing":
        return said, said | (unsaid & (_facing(scenes) > TURNED))
    if predicate == "surrounding":
        return said, said | (unsaid & _ringed(scenes))
    if predicate == "under":
        return said, said | (
            unsaid & (_gap(scenes) < 0.0) & ~scenes.stated.get("on", none) & ~scenes.stated.get("inside", none)
        )
    return said, said


def _seen(scenes: Scenes, predicate: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether the picture agrees with a direction, and whether it denies it; both where it cannot be known."""
    if predicate in ("left_of", "right_of"):
        one, two = scenes.pixel[..., 0], scenes.middle[..., 0]
        margins = [(column[:, None, :] - column[:, :, None], ASIDE) for column in (one, two)]
        sign = 1.0 if predicate == "left_of" else -1.0
    else:
        # what can be seen of two things is in the order of their centres only if these differ by more than their sizes
        extent = np.nan_to_num(scenes.radius)
        least = DEEPER + np.abs(extent[:, None, :] - extent[:, :, None])
        margins = [(scenes.depth[:, None, :] - scenes.depth[:, :, None], least)]
        sign = 1.0 if predicate == "in_front_of" else -1.0
    agrees = denies = np.ones((scenes.count, scenes.width, scenes.width), bool)
    for gap, least in margins:
        unknown = np.isnan(gap)
        agrees = agrees & (unknown | (sign * gap >= least))
        denies = denies & (unknown | (sign * gap <= -least))
    return agrees, denies


def _gap(scenes: Scenes) -> np.ndarray:
    """A lower bound of the gap between footprints, metres; below any margin where it is not known."""
    radius = np.hypot(scenes.dimensions[..., 0], scenes.dimensions[..., 1]) / 2
    gap = scenes.apart - radius[:, :, None] - radius[:, None, :]
    return np.where(np.isnan(gap), np.inf, gap)


def _facing(scenes: Scenes) -> np.ndarray:
    """Cosine between a thing's front and the way to the other; above any margin where it is not known."""
    turn = np.radians(scenes.rotation)
    front = np.stack([np.sin(turn), -np.cos(turn)], axis=-1)
    way = scenes.position[:, None, :, :2] - scenes.position[:, :, None, :2]
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (front[:, :, None, :] * way).sum(-1) / np.linalg.norm(way, axis=-1)
    return np.where(np.isnan(cosine), 1.0, cosine)


def _ringed(scenes: Scenes) -> np.ndarray:
    """Whether at least three things of the subject's category stand around: a ring could be meant."""
    category = scenes.attribute["category"]
    same = (category[:, :, None] == category[:, None, :]) & scenes.there[:, None, :] & scenes.there[:, :, None]
    return np.broadcast_to((same.sum(-1) >= 3)[:, :, None], same.shape)
