"""`complex_cells`: simple cells as Gabor pairs, complex cells as their pooled energy, a linear read-out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.classifier import BATCH, ImageClassifier, to_tensor
from seedbed.learn.early.passes import Passes
from seedbed.registry import register


@register("learner", "complex_cells")
class ComplexCells(ImageClassifier):
    """Energies of Gabor pairs (Adelson and Bergen 1985), averaged over fields, into multinomial logistic regression.

    orientations: over half a turn. wavelengths: pixels of each scale (default: 2.5 and 5 for images up to 16 px a side,
    else 4, 8 and 16 as far as four of them fit). grid: fields a side. decay: of the ridge. Only the read-out is learnt,
    to its one optimum: `epochs` and the seed change nothing. Colour images are seen as lightness, red-green and
    blue-yellow, each with its own cells, and as their means over the fields.
    """

    name = "complex_cells"
    square = False

    def __init__(
        self,
        heads: Mapping[str, Sequence[str]],
        *,
        orientations: int = 8,
        wavelengths: Sequence[float] | None = None,
        grid: int = 4,
        decay: float = 1e-3,
        device: str = "cpu",
    ) -> None:
        super().__init__(heads, device=device)
        if orientations < 2 or grid < 1 or not decay > 0:
            raise UsageError("needs 2 orientations, grid from 1, decay above 0", where=self.name)
        if wavelengths is not None and not (len(wavelengths) and all(2 <= w <= 64 for w in wavelengths)):
            raise UsageError(f"wavelengths {list(wavelengths)}", where=self.name, hint="one or more of 2..64 pixels")
        self.orientations, self.grid, self.decay = orientations, grid, decay
        self.wavelengths = None if wavelengths is None else [float(w) for w in wavelengths]

    def options(self) -> dict[str, Any]:
        """orientations, wavelengths, grid and decay."""
        names = ("orientations", "wavelengths", "grid", "decay")
        return {name: getattr(self, name) for name in names}

    def network(self, shape: tuple[int, int, int], sizes: Mapping[str, int], generator: Any) -> Any:
        """The fixed cells and linear layers of zero weights."""
        from seedbed.learn.early import gabor
        from seedbed.learn.early.linear import LinearReadout

        side = min(shape[:2])
        waves = self.wavelengths or ([2.5, 5.0] if side <= 16 else [w for w in (4.0, 8.0, 16.0) if 4 * w <= side])
        cells = gabor.ComplexCells(shape[2], waves, self.orientations, min(self.grid, side))
        return LinearReadout(cells, cells.values, sizes)

    def fit_rows(
        self,
        images: np.ndarray,
        targets: Mapping[str, np.ndarray],
        *,
        seed: int,
        epochs: int,
        progress: Callable[[int], object] | None = None,
    ) -> list[dict[str, float]]:
        """Fit each head's read-out anew. History: one entry, on the training rows, see `early.passes`."""
        import torch
        from torch.nn.functional import one_hot

        from seedbed.learn.early.readout import fit_logistic

        if not len(images):
            raise UsageError("no rows", where="fit")
        self.build(images.shape[1:], seed)
        passes, module, losses = Passes(len(images) * len(targets), progress), self.module, []
        with torch.no_grad():
            parts = [images[k : k + BATCH] for k in range(0, len(images), BATCH)]
            values = torch.cat([module.features(to_tensor(part, self.device)).cpu() for part in parts])
            module.standardise(values.to(self.device))
            x = module.standard(values.to(self.device)).cpu()
            for head, labels in targets.items():
                wanted = torch.from_numpy(labels)
                weight, bias, loss = fit_logistic(x, one_hot(wanted, len(self.heads[head])), self.decay)
                module.set_head(head, weight, bias)
                passes.add(1, int(((x @ weight.T + bias).argmax(1) != wanted).sum()))
                losses.append(loss)
        return [{**passes.history()[0], "loss": sum(losses) / len(losses)}]
