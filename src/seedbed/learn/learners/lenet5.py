"""`lenet5`: the published network (LeCun et al. 1998) on gray 32x32 planes, with a linear head for each label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register


@register("learner", "lenet5")
class LeNet5(ImageClassifier):
    """60,000 parameters up to F6 and 85 for each label. Colour is turned to gray, other sizes are resampled."""

    name = "lenet5"
    square = False

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """Trainable sub-sampling, C3's connection table, scaled tanh."""
        from seedbed.learn.networks.lenet5 import LeNet5, initialise

        network = LeNet5(sizes)
        initialise(network, generator)
        return network
