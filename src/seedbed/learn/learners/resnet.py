"""`resnet`: residual networks (He, Zhang, Ren and Sun 2016) of basic blocks, transformers' ResNet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.errors import UsageError
from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register


@register("learner", "resnet")
class ResNet(ImageClassifier):
    """widths: channels of each stage; depths: its blocks. The default is small; ResNet-18 is
    widths [64, 128, 256, 512] and depths [2, 2, 2, 2]."""

    name = "resnet"

    def __init__(
        self, heads: Mapping[str, Sequence[str]], *, widths: Sequence[int] = (16, 32, 64, 128),
        depths: Sequence[int] = (1, 1, 1, 1), device: str = "cpu",
    ) -> None:  # fmt: skip
        super().__init__(heads, device=device)
        if len(widths) != len(depths) or not widths or min(*widths, *depths) < 1:
            raise UsageError(
                f"widths {list(widths)}, depths {list(depths)}", where=self.name, hint="one number of each a stage"
            )
        self.widths, self.depths = [int(w) for w in widths], [int(d) for d in depths]

    def options(self) -> dict[str, Any]:
        """widths and depths."""
        return {"widths": self.widths, "depths": self.depths}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """transformers.ResNetModel; its constructor draws from torch's state, which build() seeds."""
        from seedbed.learn.networks.encoders import resnet

        return resnet(shape[2], sizes, self.widths, self.depths, shape[0])
