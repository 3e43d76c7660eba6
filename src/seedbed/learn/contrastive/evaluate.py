"""What a dual encoder can do: retrieval both ways, minimal pairs, and classification by the names of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.contrastive.data import Captioned, numbered
from seedbed.learn.contrastive.dual import Dual

TEMPLATES = ("a {}", "a picture of a {}", "a {} on a table")
AT = (1, 5, 10)


def recall(model: Dual, images: Any, captions: Sequence[str], at: Sequence[int] = AT) -> dict[str, dict[str, float]]:
    """Recall at k both ways: `text` (each image among all different captions) and `image` (each different caption
    among all images). Values are shares of queries that find something right among their first k.

    The same caption of several images is one caption, and each of these images is right for it. Ties count for what
    a random order of the tied would give, so that a model that gives everything the same score gets chance.
    """
    key = numbered(captions)
    first = np.unique(key, return_index=True)[1]
    right = key[:, None] == key[first][None, :]
    scores = model.embed_images(images) @ model.embed_texts([captions[k] for k in first.tolist()]).T
    return {
        "text": {str(k): float(found_at(scores, right, k).mean()) for k in at},
        "image": {str(k): float(found_at(scores.T, right.T, k).mean()) for k in at},
    }


def pair_cosines(model: Dual, data: Captioned) -> np.ndarray:
    """The cosines of each minimal pair of `data`, float (pairs, captions 2, images 2); pairs whose two captions are the
    same are left out.
    """
    pairs = np.array([(a, b) for a, b in data.pairs if data.captions[a] != data.captions[b]], int).reshape(-1, 2)
    images, texts = model.embed_images(data.images), model.embed_texts(data.captions)
    made: np.ndarray = np.einsum("pcd,pid->pci", texts[pairs], images[pairs])
    return made


def found_at(scores: np.ndarray, right: np.ndarray, k: int) -> np.ndarray:
    """For each query the chance that one of its right items is among the first k: float (queries,).

    scores float, right bool: (queries, items). Items of equal score are in random order.
    """
    best = np.where(right, scores, -np.inf).max(1, keepdims=True)
    above = (scores > best).sum(1)
    level = scores == best
    tied, good = level.sum(1), (level & right).sum(1)
    places = np.clip(k - above, 0, tied)
    missed = np.ones(len(scores))  # no right one among `places` drawn of `tied`: a product of (wrong - j) / (tied - j)
    for j in range(int(places.max(initial=0))):
        drawn = j < places
        missed = np.where(drawn, missed * np.maximum(tied - good - j, 0) / np.maximum(tied - j, 1), missed)
    return 1 - missed


def zero_shot(model: Dual, images: Any, names: Sequence[str], templates: Sequence[str] = TEMPLATES) -> np.ndarray:
    """Probability of each class by its name: float (n, names). A class's vector is the mean over the templates
    (Radford et al. 2021, section 3.1.4). `templates` have {} for the name.
    """
    if len(names) < 2 or any("{}" not in template for template in templates) or not templates:
        raise UsageError("two names and templates with {} are needed", where="zero_shot")
    told = model.embed_texts([template.format(name) for name in names for template in templates])
    means = told.reshape(len(names), len(templates), -1).mean(1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    logits = model.embed_images(images) @ means.T * model.scale
    shares = np.exp(logits - logits.max(1, keepdims=True))
    made: np.ndarray = shares / shares.sum(1, keepdims=True)
    return made
