"""`vit`: a vision transformer (Dosovitskiy et al. 2021), transformers' ViT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.errors import UsageError
from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register


@register("learner", "vit")
class ViT(ImageClassifier):
    """patch: pixels of a patch's side, which divides the image's; width: of a token; depth: blocks."""

    name = "vit"

    def __init__(
        self, heads: Mapping[str, Sequence[str]], *, patch: int = 4, width: int = 64, depth: int = 4,
        attention_heads: int = 4, device: str = "cpu",
    ) -> None:  # fmt: skip
        super().__init__(heads, device=device)
        if min(patch, width, depth, attention_heads) < 1 or width % attention_heads:
            raise UsageError(
                f"width {width}, attention_heads {attention_heads}", where=self.name,
                hint="numbers from 1, the heads divide the width",
            )  # fmt: skip
        self.patch, self.width, self.depth, self.attention_heads = patch, width, depth, attention_heads

    def options(self) -> dict[str, Any]:
        """patch, width, depth and attention_heads."""
        return {
            "patch": self.patch,
            "width": self.width,
            "depth": self.depth,
            "attention_heads": self.attention_heads,
        }

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """transformers.ViTModel; its constructor draws from torch's state, which build() seeds."""
        from seedbed.learn.networks.encoders import vit

        if shape[0] % self.patch:
            raise UsageError(
                f"patches of {self.patch} px do not fill images of {shape[0]} px", where=self.name,
                hint="give patch=N that divides the side",
            )  # fmt: skip
        return vit(shape[2], sizes, shape[0], self.patch, self.width, self.depth, self.attention_heads)
