"""A linear read-out of fixed features: multinomial logistic regression; a factor that makes scores confidences."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Tensor

ROUNDS = 200
SMOOTHING = 0.02  # of each label's weight when a confidence is fitted, so that a perfect training score stays finite


def fit_logistic(features: Tensor, targets: Tensor, decay: float) -> tuple[Tensor, Tensor, float]:
    """Weights (classes, d), bias (classes,) and mean loss of multinomial logistic regression with a ridge.

    features: (n, d), best standardised. targets: (n, classes). Minimises mean cross-entropy + decay / 2 |weights|^2
    by L-BFGS from zero, in double precision: convex, so the answer depends on nothing else.
    """
    x, y = features.double(), targets.double()
    weight = torch.zeros(y.shape[1], x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(y.shape[1], dtype=torch.float64, requires_grad=True)
    rule = torch.optim.LBFGS(
        [weight, bias], max_iter=ROUNDS, tolerance_grad=1e-7, tolerance_change=0, line_search_fn="strong_wolfe"
    )
    loss = torch.zeros(())

    def closure() -> Tensor:
        nonlocal loss
        rule.zero_grad()
        loss = functional.cross_entropy(functional.linear(x, weight, bias), y)
        whole = loss + decay / 2 * (weight**2).sum()
        whole.backward()
        return whole.detach()

    with torch.enable_grad():
        rule.step(closure)
    return weight.detach().float(), bias.detach().float(), float(loss.detach())


def fit_sharpness(scores: Tensor, targets: Tensor) -> float:
    """The factor s > 0 for which softmax(s scores) fits targets (n, classes) best, after Platt 1999.

    Scores of rows that the scores were made from are too good: confidences are then too high. Targets are smoothed
    so that the factor stays finite. Bisection on the derivative, which grows with s.
    """
    x, classes = scores.double(), scores.shape[1]
    y = targets.double() * (1 - SMOOTHING) + SMOOTHING / classes
    said = (y * x).sum()
    low, high = -12.0, 12.0  # exponents of e
    for _ in range(60):
        middle = (low + high) / 2
        expected = ((x * math.exp(middle)).softmax(1) * x).sum()
        low, high = (middle, high) if expected < said else (low, middle)
    return math.exp((low + high) / 2)
