"""`small_cnn`: a convolutional network small enough to train in seconds on one core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.errors import UsageError
from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register


@register("learner", "small_cnn")
class SmallCNN(ImageClassifier):
    """One encoder and a linear head for each entry of `heads` (head -> labels), for square images.

    `width`: channels of the first convolution; later ones have two and four times as many. The number of
    weights follows from the images seen first. `device`: "cpu", or "cuda" (the same code; not run on a GPU).
    """

    name = "small_cnn"

    def __init__(
        self,
        heads: Mapping[str, Sequence[str]],
        *,
        width: int = 16,
        dropout: float = 0.1,
        device: str = "cpu",
    ) -> None:
        super().__init__(heads, device=device)
        if width < 1 or not 0 <= dropout < 1:
            raise UsageError("needs width from 1 and dropout within 0..1", where=self.name)
        self.width, self.dropout = width, dropout

    def options(self) -> dict[str, Any]:
        """width and dropout."""
        return {"width": self.width, "dropout": self.dropout}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """Batch-normalised 3x3 convolutions, a coarse grid, linear heads."""
        from seedbed.learn.networks.small import SmallNetwork, initialise

        network = SmallNetwork(shape[2], shape[0], sizes, self.width, self.dropout)
        initialise(network, generator)
        return network
