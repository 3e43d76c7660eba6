"""Scene graphs in columns: arrays (scene, object) that functions of the language compute with.

What cannot be seen well enough is not certain: `clear` objects show at least 0.15 % of the picture (and 16 pixels) and
a quarter of themselves; objects with any visible pixel may be there; hidden ones have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import proxy

import numpy as np

from seedbed.errors import UsageError
from seedbed.language import relations
from seedbed.language.lexicon import ATTRIBUTES, NOTHING, code
from seedbed.language.masks import MOST, Masks

Scene = Mapping[str, Any]
SHARE_VISIBLE = 0.0015  # of the picture's pixels: 75 at 224 x 224
LEAST_PIXELS = 16
LEAST_VISIBILITY = 0.25


class Scenes:
    """S scene graphs of at most N objects (64 at most) and E events.

    `there`, `clear`, `maybe` bool (S, N); `attribute[name]` int32 (S, N), -1 where an object has none; `position`,
    `dimensions` metres (S, N, 3); `pixel` (S, N, 2) and boxes (S, N, 4) as shares of the picture; nan where unknown.
    Raises UsageError for a relation or event that names an object that is not there, and for more than 64 objects.
    """

    def __init__(self, graphs: Sequence[Scene], ids: Sequence[str] | None = None) -> None:
        self.graphs = graphs
        for k, graph in enumerate(graphs):
            check(graph, ids[k] if ids else f"scene {k}")
        self.count = len(graphs)
        self.sizes = np.array([len(g["objects"]) for g in graphs], int)
        self.width = max(int(self.sizes.max(initial=1)), 1)
        self.there = np.arange(self.width) < self.sizes[:, None]
        flat = [o for g in graphs for o in g["objects"]]
        self._flat = flat
        self.attribute = {name: self._words(name) for name in ATTRIBUTES}
        self._see()
        self.background = np.array([code(g.get("background") or NOTHING) for g in graphs], np.int32)

    def _spread(self, values: Any, fill: Any, *shape: int) -> np.ndarray:
        """Values of all objects in a row, as (S, N, ...)."""
        column = np.asarray(values)
        made = np.full((self.count, self.width, *shape), fill, column.dtype if len(column) else np.asarray(fill).dtype)
        if len(column):
            made[self.there] = column
        return made

    def _words(self, name: str) -> np.ndarray:
        found = [-1 if (w := o.get(name)) is None or w == NOTHING else code(w) for o in self._flat]
        return self._spread(np.array(found, np.int32), -1)

    def _floats(self, name: str, *shape: int) -> np.ndarray:
        missing: Any = [np.nan] * shape[0] if shape else np.nan
        found = [missing if (v := o.get(name)) is None else v for o in self._flat]
        return self._spread(np.array(found, float).reshape(len(found), *shape), np.nan, *shape)

    def _see(self) -> None:
        """Who can be seen: see the module's text. Without a camera everything is clear."""
        frame = [
            ((g.get("camera") or {}).get("width") or 0, (g.get("camera") or {}).get("height") or 0) for g in self.graphs
        ]
        self.frame = np.array(frame, float).reshape(self.count, 2)
        area = self.frame.prod(1)[:, None]
        least = np.maximum(SHARE_VISIBLE * area, np.minimum(LEAST_PIXELS, area))
        pixels, share = self._floats("visible_pixels"), self._floats("visibility")
        pixels, share = np.where(np.isnan(pixels), np.inf, pixels), np.where(np.isnan(share), 1.0, share)
        self.clear = self.there & (pixels >= least) & (pixels > 0) & (share >= LEAST_VISIBILITY)
        self.maybe = self.there & (pixels > 0)

    @cached_property
    def masks(self) -> Masks:
        """Sets of objects as bits."""
        return Masks(proxy(self))  # no cycle: tables go when the scenes go

    @cached_property
    def listed(self) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """(numbers (S, N) of the clear objects and then of the others, how many are clear), and so for those there."""
        clear, there = ((np.argsort(~mask, axis=1, kind="stable"), mask.sum(1)) for mask in (self.clear, self.there))
        return clear, there

    @cached_property
    def distinct(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """For each attribute the words of each scene, and -2 (a word that nothing has): codes of all scenes in a row,
        and where each scene's begin (S + 1,).
        """
        return {name: _distinct(column) for name, column in self.attribute.items()}

    @cached_property
    def position(self) -> np.ndarray:
        return self._floats("position", 3)

    @cached_property
    def dimensions(self) -> np.ndarray:
        return self._floats("dimensions", 3)

    @cached_property
    def radius(self) -> np.ndarray:
        """Half the diagonal of each object's box, metres."""
        half: np.ndarray = np.linalg.norm(self.dimensions, axis=-1) / 2
        return half

    @cached_property
    def rotation(self) -> np.ndarray:
        return self._floats("rotation")

    @cached_property
    def depth(self) -> np.ndarray:
        return self._floats("depth")

    @cached_property
    def outside(self) -> np.ndarray:
        """Objects of which nothing lies within the frame."""
        pixels = self._floats("amodal_pixels")
        return self.there & (pixels == 0)

    @cached_property
    def pixel(self) -> np.ndarray:
        """Projected centres as shares of the picture's width and height."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self._floats("pixel_xy", 2) / self.frame[:, None, :]

    @cached_property
    def box(self) -> np.ndarray:
        """Boxes of the visible pixels, pixels."""
        return self._floats("bbox_xyxy", 4)

    @cached_property
    def middle(self) -> np.ndarray:
        """Centres of the visible boxes as shares of the picture."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self.box[..., :2] + self.box[..., 2:]) / 2 / self.frame[:, None, :]

    @cached_property
    def measure(self) -> dict[str, np.ndarray]:
        """What objects are ordered by, (S, N): across the picture, depth, logarithms of height and volume."""
        one, two = self.pixel[..., 0], self.middle[..., 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            sizes = {"height": np.log(self.dimensions[..., 2]), "volume": np.log(self.dimensions.prod(-1))}
        return {"across": np.where(np.isnan(two), one, two), "depth": self.depth, **sizes}

    @cached_property
    def apart(self) -> np.ndarray:
        """Distances between centres on the ground, metres (S, N, N)."""
        xy = self.position[..., :2]
        return np.linalg.norm(xy[:, None] - xy[:, :, None], axis=-1)

    @cached_property
    def far(self) -> np.ndarray:
        """Logarithms of the distances (S, N, N)."""
        with np.errstate(divide="ignore"):
            return np.log(self.apart)

    @cached_property
    def carrier(self) -> np.ndarray:
        found = [-1 if o.get("supported_by") is None else o["supported_by"] for o in self._flat]
        return self._spread(np.array(found, int), -1)

    @cached_property
    def stated(self) -> dict[str, np.ndarray]:
        """Stated relations: bool (S, N, N), [scene, subject, object]."""
        return relations.stated(self.graphs, self.width)

    @cached_property
    def between(self) -> np.ndarray:
        """The subjects of stated `between`: bits (S, N, N), [scene, one, other], both ways."""
        return relations.stated_between(self.graphs, self.width)

    @cached_property
    def _known(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {}

    def relation(self, predicate: str) -> tuple[np.ndarray, np.ndarray]:
        """(surely, possibly): bool (S, N, N), [scene, subject, object]."""
        if predicate not in self._known:
            self._known[predicate] = relations.certain(self, predicate)
        return self._known[predicate]

    @cached_property
    def events(self) -> dict[str, np.ndarray]:
        """kind, frame, subject, object, direction: (S, E); kind -1 where there is none."""
        lists = [g.get("events") or [] for g in self.graphs]
        most = max([1, *map(len, lists)])
        made = {
            name: np.full((self.count, most), -1, int) for name in ("kind", "frame", "subject", "object", "direction")
        }
        for s, events in enumerate(lists):
            for k, event in enumerate(events):
                made["kind"][s, k], made["frame"][s, k] = code(event["kind"]), event["frame"]
                made["subject"][s, k] = event["subject"]
                made["object"][s, k] = -1 if event.get("object") is None else event["object"]
                way = event.get("direction")
                made["direction"][s, k] = -1 if way is None else code(way)
        return made


def _distinct(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = np.sort(np.append(column, np.full((len(column), 1), -2, column.dtype), axis=1), axis=1)
    new = np.ones(found.shape, bool)
    new[:, 1:] = found[:, 1:] != found[:, :-1]
    new &= found != -1
    return found[new], np.append(0, np.cumsum(new.sum(1)))


def check(graph: Scene, where: str) -> None:
    """UsageError with the row's id: a relation, support or event names an object that is not there, or too many are."""
    n = len(graph["objects"])
    if n > MOST:
        raise UsageError(f"{n} objects in one scene", where=where, hint=f"questions are asked of {MOST} at most")
    for r in graph.get("relations") or ():
        other = r.get("other")
        if not 0 <= r["subject"] < n or not -2 <= r["object"] < n or (other is not None and not 0 <= other < n):
            raise UsageError(
                f"the relation {r['predicate']} names object {_wrong((r['subject'], r['object'], other), n)} of {n}",
                where=where, hint="objects are numbered from 0",
            )  # fmt: skip
    for k, o in enumerate(graph["objects"]):
        by = o.get("supported_by")
        if by is not None and not -2 <= by < n:
            raise UsageError(f"object {k} is supported by object {by} of {n}", where=where)
    for e in graph.get("events") or ():
        if not 0 <= e["subject"] < n or (e.get("object") is not None and not -1 <= e["object"] < n):
            raise UsageError(f"the event {e['kind']} names an object that is not there ({n} are)", where=where)


def _wrong(numbers: tuple[int | None, ...], n: int) -> int | None:
    return next((k for k in numbers if k is not None and not -2 <= k < n), None)
