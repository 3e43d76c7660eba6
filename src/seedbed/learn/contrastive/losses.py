"""Contrastive losses of a batch: softmax over captions and images (CLIP), or one sigmoid a pair (SigLIP)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def info_nce(logits: Tensor, same: Tensor) -> Tensor:
    """CLIP's loss (Radford et al. 2021): the mean of the cross-entropies over captions and over images.

    logits (n, n) [image, caption], scaled. same (n, n) bool: whether caption j is true of image i in the batch's own
    words: the diagonal, and wherever the very same caption comes twice, which share the target evenly.
    """
    target = same.to(logits.dtype)
    rows = target / target.sum(1, keepdim=True)
    columns = target / target.sum(0, keepdim=True)
    images = -(rows * logits.log_softmax(1)).sum(1).mean()
    texts = -(columns * logits.log_softmax(0)).sum(0).mean()
    return (images + texts) / 2


def sigmoid_loss(logits: Tensor, same: Tensor) -> Tensor:
    """SigLIP's loss (Zhai et al. 2023): every image with every caption is one yes/no question; the sum over captions,
    averaged over images. Shapes as `info_nce`; logits have scale and bias already.
    """
    signs = torch.where(same, 1.0, -1.0).to(logits.dtype)
    return -functional.logsigmoid(signs * logits).sum() / len(logits)


LOSSES = {"clip": info_nce, "siglip": sigmoid_loss}
START = {"clip": (14.2857, 0.0), "siglip": (10.0, -10.0)}  # scale and bias at the start, as the papers have them
