"""`tree`: a decision tree on pixels, scikit-learn's, one a head: fitted in milliseconds, and wrong in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.classifier import ImageClassifier
from seedbed.registry import register


@register("learner", "tree")
class Tree(ImageClassifier):
    """Best-first CART on gray levels (Breiman et al. 1984) with at most `leaves` leaves. Its module walks the tree."""

    name = "tree"
    least_side = 1
    square = False

    def __init__(self, heads: Mapping[str, Sequence[str]], *, leaves: int = 32, device: str = "cpu") -> None:
        super().__init__(heads, device=device)
        if leaves < 2:
            raise UsageError(f"leaves is {leaves}", where=self.name, hint="2 or more")
        self.leaves = leaves

    def options(self) -> dict[str, Any]:
        """leaves."""
        return {"leaves": self.leaves}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """A module with room for the largest tree; before `fit_rows` it is one even leaf."""
        from seedbed.learn.networks.tree import TreeNetwork

        return TreeNetwork(sizes, self.leaves)

    def fit_rows(
        self, images: np.ndarray, targets: Mapping[str, np.ndarray], *, seed: int, epochs: int,
        progress: Callable[[int], object] | None = None,
    ) -> list[dict[str, float]]:  # fmt: skip
        """Fit a tree a head to images (n, h, w, c) and indices (n,); passes and batches mean nothing to a tree."""
        try:
            from sklearn.tree import DecisionTreeClassifier
        except ImportError:
            hint = "pip install 'seedbed[train]'"
            raise UsageError("scikit-learn is not installed", where=self.name, hint=hint) from None
        self.build(images.shape[1:], seed)
        scale = 255.0 if images.dtype == np.uint8 else 1.0
        pixels = (images.astype(np.float32) / np.float32(scale)).transpose(0, 3, 1, 2).reshape(len(images), -1)
        right = []
        for head, wanted in targets.items():
            fitted = DecisionTreeClassifier(max_leaf_nodes=self.leaves, random_state=seed).fit(pixels, wanted)
            self.module.put(head, fitted)
            right.append(float(fitted.score(pixels, wanted)))
        if progress is not None:
            progress(1)
        return [{"step": 1, "loss": 1 - float(np.mean(right)), "accuracy": float(np.mean(right)), "seconds": 0.0}]
