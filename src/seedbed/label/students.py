"""Students of weak labels: a linear probe on a pretrained learner's features, or the whole learner fine-tuned."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from seedbed.errors import UsageError

How = Literal["probe", "finetune"]


def student_answers(
    learner: Any, head: str, how: How, images: np.ndarray, weak: np.ndarray, asked: Sequence[np.ndarray], settings: Any,
    *, most: float = 0.0, warm_up: float = 0.2,
) -> list[np.ndarray]:  # fmt: skip
    """Fit a student of `learner` to weak labels (n, labels) of images (n, h, w, c), and answer.

    The learner itself is not changed. `probe` fits one linear layer on its frozen features, from zero; `finetune` fits
    a copy of the whole module, whose `head` has as many labels. Returns for each array of `asked` images the
    probabilities, float (rows, labels).
    """
    if how == "probe":
        return _probe(learner, images, weak, asked, settings, most, warm_up)
    if how == "finetune":
        return _finetune(learner, head, images, weak, asked, settings, most, warm_up)
    raise UsageError(f"unknown way '{how}'", where="student", hint="probe or finetune")


def _probe(
    learner: Any, images: np.ndarray, weak: np.ndarray, asked: Sequence[np.ndarray], settings: Any, most: float,
    warm_up: float,
) -> list[np.ndarray]:  # fmt: skip
    import torch

    from seedbed.label.confidence_loss import WeakLabels
    from seedbed.learn.features import features
    from seedbed.learn.loop import optimise

    learner.build(images.shape[1:], settings.seed)
    inputs = features(learner, images)
    with torch.random.fork_rng(devices=[]):
        layer = torch.nn.Linear(inputs.shape[1], weak.shape[1]).to(inputs.device)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimise(WeakLabels(layer, inputs, weak, most=most, warm_up=warm_up), settings, threads=1)
    with torch.inference_mode():
        return [layer(features(learner, one)).softmax(1).cpu().numpy() for one in asked]


def _finetune(
    learner: Any, head: str, images: np.ndarray, weak: np.ndarray, asked: Sequence[np.ndarray], settings: Any,
    most: float, warm_up: float,
) -> list[np.ndarray]:  # fmt: skip
    import torch

    from seedbed.label.confidence_loss import WeakLabels
    from seedbed.learn.loop import optimise

    made = copy.deepcopy(learner)
    made.build(images.shape[1:], settings.seed)
    if len(made.heads.get(head, ())) != weak.shape[1]:
        raise UsageError(f"the strong model has no head '{head}' of {weak.shape[1]} labels", where="student",
                         hint="use how: probe, which brings its own head")  # fmt: skip
    inputs = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).to(made.device)
    objective = WeakLabels(made.module, inputs, weak, most=most, warm_up=warm_up, logits=lambda found: found[head])
    optimise(objective, settings, threads=1)
    return [made.probabilities(one)[head] for one in asked]
