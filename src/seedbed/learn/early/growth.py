"""How planes of S-cells come to be: competition and growth, no gradients.

Fukushima 2013 (Neural Networks 40): where something is seen and no S-cell answers, the place with the strongest input
wins and a plane is made whose reference vector is what is seen there ("add if silent"). Planes that answer stay as they
are. The last layer's cells carry labels (Fukushima 2003): where the winner has the wrong label, a cell is added with
the right one; where it is right, the input is added to the winner's reference vector, or makes a cell of its own where
the winner's likeness is below the threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

LEAST = 0.01  # strength that an image with anything in it reaches
FLOOR = 0.05  # of the strongest place: below it nothing is seen


def grow_planes(u: Tensor, window: Tensor, threshold: float, most: int) -> Tensor:
    """Reference vectors (planes, c, side, side), at most `most`, for the rows of u (n, c, h, w), in their order.

    window: (side, side) weights of the S-layer, which says how likeness is measured.
    """
    channels, side = u.shape[1], window.shape[0]
    weights = window.reshape(-1).repeat(channels).sqrt()
    vectors = torch.empty(most, len(weights))
    planes, strongest = 0, LEAST
    for row in u:
        seen = functional.unfold(row[None], side, padding=side // 2)[0].T * weights
        size = seen.norm(dim=1)
        strongest = max(strongest, float(size.max()))
        alive = size > FLOOR * strongest
        seen, size = seen[alive] / size[alive, None], size[alive]
        answer = (seen @ vectors[:planes].T).amax(1) if planes else torch.zeros(len(seen))
        while planes < most and bool((answer < threshold).any()):
            winner = torch.where(answer < threshold, size, -1.0).argmax()
            vectors[planes] = seen[winner]
            answer = torch.maximum(answer, seen @ seen[winner])
            planes += 1
        if planes == most:
            break
    return (vectors[:planes] / weights).reshape(planes, channels, side, side)


@dataclass(frozen=True)
class Labelled:
    """Cells (cells, d) of length 1 and the label of each (cells,) int64."""

    cells: Tensor
    owners: Tensor


def grow_labelled(
    top: Tensor,
    labels: np.ndarray,
    passes: int,
    threshold: float,
    most: int,
    *,
    order: Callable[[int], np.ndarray],
    progress: Callable[[int, int], object],
) -> Labelled:
    """At most `most` cells for top (n, d) of length 1 and labels (n,); `order(k)`: row positions of pass k.

    Passes over the rows until one makes no mistake; in the first, winners are reinforced, and rows that are less alike
    than `threshold` get cells; later ones correct mistakes only.
    `progress(pass, mistakes)` is called after each pass.
    """
    sums = torch.zeros(min(most, len(top)), top.shape[1])
    cells = torch.zeros_like(sums)
    owners = np.zeros(len(cells), dtype=np.int64)
    count = 0
    for turn in range(passes):
        wrong = 0
        for at in order(turn):
            answers = cells[:count] @ top[at]
            winner = int(answers.argmax()) if count else -1
            right = count > 0 and owners[winner] == labels[at]
            wrong += not right
            if right and answers[winner] >= threshold:
                if turn == 0:
                    sums[winner] += top[at]
                    cells[winner] = functional.normalize(sums[winner], dim=0)
            elif (turn == 0 or not right) and count < len(cells):
                sums[count] = cells[count] = top[at]
                owners[count] = labels[at]
                count += 1
        progress(turn + 1, wrong)
        if wrong == 0:
            break
    return Labelled(cells[:count].clone(), torch.from_numpy(owners[:count].copy()))
