"""What a learner is: named heads over one image encoder, fitted by `fit`, stored in one folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from seedbed.dataset.files import read_json
from seedbed.dataset.policy import permit, record_override
from seedbed.errors import UsageError
from seedbed.registry import get

CONFIG, WEIGHTS = "config.json", "weights.safetensors"


@runtime_checkable
class Learner(Protocol):
    """A classifier with one or more heads. Registered by name as kind `learner`; one file each."""

    name: str
    heads: dict[str, list[str]]  # head -> its labels, in the order of the targets' indices
    module: Any  # the torch module (n, c, h, w) float 0..1 -> {head: logits (n, labels)}; None before `build`
    device: str  # "cpu", or "cuda" (not run on a GPU yet)

    def build(self, shape: tuple[int, int, int], seed: int) -> None:
        """Make the module for images of `shape` (h, w, c) with initial weights from `seed`, once."""
        ...

    def predict(self, images: np.ndarray) -> dict[str, dict[str, Any]]:
        """For each head `label` (list of n) and `confidence` (n,) float32, the label's probability."""
        ...

    def save(self, folder: str | Path) -> Path:
        """Write config.json and weights.safetensors."""
        ...

    @classmethod
    def load(cls, folder: str | Path, device: str = "cpu") -> Learner:
        """The learner that `save` wrote."""
        ...


def load(folder: str | Path, device: str = "cpu", *, use: str | None = None, override: str | None = None) -> Learner:
    """Load whichever registered learner was saved in `folder`.

    A model with a use policy is loaded for a `use` that it allows ("serving", "evaluation", ...): UsageError names the
    clause otherwise. `override` ("NAME: REASON") is recorded in the folder's `overrides.jsonl`.
    """
    uses = [use] if use is not None else []
    record_override(permit([folder], uses, action="load the model", override=override, flag="use"), [folder])
    path = Path(folder) / CONFIG
    config = read_json(path)
    if not isinstance(config, Mapping) or "learner" not in config:
        raise UsageError("does not describe a learner", where=str(path), hint=_reader(config))
    found: Learner = get("learner", config["learner"], where=str(path)).load(folder, device)
    return found


def _reader(config: Any) -> str:
    """What reads a model's folder that holds no learner of images."""
    kinds = config if isinstance(config, Mapping) else {}
    if kinds.get("captioner"):
        return "seedbed.learn.captioning.Captioner.load reads it"
    if kinds.get("dual_encoder") or kinds.get("model_type") in ("clip", "siglip"):
        return "seedbed.learn.contrastive.load_dual reads it"
    if "model_type" in kinds:
        return "seedbed.learn.models.language.load_language_model reads language models"
    return "give a folder written by save"


def as_batch(images: np.ndarray, where: str) -> np.ndarray:
    """Images as (n, h, w, c): uint8 0..255 stays, floats must be within 0..1; (n, h, w) means gray."""
    images = np.asarray(images)
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise UsageError(f"images of shape {images.shape}", where=where, hint="give (n, h, w) or (n, h, w, 1 or 3)")
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind != "f" or (images.size and not (images.min() >= 0 and images.max() <= 1)):
        raise UsageError(
            f"images of type {images.dtype} beyond 0..1",
            where=where,
            hint="give uint8 0..255, or floats divided by their maximum",
        )
    return images.astype(np.float32, copy=False)
