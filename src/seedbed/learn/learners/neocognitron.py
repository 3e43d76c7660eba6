"""`neocognitron`: Fukushima's layers of S- and C-cells (1980; 2003; 2013), grown by competition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.classifier import BATCH, ImageClassifier, to_tensor
from seedbed.learn.early.passes import Passes
from seedbed.registry import register

GROWTH_ROWS = 2000  # training rows that planes are grown from


@register("learner", "neocognitron")
class Neocognitron(ImageClassifier):
    """Edges, then one grown S-layer for each entry of `planes` (its most planes), each followed by a C-layer, then
    labelled cells.

    retina: pixels of the longer side while looking (default: 24 for images up to 16 px, else 32 at most).
    directions: of edges. thresholds: of the edges, each grown layer and the labelled cells, 0..1; high ones
    make cells choosy and more of them grow. search: places of the top layer that a labelled cell looks around for its
    pattern; each is worth 2^(1 + grown layers) px of the retina in shift tolerance. cells: most labelled cells of a
    head. `grown` is set by fit.

    Colour images are seen as lightness, red-green and blue-yellow. A fit starts anew. Memory while fitting: every row's
    top layer, 30 to 50 kB.
    """

    name = "neocognitron"
    square = False

    def __init__(
        self,
        heads: Mapping[str, Sequence[str]],
        *,
        retina: int | None = None,
        directions: int = 16,
        planes: Sequence[int] = (150,),
        thresholds: Sequence[float] | None = None,
        search: int = 1,
        cells: int = 2000,
        grown: Mapping[str, Any] | None = None,
        device: str = "cpu",
    ) -> None:
        super().__init__(heads, device=device)
        limits = list(thresholds) if thresholds is not None else [0.5, *[0.65] * len(planes), 0.8]
        if not planes or min(planes) < 1 or len(planes) > 3 or len(limits) != 2 + len(planes):
            raise UsageError("needs 1 to 3 numbers of planes and two thresholds more", where=self.name)
        if not all(0 < t < 1 for t in limits) or directions < 2 or search < 0 or cells < 1:
            raise UsageError("needs thresholds within 0..1, 2 directions, search from 0, cells from 1", where=self.name)
        if retina is not None and retina < 8:
            raise UsageError(f"a retina of {retina} px", where=self.name, hint="8 or more")
        self.retina, self.directions, self.thresholds = retina, directions, limits
        self.planes, self.search, self.cells = list(planes), search, cells
        self.grown: dict[str, Any] = dict(grown or {"planes": [0] * len(planes), "cells": {}})

    def options(self) -> dict[str, Any]:
        """Every option, and how much has grown."""
        names = ("retina", "directions", "planes", "thresholds", "search", "cells", "grown")
        return {name: getattr(self, name) for name in names}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """The layers with as many planes and cells as have grown."""
        from seedbed.learn.early import neocognitron

        side = max(shape[:2])
        return neocognitron.Neocognitron(
            shape,
            sizes,
            retina=self.retina or (24 if side <= 16 else min(side, 32)),
            directions=self.directions,
            thresholds=self.thresholds,
            planes=self.grown["planes"],
            cells=self.grown["cells"],
            search=self.search,
        )

    def fit_rows(
        self,
        images: np.ndarray,
        targets: Mapping[str, np.ndarray],
        *,
        seed: int,
        epochs: int,
        progress: Callable[[int], object] | None = None,
    ) -> list[dict[str, float]]:
        """Grow the layers from the bottom up, then each head's labelled cells in at most `epochs` passes.

        History: one entry a pass with `mistakes`, see `early.passes`; seconds are counted from the start of the fit.
        """
        import torch

        if not len(images):
            raise UsageError("no rows", where="fit")
        passes = Passes(len(images) * len(targets), progress)
        self.module, self.grown = None, {"planes": [0] * len(self.planes), "cells": {}}
        self.build(images.shape[1:], seed)
        with torch.no_grad():
            self._grow(images[np.random.default_rng([seed, 1]).permutation(len(images))[:GROWTH_ROWS]])
            top = self._each(self.module.top, to_tensor(images, "cpu"))
            for place, (head, labels) in enumerate(targets.items()):
                self._label(head, top, labels, [seed, 2, place], epochs, passes.add)
        self.module.to(memory_format=torch.channels_last)  # as a loaded one is: sums in the same order
        return passes.history()

    def _each(self, step: Callable[[Any], Any], inputs: Any) -> Any:
        """`step` of all inputs, some at a time, on the device and back."""
        import torch

        return torch.cat([step(part.to(self.device)).cpu() for part in inputs.split(BATCH)])

    def _grow(self, images: np.ndarray) -> None:
        from torch import nn

        from seedbed.learn.early.growth import grow_planes

        u = self._each(self.module.first, to_tensor(images, "cpu"))
        for index, layer in enumerate(self.module.grown):
            found = grow_planes(u, layer.window.cpu(), layer.threshold, self.planes[index])
            if not len(found):
                raise UsageError("there is nothing to see in these images", where=self.name, hint="all are blank")
            layer.templates = nn.Parameter(found.to(self.device), requires_grad=False)
            self.grown["planes"][index] = len(found)
            u = self._each(partial(self.module.stage, index=index), u)

    def _label(
        self, head: str, top: Any, labels: np.ndarray, seed: list[int], epochs: int,
        progress: Callable[[int, int], object],
    ) -> None:  # fmt: skip
        import torch
        from torch import nn
        from torch.nn.functional import normalize, one_hot

        from seedbed.learn.early.growth import grow_labelled
        from seedbed.learn.early.readout import fit_sharpness

        flat, classes = normalize(top.flatten(1)), len(self.heads[head])

        def order(turn: int) -> np.ndarray:
            return np.random.default_rng([*seed, turn]).permutation(len(top))

        made = grow_labelled(flat, labels, epochs, self.thresholds[-1], self.cells, order=order, progress=progress)
        layer = self.module.heads[head]
        layer.references = nn.Parameter(made.cells.unflatten(1, top.shape[1:]).to(self.device), requires_grad=False)
        layer.owners = made.owners.to(self.device)
        scores = self._each(layer.likeness, top)
        sharpness = fit_sharpness(scores, one_hot(torch.from_numpy(labels), classes))
        layer.sharpness = torch.tensor(sharpness, device=self.device)
        self.grown["cells"][head] = len(made.cells)
