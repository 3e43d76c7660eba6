"""`alexnet`: the published network (Krizhevsky et al. 2012), or one of the same order of layers for small images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.errors import UsageError
from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register

SIZES, ACTIVATIONS = ("small", "original"), ("relu", "tanh")


@register("learner", "alexnet")
class AlexNet(ImageClassifier):
    """size: "small" (32 to 64 px) or "original" (227 px, others are resampled; 58 M parameters before its heads).

    activation: "relu" or "tanh", the paper's comparison. dropout: of the two full layers' inputs.
    """

    name = "alexnet"

    def __init__(
        self, heads: Mapping[str, Sequence[str]], *, size: str = "small", activation: str = "relu",
        dropout: float = 0.5, device: str = "cpu",
    ) -> None:  # fmt: skip
        super().__init__(heads, device=device)
        if size not in SIZES or activation not in ACTIVATIONS or not 0 <= dropout < 1:
            raise UsageError(
                f"size {size}, activation {activation}, dropout {dropout}", where=self.name,
                hint=f"size {' or '.join(SIZES)}, activation {' or '.join(ACTIVATIONS)}, dropout within 0..1",
            )  # fmt: skip
        self.size, self.activation, self.dropout = size, activation, dropout

    def options(self) -> dict[str, Any]:
        """size, activation and dropout."""
        return {"size": self.size, "activation": self.activation, "dropout": self.dropout}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """Grouped convolutions, local response normalisation, overlapping pooling, dropout."""
        from seedbed.learn.networks.alexnet import AlexNet, initialise

        network = AlexNet(shape[2], shape[0], sizes, self.size, self.activation, self.dropout)
        initialise(network, generator)
        return network
