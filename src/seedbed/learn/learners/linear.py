"""`linear`: softmax regression on pixels, the smallest learner with gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register


@register("learner", "linear")
class Linear(ImageClassifier):
    """One linear layer a head on the pixels, from zero: logits = W x + b."""

    name = "linear"
    least_side = 1
    square = False

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """The layers, all zero at first: no seed is needed."""
        from seedbed.learn.networks.linear import LinearNetwork

        return LinearNetwork(shape[0] * shape[1] * shape[2], sizes)
