"""`perceptron`: Rosenblatt's rule on pixels, several classes by Kesler's construction, averaged weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.classifier import ImageClassifier, to_tensor
from seedbed.learn.early.passes import Passes
from seedbed.registry import register


@register("learner", "perceptron")
class Perceptron(ImageClassifier):
    """One layer of weights from the pixels of all channels, less their mean, and a constant.

    averaged: answer with the mean of the weights over all steps (Freund and Schapire 1999), which is steadier than the
    last ones. A fit ends before its epochs when a pass makes no mistake. A learner that was fitted goes on from its
    weights, with the mean of the images seen first.
    """

    name = "perceptron"
    least_side = 1
    square = False

    def __init__(self, heads: Mapping[str, Sequence[str]], *, averaged: bool = True, device: str = "cpu") -> None:
        super().__init__(heads, device=device)
        self.averaged = averaged
        self.flop = 0.0  # of the last fit; numpy's, which torch does not count

    def options(self) -> dict[str, Any]:
        """averaged."""
        return {"averaged": self.averaged}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """Linear layers of zero weights."""
        from seedbed.learn.early.linear import LinearReadout, Pixels

        return LinearReadout(Pixels(), shape[0] * shape[1] * shape[2], sizes)

    def fit_rows(
        self,
        images: np.ndarray,
        targets: Mapping[str, np.ndarray],
        *,
        seed: int,
        epochs: int,
        progress: Callable[[int], object] | None = None,
    ) -> list[dict[str, float]]:
        """At most `epochs` passes for each head, rows in a new order each time.

        History: one entry a pass with `mistakes`, see `early.passes`.
        """
        if not len(images):
            raise UsageError("no rows", where="fit")
        fresh = self.module is None
        self.build(images.shape[1:], seed)
        passes = Passes(len(images) * len(targets), progress)
        pixels = to_tensor(images, "cpu").flatten(1)
        module = self.module.cpu()
        if fresh:
            module.standardise(pixels, whole=True)
        x = np.pad(module.standard(pixels).double().numpy(), [(0, 0), (0, 1)], constant_values=1.0)
        self.flop = 0.0
        for place, (head, labels) in enumerate(targets.items()):
            self._learn(head, x, labels, [seed, place], epochs, passes.add)
        self.module.to(self.device)
        return passes.history()

    def _learn(
        self, head: str, x: np.ndarray, labels: np.ndarray, seed: list[int], epochs: int,
        progress: Callable[[int, int], object],
    ) -> None:  # fmt: skip
        import torch
        from torch.nn.functional import one_hot

        from seedbed.learn.early.perceptron import learn_many
        from seedbed.learn.early.readout import fit_sharpness

        layer, classes = self.module.heads[head], len(self.heads[head])
        start = torch.cat([layer.weight, layer.bias[:, None]], 1).double().numpy()

        def order(turn: int) -> np.ndarray:
            return np.random.default_rng([*seed, turn]).permutation(len(x))

        made = learn_many(x, labels, classes, epochs, order=order, progress=progress, start=start)
        corrected = 4 * sum(made.mistakes)  # the weights and their mean: one class gains the row, one loses it
        self.flop += float(2 * x.shape[1] * (classes * len(x) * len(made.mistakes) + corrected))
        weights = torch.from_numpy(made.averaged if self.averaged else made.weights)
        scores = torch.from_numpy(x) @ weights.T
        sharpness = fit_sharpness(scores, one_hot(torch.from_numpy(labels), classes))
        self.module.set_head(head, weights[:, :-1], weights[:, -1], sharpness)
